import type { Clock } from '../system/clock.ts';

/** Waits for `work`, but no longer than `limitMs`: says whether it ended in time. Rejects if the work does. */
export function within(clock: Clock, limitMs: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(limitMs, () => resolve(false));
    work.then(() => resolve(true), reject).finally(cancel);
  });
}
