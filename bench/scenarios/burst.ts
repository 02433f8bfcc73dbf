import { setTimeout as delay } from 'node:timers/promises';
import { cpuMs, forgetPeak, memoryMiB } from '../process-facts.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { StartOptions } from '../subjects.ts';
import { AFTERWARDS_MS, finish, type Finish } from './together.ts';

const count = 1000;

export interface Burst extends Finish {
  readonly pid: number;
  /** By performance.now(). */
  readonly started: number;
  readonly lastReadyAt: number;
  readonly ready: number;
  readonly cpuMs: number;
  readonly apiCalls: number;
}

export const burst: Scenario = async (stage) => {
  const { pid, sample, isDone, seconds, ready, ...used } = await playBurst(stage);
  return {
    burstRate: isDone ? { value: count / seconds } : sample,
    burstCpu: { value: used.cpuMs / ready },
    burstPeak: { value: (await memoryMiB(pid)).peak },
    burstCalls: { value: used.apiCalls / ready },
  };
};

export async function playBurst(stage: Stage, options: StartOptions = {}): Promise<Burst> {
  await stage.setUp({ quotas: 'off', issuingTimeMs: 0 });
  // Before it starts: who is not approved for ten seconds gets an event for it.
  await stage.create(count);
  const watch = await stage.watchRequests();
  const { pid } = await stage.startReady({ ...options, unlimited: true });
  await forgetPeak(pid);
  const [since, cpuBefore] = [await stage.world.plane.audit.mark(), await cpuMs(pid)];
  const started = performance.now();
  await stage.approveAll(count);
  const finished = await finish(watch, { count, started, boundSeconds: 120 });
  await delay(AFTERWARDS_MS);
  return {
    ...{ ...finished, pid, started, lastReadyAt: watch.lastReadyAt, ready: watch.ready },
    ...{ cpuMs: (await cpuMs(pid)) - cpuBefore, apiCalls: await stage.apiCalls(since) },
  };
}
