import type { KubeClient } from '../kube/client.ts';
import type { ObjectName } from '../kube/objects.ts';
import { sleep } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import { noMetric } from '../system/metrics.ts';
import type { Gauge } from '../system/metrics.ts';
import type { Random } from '../system/random.ts';
import { createAlarm } from './alarm.ts';
import { createLeaseRound } from './lease-round.ts';
import type { RoundResult } from './lease-round.ts';
import { watchLease } from './lease-watch.ts';
import { createPause } from './pause.ts';

/** Milliseconds. The lease must outlast the renew deadline, and that some retries. */
export interface ElectionTimes {
  /** How long others wait for a leader that fell silent. */
  readonly leaseDurationMs: number;
  /** How long a leader tries to renew before it gives up. */
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** Those of Kubernetes' own components. */
export const defaultElectionTimes: ElectionTimes = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** How much later than its expiry a lease that was not given up means that our own timers do not run. */
const watchdogMs = 20_000;

export interface LeaderElectorOptions {
  /** With connections of its own: one hung request elsewhere must not cost the lease. */
  readonly client: KubeClient;
  readonly lease: ObjectName;
  /** Unique to this process (`hostname_uuid`). */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly isMaster?: Gauge<'name'>;
  readonly times?: ElectionTimes;
}

/** The lease was lost while it was needed: whatever it guards has to stop, and the process with it. */
export class LeadershipLostError extends Error {
  override readonly name = 'LeadershipLostError';
}

/**
 * Leadership by a Lease, as Kubernetes' own components do it (client-go's leader election): one holder, who renews; the
 * others take over when the lease is free or has not changed for its whole duration by their own monotonic clock. Wall
 * clocks do not matter. Two leaders may overlap for an instant: guarded work checks `isLeaderFor` and stays idempotent.
 */
export interface LeaderElector {
  /** Resolves once we lead; from then on the lease is renewed. Rejects with the signal's reason. Called once. */
  acquire(signal: AbortSignal): Promise<void>;
  /** Aborts, with a LeadershipLostError, when the lease is lost. */
  readonly lost: AbortSignal;
  /** True while nobody else can lead before so many milliseconds have passed. */
  isLeaderFor(ms: number): boolean;
  /** Ends renewing and gives the lease back if it is ours. Only after all guarded work has ended. Never rejects. */
  release(signal?: AbortSignal): Promise<void>;
  /** What is wrong, for a liveness probe; undefined while all is well. */
  checkHealth(): string | undefined;
}

export function createLeaderElector(options: LeaderElectorOptions): LeaderElector {
  const { clock, random, identity, isMaster = noMetric, times = defaultElectionTimes } = options;
  const logger = options.logger.child({ lease: options.lease.name, identity });
  const round = createLeaseRound({
    ...options,
    leaseDurationMs: times.leaseDurationMs,
    callTimeoutMs: callTimeout(times),
  });
  const lost = new AbortController();
  const stopRenewing = new AbortController();
  const deadline = createAlarm(clock, () => lose(`not renewed for ${times.renewDeadlineMs} ms`));
  /** Monotonic instant of the last write that made or kept us leader; undefined while we are none. */
  let heldSince: number | undefined;
  let renewing: Promise<void> = Promise.resolve();

  function setLeading(since: number | undefined): void {
    heldSince = since;
    deadline.set(since === undefined ? undefined : since + times.renewDeadlineMs);
    isMaster.set({ name: options.lease.name }, since === undefined ? 0 : 1);
  }

  function lose(reason: string): void {
    if (heldSince === undefined) return;
    setLeading(undefined);
    stopRenewing.abort();
    logger.error({ reason }, 'leader election lost');
    lost.abort(new LeadershipLostError(`leader election lost: ${reason}`));
  }

  /** A round that did not come off is like a race that was lost: it is tried again. */
  async function attempt(signal: AbortSignal): Promise<RoundResult> {
    try {
      return await round.attempt(heldSince !== undefined, signal);
    } catch (error) {
      if (!signal.aborted) logger.warn({ error }, 'the lease could not be read or written; trying again');
      return { outcome: 'raced' };
    }
  }

  async function campaign(signal: AbortSignal, rest: (delayMs: number) => Promise<void>): Promise<number> {
    let reported: string | undefined;
    for (;;) {
      const result = await attempt(signal);
      signal.throwIfAborted();
      if (result.outcome === 'held') return result.since;
      const holder = result.outcome === 'other' ? result.holder : reported;
      if (holder !== reported) logger.info({ holder }, 'waiting for leadership');
      reported = holder;
      const delay = times.retryPeriodMs * (1 + 1.2 * random());
      await rest(result.outcome === 'other' ? Math.min(delay, result.remainingMs) : delay);
    }
  }

  async function acquire(signal: AbortSignal): Promise<void> {
    setLeading(undefined);
    const pause = createPause(clock);
    const watch = new AbortController();
    const watching = watchLease({ ...options, ...times, logger, onFree: () => pause.wake() }, watch.signal);
    try {
      setLeading(await campaign(signal, (delayMs) => pause.rest(delayMs, signal)));
    } finally {
      watch.abort();
      await watching;
    }
    logger.info({}, 'leading');
    renewing = renew(stopRenewing.signal);
  }

  async function renew(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(clock, times.retryPeriodMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const result = await attempt(signal);
      // Lost or released while the answer was on its way: it changes nothing any more.
      if (isOver(signal)) return;
      if (result.outcome === 'held') setLeading(result.since);
      if (result.outcome === 'other') lose(`${result.holder} holds the lease`);
    }
  }

  async function release(signal?: AbortSignal): Promise<void> {
    stopRenewing.abort();
    await renewing;
    setLeading(undefined);
    if (lost.signal.aborted) return;
    try {
      await round.release(signal);
    } catch (error) {
      logger.warn({ error }, 'the lease could not be given back; it expires by itself');
    }
  }

  return {
    acquire,
    lost: lost.signal,
    isLeaderFor: (ms) => heldSince !== undefined && clock.monotonic() + ms < heldSince + times.leaseDurationMs,
    release,
    checkHealth() {
      const silentMs = heldSince === undefined ? 0 : clock.monotonic() - heldSince;
      return silentMs > times.leaseDurationMs + watchdogMs ? 'the lease was neither renewed nor given up' : undefined;
    },
  };
}

/** One hung call leaves time for another before the deadline. */
const callTimeout = ({ renewDeadlineMs }: ElectionTimes): number => Math.max(1000, renewDeadlineMs / 2);

/** A function, because the compiler remembers that an earlier check found the signal not aborted. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;
