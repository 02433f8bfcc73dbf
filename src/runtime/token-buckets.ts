import type { Clock } from '../system/clock.ts';

/** Lets `burst` through at once and then one more every `refillMs`, for each key by itself. */
export interface TokenBuckets {
  take(key: string): boolean;
  /** Milliseconds until the key has a token; 0: it has one now. */
  msUntilNext(key: string): number;
  forget(key: string): void;
  /** Forgets keys whose bucket is full again. */
  tidy(): void;
  readonly size: number;
}

/** The longest unused bucket is forgotten when there are more than `limit`. */
export function createTokenBuckets(clock: Clock, burst: number, refillMs: number, limit: number): TokenBuckets {
  /** When the bucket is full again, monotonic: each token that is taken puts it off by `refillMs`. */
  const fullAt = new Map<string, number>();

  function msUntilNext(key: string): number {
    const msUntilFull = (fullAt.get(key) ?? Number.NEGATIVE_INFINITY) - clock.monotonic();
    return Math.max(0, msUntilFull - (burst - 1) * refillMs);
  }

  return {
    get size() {
      return fullAt.size;
    },
    msUntilNext,
    take(key) {
      if (msUntilNext(key) > 0) return false;
      const now = clock.monotonic();
      const next = Math.max(fullAt.get(key) ?? now, now) + refillMs;
      // Taken out and put in again: a Map keeps the order of insertion.
      fullAt.delete(key);
      fullAt.set(key, next);
      const [oldest] = fullAt.keys();
      if (fullAt.size > limit && oldest !== undefined) fullAt.delete(oldest);
      return true;
    },
    forget: (key) => void fullAt.delete(key),
    tidy() {
      for (const [key, at] of fullAt) if (at <= clock.monotonic()) fullAt.delete(key);
    },
  };
}
