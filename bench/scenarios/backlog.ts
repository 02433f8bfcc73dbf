import type { Scenario } from '../stage.ts';
import { finish } from './together.ts';

const count = 200;

export const backlog: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 1000 });
  const watch = await stage.watchRequests();
  await stage.create(count);
  await stage.approveAll(count);
  const started = performance.now();
  await stage.start();
  return { backlog: (await finish(watch, { count, started, boundSeconds: 60 })).sample };
};
