import type { CallOptions, KubeClient } from '../kube/client.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../kube/errors.ts';
import type { ObjectName } from '../kube/objects.ts';
import type { Clock } from '../system/clock.ts';
import { decideLease, leases, observe, planClaim, planNewLease, planRelease } from './lease.ts';
import type { Lease, LeaseDecision, Observation } from './lease.ts';

/** What came out of one try to get or keep the lease. */
export type RoundResult =
  /** It is ours. `since` is the monotonic instant before the write went out: others count from later on. */
  | { readonly outcome: 'held'; readonly since: number }
  | { readonly outcome: 'other'; readonly holder: string; readonly remainingMs: number }
  /** Somebody wrote between our look and our write. */
  | { readonly outcome: 'raced' };

export interface LeaseRoundOptions {
  readonly client: KubeClient;
  readonly lease: ObjectName;
  readonly identity: string;
  readonly clock: Clock;
  readonly leaseDurationMs: number;
  readonly callTimeoutMs: number;
}

/** The reads and writes of the election: one try, and giving back. Errors of the API are thrown. */
export interface LeaseRound {
  /** `isLeading` writes at once from what was seen last, without looking first. */
  attempt(isLeading: boolean, signal: AbortSignal): Promise<RoundResult>;
  /** Empties the holder if that is us. */
  release(signal?: AbortSignal): Promise<void>;
}

const releaseTries = 3;

export function createLeaseRound(options: LeaseRoundOptions): LeaseRound {
  const { client, clock, identity, leaseDurationMs } = options;
  let observation: Observation | undefined;
  let hasWritten = false;

  const callOptions = (signal?: AbortSignal): CallOptions => ({
    timeoutMs: options.callTimeoutMs,
    ...(signal && { signal }),
  });
  const claim = () => ({ identity, leaseDurationMs, wallNow: clock.now() });

  async function look(signal?: AbortSignal): Promise<Lease | undefined> {
    try {
      const lease = await client.get(leases, options.lease, callOptions(signal));
      observation = observe(observation, lease, clock.monotonic());
    } catch (error) {
      if (!isNotFound(error)) throw error;
      observation = undefined;
    }
    return observation?.lease;
  }

  async function write(decision: WriteDecision, signal: AbortSignal): Promise<RoundResult> {
    const since = clock.monotonic();
    hasWritten = true;
    try {
      const written = await send(decision, callOptions(signal));
      observation = observe(observation, written, clock.monotonic());
      return { outcome: 'held', since };
    } catch (error) {
      // Where a lease is to be made, it is its namespace that is not found.
      const isDeleted = isNotFound(error) && decision.action !== 'create';
      if (isConflict(error) || isAlreadyExists(error) || isDeleted) return { outcome: 'raced' };
      throw error;
    }
  }

  function send(decision: WriteDecision, call: CallOptions): Promise<Lease> {
    return decision.action === 'create'
      ? client.create(leases, options.lease.namespace, planNewLease(options.lease, claim()), call)
      : client.replace(leases, options.lease, planClaim(decision, claim()), call);
  }

  function decide(): LeaseDecision {
    return decideLease({ observation, identity, now: clock.monotonic(), leaseDurationMs });
  }

  return {
    async attempt(isLeading, signal) {
      const known = isLeading ? decide() : undefined;
      const renewed = known?.action === 'renew' ? await write(known, signal) : undefined;
      if (renewed?.outcome === 'held') return renewed;
      await look(signal);
      const decision = decide();
      if (decision.action === 'wait') return { outcome: 'other', ...heldElsewhere(decision) };
      return write(decision, signal);
    },
    async release(signal) {
      for (let left = hasWritten ? releaseTries : 0; left > 0; left--) {
        const lease = await look(signal);
        if (lease?.spec?.holderIdentity !== identity) return;
        try {
          await client.replace(leases, options.lease, planRelease(lease, clock.now()), callOptions(signal));
          return;
        } catch (error) {
          if (!isConflict(error) || left === 1) throw error;
        }
      }
    },
  };
}

type WriteDecision = Exclude<LeaseDecision, { action: 'wait' }>;

const heldElsewhere = ({ holder, remainingMs }: Extract<LeaseDecision, { action: 'wait' }>) => ({
  holder,
  remainingMs,
});
