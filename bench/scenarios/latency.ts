import type { Scenario } from '../stage.ts';
import { percentile } from '../statistics.ts';
import { finish, sleepUntil } from './together.ts';

const count = 30;
const everyMs = 500;

export const latency: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 200 });
  await stage.startReady();
  const watch = await stage.watchRequests();
  await stage.create(count);
  const started = performance.now();
  const approvedAt = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    await sleepUntil(started + index * everyMs);
    approvedAt.set(`r-${index}`, performance.now());
    await stage.approve(index);
  }
  const { sample, isDone } = await finish(watch, { count, started, boundSeconds: 60 });
  if (!isDone) return { latencyMedian: sample, latencyLongest: sample };
  const times = watch.seen.map(({ name, readyAt = NaN }) => (readyAt - (approvedAt.get(name) ?? NaN)) / 1000);
  return {
    latencyMedian: { value: percentile(times, 0.5) ?? NaN },
    latencyLongest: { value: percentile(times, 0.99) ?? NaN },
  };
};
