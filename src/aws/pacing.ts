import type { Clock } from '../system/clock.ts';
import { CallBucket, type Ending } from './call-bucket.ts';

/** What a quota of AWS is for. */
export interface QuotaScope {
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly operation: string;
}

/** One call that somebody wants to make. */
export interface Claim {
  readonly scope: QuotaScope;
  /** 0 means no pacing. */
  readonly ratePerSecond: number;
  /** Among whom the turns are shared out evenly. */
  readonly claimant: string;
  /** Which of the claimant's calls; the same each time that it asks. */
  readonly ticket: string;
}

/** The call may be made. `end` is to be called once it was answered, or is not made after all. */
export interface Turn {
  readonly kind: 'turn';
  /** Only the first ending counts. For a throttled call it returns after how many milliseconds to ask again. */
  end(ending: Ending): number | undefined;
}

export type Reservation = Turn | { readonly kind: 'wait'; readonly afterMs: number };

interface Known {
  readonly scope: QuotaScope;
  readonly bucket: CallBucket;
  /** Monotonic. */
  usedAt: number;
}

/** Regions and accounts come from issuers, which their owners may change as often as they like. */
const forgottenAfterMs = 600_000;

/** Claimants may use the same tickets. */
const ticketOf = (claimant: string, ticket: string): string => `${claimant} ${ticket}`;

const unpaced: Turn = { kind: 'turn', end: () => undefined };

/**
 * Spreads calls over time so that a service never has to refuse them. One bucket for each scope; a bucket lets a burst of
 * most of one second's rate pass, then the rate. Nobody waits inside: `reserve` says after how long to ask again, and
 * keeps the place until then. When the service throttles all the same, the rate is halved, at most once a second; it
 * recovers by itself.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  reserve({ scope, ratePerSecond, claimant, ticket }: Claim): Reservation {
    if (ratePerSecond <= 0) return unpaced;
    const bucket = this.#bucketOf(scope, ratePerSecond);
    const answer = bucket.ask(claimant, ticketOf(claimant, ticket), this.#clock.monotonic());
    if (typeof answer === 'number') return { kind: 'wait', afterMs: answer };
    let hasEnded = false;
    return {
      kind: 'turn',
      end: (ending) => {
        if (hasEnded) return undefined;
        hasEnded = true;
        return bucket.end(answer, ending, this.#clock.monotonic());
      },
    };
  }

  /**
   * Whether who was told to wait has to wait on: asked first, it saves preparing a call whose turn has not come. Keeps
   * the place as `reserve` does. Undefined when the turn is there, and for who never waited.
   */
  stillWaits({ scope, ratePerSecond, claimant, ticket }: Claim): number | undefined {
    if (ratePerSecond <= 0) return undefined;
    return this.#bucketOf(scope, ratePerSecond).stillWaits(ticketOf(claimant, ticket), this.#clock.monotonic());
  }

  /** How many calls wait for their turn, for each scope that is in use. */
  waiting(): { readonly scope: QuotaScope; readonly calls: number }[] {
    const now = this.#clock.monotonic();
    return [...this.#buckets.values()].map(({ scope, bucket }) => ({ scope, calls: bucket.waiting(now) }));
  }

  #bucketOf(scope: QuotaScope, rate: number): CallBucket {
    const key = [scope.service, scope.account, scope.region, scope.operation].join('/');
    const now = this.#clock.monotonic();
    const known = this.#buckets.get(key);
    if (known?.bucket.rate === rate) {
      known.usedAt = now;
      return known.bucket;
    }
    this.#tidy(now);
    const bucket = new CallBucket(rate, now);
    this.#buckets.set(key, { scope, bucket, usedAt: now });
    return bucket;
  }

  #tidy(now: number): void {
    for (const [key, { bucket, usedAt }] of this.#buckets)
      if (now - usedAt > forgottenAfterMs && bucket.isAsNew(now)) this.#buckets.delete(key);
  }
}
