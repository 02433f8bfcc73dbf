import type { Scenario } from '../stage.ts';
import { finish, sleepUntil } from './together.ts';

const count = 200;
/** Spread over the 8 s that 200 requests take at least. */
const killAfterMs = [2000, 4000, 6000];

export const crashes: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 1000 });
  let process = await stage.startReady();
  const watch = await stage.watchRequests();
  await stage.create(count);
  const started = performance.now();
  await stage.approveAll(count);
  for (const after of killAfterMs) {
    await sleepUntil(started + after);
    process.signal('SIGKILL');
    await process.exited;
    process = await stage.start();
  }
  const { sample, isDone } = await finish(watch, { count, started, boundSeconds: 60 });
  const billed = await stage.billed();
  return { crashes: sample, crashesBilled: isDone ? { value: billed / count } : { value: billed / watch.ready } };
};
