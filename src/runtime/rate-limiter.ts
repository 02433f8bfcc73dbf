import type { Random } from '../system/random.ts';

/** Delays that double with every failure of one key: `baseMs`, then twice that, up to `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
  /** Each delay is shortened by up to this fraction, so that keys that failed together do not come back together. */
  readonly jitter: number;
}

/** controller-runtime's delays for one item: 5 ms, doubling, at most 1000 s; with a jitter of ours. */
export const defaultBackoff: Backoff = { baseMs: 5, maxMs: 1_000_000, jitter: 0.1 };

/** Counts failures per key. */
export interface RateLimiter {
  /** Counts one more failure and says how many milliseconds to wait. */
  next(key: string): number;
  failures(key: string): number;
  /** Starts over. */
  forget(key: string): void;
}

/** The delay after `failures` earlier failures, milliseconds. */
export function planDelay({ baseMs, maxMs, jitter }: Backoff, failures: number, random: Random): number {
  return Math.min(baseMs * 2 ** failures, maxMs) * (1 - jitter * random());
}

export function createRateLimiter(backoff: Backoff, random: Random): RateLimiter {
  const counts = new Map<string, number>();
  return {
    next(key) {
      const failures = counts.get(key) ?? 0;
      counts.set(key, failures + 1);
      return planDelay(backoff, failures, random);
    },
    failures: (key) => counts.get(key) ?? 0,
    forget: (key) => void counts.delete(key),
  };
}
