import type { Clock } from '../system/clock.ts';

/** How far a throttle pushes a rate down at most, and how fast it climbs back. */
const floor = 1 / 16;
const recoveryPerSecond = 0.05;
/** A slot that nobody came for is forgotten after so long; its place in the rate is lost. */
const reservationLifetimeMs = 60_000;

interface Bucket {
  readonly rate: number;
  /** Fraction of the rate in use: 1 unless the service throttled us all the same. */
  fraction: number;
  fractionAt: number;
  /** The instant up to which the rate is spent (GCRA's theoretical arrival time), monotonic milliseconds. */
  spentUntil: number;
  readonly reservations: Map<string, number>;
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
    const bucket = this.#bucket(key, ratePerSecond, now);
    const due = bucket.reservations.get(ticket) ?? this.#assign(bucket, now);
    if (due > now) {
      bucket.reservations.set(ticket, due);
      return Math.ceil(due - now);
    }
    bucket.reservations.delete(ticket);
    return 0;
  }

  /** The service throttled a call: halve the rate, at most once a second; it recovers by itself. */
  throttled(key: string): void {
    const bucket = this.#buckets.get(key);
    const now = this.#clock.monotonic();
    if (!bucket || (bucket.fraction < 1 && now - bucket.fractionAt < 1000)) return;
    bucket.fraction = Math.max(floor, this.#fraction(bucket, now) / 2);
    bucket.fractionAt = now;
    bucket.spentUntil = Math.max(bucket.spentUntil, now + 1000);
  }

  #bucket(key: string, rate: number, now: number): Bucket {
    const known = this.#buckets.get(key);
    if (known?.rate === rate) return known;
    const created = { rate, fraction: 1, fractionAt: now, spentUntil: 0, reservations: new Map<string, number>() };
    this.#buckets.set(key, created);
    return created;
  }

  #assign(bucket: Bucket, now: number): number {
    this.#forgetStale(bucket, now);
    const interval = 1000 / (bucket.rate * this.#fraction(bucket, now));
    // A fifth of the second stays free: calls that left evenly may arrive closer together.
    const burst = Math.max(0, Math.floor(bucket.rate * 0.8) - 1) * interval;
    const spentUntil = Math.max(bucket.spentUntil, now);
    bucket.spentUntil = spentUntil + interval;
    return spentUntil - burst;
  }

  #fraction(bucket: Bucket, now: number): number {
    return Math.min(1, bucket.fraction + ((now - bucket.fractionAt) / 1000) * recoveryPerSecond);
  }

  #forgetStale(bucket: Bucket, now: number): void {
    for (const [ticket, due] of bucket.reservations) {
      if (now - due < reservationLifetimeMs) return;
      bucket.reservations.delete(ticket);
    }
  }
}
