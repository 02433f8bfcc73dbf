import type { Clock } from '../system/clock.ts';

/** Lets `burst` through at once and then one more every `refillMs`, for each key by itself. */
export interface TokenBuckets {
  take(key: string): boolean;
  /** Forgets keys whose bucket is full again. */
  tidy(): void;
  readonly size: number;
}

interface Bucket {
  tokens: number;
  /** Monotonic. */
  countedAt: number;
}

/** The longest unused bucket is forgotten when there are more than `limit`. */
export function createTokenBuckets(clock: Clock, burst: number, refillMs: number, limit: number): TokenBuckets {
  const buckets = new Map<string, Bucket>();

  function refill(bucket: Bucket): Bucket {
    const now = clock.monotonic();
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.countedAt) / refillMs);
    return { tokens, countedAt: now };
  }

  return {
    get size() {
      return buckets.size;
    },
    take(key) {
      const bucket = refill(buckets.get(key) ?? { tokens: burst, countedAt: clock.monotonic() });
      const isAllowed = bucket.tokens >= 1;
      if (isAllowed) bucket.tokens--;
      // Taken out and put in again: a Map keeps the order of insertion.
      buckets.delete(key);
      buckets.set(key, bucket);
      const [oldest] = buckets.keys();
      if (buckets.size > limit && oldest !== undefined) buckets.delete(oldest);
      return isAllowed;
    },
    tidy() {
      for (const [key, bucket] of buckets) if (refill(bucket).tokens >= burst) buckets.delete(key);
    },
  };
}
