import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../stage.ts';
import { AFTERWARDS_MS, finish } from './together.ts';

const count = 1000;

export const quota: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 1000 });
  // Before it starts: who is not approved for ten seconds gets an event for it.
  await stage.create(count);
  const watch = await stage.watchRequests();
  await stage.startReady();
  const since = await stage.world.plane.audit.mark();
  const started = performance.now();
  await stage.approveAll(count);
  const { sample } = await finish(watch, { count, started, boundSeconds: 100 });
  await delay(AFTERWARDS_MS);
  return {
    quotaTime: sample,
    quotaThrottled: { value: await stage.throttled() },
    quotaCalls: { value: (await stage.apiCalls(since)) / watch.ready },
  };
};
