import { type Claim, Pacer, type QuotaScope } from '../../src/aws/pacing.ts';
import { FakeClock } from './fake-clock.ts';

export const scope: QuotaScope = {
  ...{ service: 'acm-pca', account: '111122223333', region: 'eu-west-1', operation: 'IssueCertificate' },
};

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The service's side of a quota: a bucket that holds one second's rate, full at the beginning. */
export class ServiceQuota {
  refused = 0;
  /** When calls arrived, monotonic milliseconds. */
  readonly arrivals: number[] = [];
  ratePerSecond: number;
  #tokens: number;
  #at = 0;

  constructor(ratePerSecond: number) {
    this.ratePerSecond = ratePerSecond;
    this.#tokens = ratePerSecond;
  }

  take(now: number): boolean {
    const refilled = this.#tokens + ((now - this.#at) / 1000) * this.ratePerSecond;
    this.#tokens = Math.min(this.ratePerSecond, refilled);
    this.#at = now;
    this.arrivals.push(now);
    const isGranted = this.#tokens >= 1 - 1e-9;
    if (isGranted) this.#tokens -= 1;
    else this.refused += 1;
    return isGranted;
  }
}

export interface Caller {
  readonly claimant: string;
  readonly ticket: string;
  /** Asks for the first time so many milliseconds from the beginning. Default 0. */
  readonly fromMs?: number;
  /** Never asks a second time: its request was deleted. */
  readonly vanishes?: boolean;
}

export interface Served {
  readonly claimant: string;
  readonly ticket: string;
  readonly atMs: number;
  /** How often it was sent away. */
  readonly asked: number;
}

export interface Conditions {
  readonly ratePerSecond?: number;
  readonly service?: ServiceQuota;
  /** How much later than told a caller asks again. */
  readonly lateMs?: (nowMs: number) => number;
  /** How long a call is on its way to the service, and its answer back. */
  readonly transitMs?: (nowMs: number) => number;
}

/** Callers that ask, stay away as long as they are told, and call, until all that did not vanish were served. */
export async function serve(callers: readonly Caller[], conditions: Conditions = {}) {
  const { ratePerSecond = 25, lateMs = () => 0, transitMs = () => 0 } = conditions;
  const { service = new ServiceQuota(ratePerSecond) } = conditions;
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const served: Served[] = [];
  const call = (caller: Caller, claim: Claim, asked: number): void => {
    const reservation = pacer.reserve(claim);
    if (reservation.kind === 'wait') {
      if (caller.vanishes) return;
      const afterMs = reservation.afterMs + lateMs(clock.monotonic());
      return void clock.schedule(afterMs, () => call(caller, claim, asked + 1));
    }
    clock.schedule(transitMs(clock.monotonic()), () => {
      const isGranted = service.take(clock.monotonic());
      if (isGranted) served.push({ ...caller, atMs: clock.monotonic(), asked });
      clock.schedule(transitMs(clock.monotonic()), () => {
        const againMs = reservation.end(isGranted ? 'called' : 'throttled');
        if (againMs !== undefined) clock.schedule(againMs, () => call(caller, claim, asked + 1));
      });
    });
  };
  for (const caller of callers) {
    const { claimant, ticket, fromMs = 0 } = caller;
    clock.schedule(fromMs, () => call(caller, { scope, ratePerSecond, claimant, ticket }, 0));
  }
  while (clock.pending > 0) await clock.advance(1000);
  return { served, service };
}

/** So many calls of one claimant. */
export const callersOf = (claimant: string, count: number, more: Partial<Caller> = {}): Caller[] =>
  Array.from({ length: count }, (_, index) => ({ claimant, ticket: `${claimant}-${index}`, ...more }));

/** The most calls in any span of time, beyond what the rate brings in it. */
export function largestBurst(arrivals: readonly number[], ratePerSecond: number): number {
  const sorted = arrivals.toSorted((a, b) => a - b);
  // Of all spans that end now, the one that holds the most: it begins where count so far and rate are furthest apart.
  let lead = 0;
  let largest = 0;
  let last = 0;
  for (const at of sorted) {
    lead = Math.max(0, lead - ((at - last) / 1000) * ratePerSecond) + 1;
    largest = Math.max(largest, lead);
    last = at;
  }
  return largest;
}
