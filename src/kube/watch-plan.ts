import { ApiError, isExpired, TransportError } from './errors.ts';

/** How one watch went. */
export interface WatchOutcome {
  /** What ended it; undefined when the server closed it in order. */
  readonly error: unknown;
  /** Bookmarks included. */
  readonly events: number;
  readonly livedMs: number;
  /** Time since the last list. */
  readonly listAgeMs: number;
  /** From which age on what was seen is compared with a list. */
  readonly relistAgeMs: number;
}

/** What follows a watch: watch on from where it stopped, or list again; at once, or after a growing delay. */
export interface NextStep {
  readonly step: 'watch' | 'list';
  readonly wait: boolean;
  /** The version seen last is good to go on from: where the list fails, watch on. */
  readonly compares?: true;
  /** The least delay the server asked for. */
  readonly retryAfterMs?: number | undefined;
}

/** A watch that ends sooner without a single event did not work, however it ended. */
const SHORTEST_USEFUL_MS = 1_000;

/** A list whose version is too old sooner than this comes from a server in trouble. */
const YOUNGEST_EXPIRED_MS = 10_000;

/**
 * Decides as client-go's reflector does, but for two cases: a version that is too old leads to a list at once. That is
 * what a restarted API server says to everybody, and waiting would add to the time in which changes are not seen. And now
 * and then a watch is followed by a list though it could go on: an event that was lost on its way is found by nothing else.
 */
export function planAfterWatch({ error, events, livedMs, listAgeMs, relistAgeMs }: WatchOutcome): NextStep {
  if (isExpired(error)) return { step: 'list', wait: listAgeMs < YOUNGEST_EXPIRED_MS };
  if (error instanceof ApiError) {
    return { step: error.code === 429 ? 'watch' : 'list', wait: true, retryAfterMs: error.retryAfterMs };
  }
  // Our own fault while an event was taken in: watching on would meet the same event again.
  if (error !== undefined && !(error instanceof TransportError)) return { step: 'list', wait: true };
  // Closed, cut, silent or refused: the version seen last is still good to go on from.
  const wait = events === 0 && livedMs < SHORTEST_USEFUL_MS;
  // Who cannot be reached is not asked for more than before.
  if (!wait && listAgeMs >= relistAgeMs) return { step: 'list', wait, compares: true };
  return { step: 'watch', wait };
}
