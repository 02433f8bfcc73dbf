import { takeForTearDown } from './support/run-state.ts';

export default async function tearDown(): Promise<void> {
  await takeForTearDown()?.stop();
}
