import type { Clock } from '../system/clock.ts';
import { TokenFlow } from './token-flow.ts';

/** A place that nobody came for is forgotten after so many seconds' tokens. */
const forgottenAfterSeconds = 60;
/** Two instants that are reckoned in different ways may differ by so much of a token. */
const rounding = 1e-6;

/**
 * One operation's calls in an account and region. A call's place is the number of tokens that must have flowed for it
 * (GCRA in tokens instead of times): whatever slows the flow delays every place that was given away.
 */
class Bucket {
  readonly rate: number;
  readonly flow: TokenFlow;
  /** How many calls of an idle bucket may follow the first at once. A fifth of the second stays free: calls that left evenly may arrive closer together. */
  readonly #burst: number;
  /** Where the next place begins; where the next call begins by those that were made; where it does for the late. */
  #placed = 0;
  #made = 0;
  #late = 0;
  readonly #places = new Map<string, number>();

  constructor(rate: number, now: number) {
    this.rate = rate;
    this.flow = new TokenFlow(rate, now);
    this.#burst = Math.max(0, Math.floor(rate * 0.8) - 1);
  }

  reserve(ticket: string, now: number): number {
    const minted = this.flow.minted(now);
    let place = this.#places.get(ticket) ?? this.#assign(minted);
    if (place <= minted + rounding) {
      if (this.#take(minted)) {
        this.#places.delete(ticket);
        return 0;
      }
      place = this.#assignLate(minted);
    }
    this.#places.set(ticket, place);
    return Math.max(1, Math.ceil(this.flow.msUntil(place - minted)));
  }

  throttled(now: number): void {
    // What the service has left is unknown: no burst for those who come now.
    if (this.flow.slowDown(now)) this.#placed = Math.max(this.#placed, this.flow.minted(now) + this.#burst + 1);
  }

  #assign(minted: number): number {
    this.#forgetStale(minted);
    const start = Math.max(this.#placed, minted);
    this.#placed = start + 1;
    return start - this.#burst;
  }

  /** Many who come late, and at once, would be more than their places allowed: counts the calls that are made. */
  #take(minted: number): boolean {
    const start = Math.max(this.#made, minted);
    if (start - this.#burst > minted + rounding) return false;
    this.#made = start + 1;
    return true;
  }

  #assignLate(minted: number): number {
    const start = Math.max(this.#late, this.#made, minted);
    this.#late = start + 1;
    return start - this.#burst;
  }

  #forgetStale(minted: number): void {
    for (const [ticket, place] of this.#places) {
      if (minted - place < this.rate * forgottenAfterSeconds) return;
      this.#places.delete(ticket);
    }
  }
}

/**
 * Spreads calls over time so that a service never has to refuse them. One bucket for each key (account, region and
 * operation); a bucket lets a burst of most of one second's rate pass, then the rate. Nobody waits inside: `reserve`
 * says when the caller's turn is, and keeps that place for it.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Asks for one call. Returns 0 when it may be made now, which uses the place up; else the milliseconds after which to
   * ask again with the same `ticket`. `ratePerSecond` 0 means no pacing.
   */
  reserve(key: string, ratePerSecond: number, ticket: string): number {
    if (ratePerSecond <= 0) return 0;
    const now = this.#clock.monotonic();
    return this.#bucket(key, ratePerSecond, now).reserve(ticket, now);
  }

  /** The service throttled a call: halve the rate, at most once a second; it recovers by itself. */
  throttled(key: string): void {
    this.#buckets.get(key)?.throttled(this.#clock.monotonic());
  }

  #bucket(key: string, rate: number, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known?.rate === rate) return known;
    const created = new Bucket(rate, now);
    this.#buckets.set(key, created);
    return created;
  }
}
