import { setTimeout as delay } from 'node:timers/promises';
import type { SupervisedProcess } from '../../test/cluster/supervisor/supervisor.ts';
import type { ReadyWatch } from '../ready-watch.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { Sample } from '../statistics.ts';

/** Time enough for a replica to list everything and to see the Lease that another holds. */
const WARM_UP_MS = 5000;
const BOUND_SECONDS = 60;
const leaderElect = true;

export const takeover: Scenario = async (stage) => {
  await stage.setUp({ quotas: {}, issuingTimeMs: 0 });
  const first = await stage.startReady({ leaderElect });
  const watch = await stage.watchRequests();
  await stage.create(2);
  const second = await stage.start({ leaderElect });
  await delay(WARM_UP_MS);
  const terminated = await signalAndSign(stage, watch, { leader: first, signal: 'SIGTERM', request: 0 });
  await stage.start({ leaderElect });
  await delay(WARM_UP_MS);
  const killed = await signalAndSign(stage, watch, { leader: second, signal: 'SIGKILL', request: 1 });
  return { terminated, killed };
};

interface End {
  readonly leader: SupervisedProcess;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  /** Approved at that moment. */
  readonly request: number;
}

async function signalAndSign(stage: Stage, watch: ReadyWatch, { leader, signal, request }: End): Promise<Sample> {
  const started = performance.now();
  leader.signal(signal);
  // One that is asked to end still takes what it sees; here the other one is meant.
  await leader.exited;
  await stage.approve(request);
  const isReady = await watch.until(({ ready }) => ready > request, BOUND_SECONDS * 1000);
  return isReady ? { value: (watch.lastReadyAt - started) / 1000 } : { unfinished: `not done in ${BOUND_SECONDS} s` };
}
