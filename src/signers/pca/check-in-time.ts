import type { Clock } from '../../system/clock.ts';
import type { AuthorityCheck } from './check-authority.ts';

/**
 * Every call of a check has its own deadline, which add up where credentials are fetched role by role and refused: a worker is
 * held no longer than this.
 */
const deadlineMs = 60_000;

/** The check, or that AWS did not answer. What is late goes on to its own end, of which nobody is told; `late` begins no more. */
export async function checkInTime(
  clock: Clock,
  check: (late: AbortSignal) => Promise<AuthorityCheck>,
): Promise<AuthorityCheck> {
  const late = new AbortController();
  const expired = Promise.withResolvers<AuthorityCheck>();
  const cancel = clock.schedule(deadlineMs, () => {
    late.abort();
    expired.resolve(tooLate);
  });
  try {
    return await Promise.race([check(late.signal), expired.promise]);
  } finally {
    cancel();
  }
}

const tooLate: AuthorityCheck = {
  kind: 'unknown',
  reason: 'Unreachable',
  code: 'CheckTimeout',
  message: `AWS did not answer within ${deadlineMs / 1000} seconds; it is tried again.`,
};
