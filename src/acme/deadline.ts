import type { Clock } from '../system/clock.ts';

/** A signal for one call: it aborts when time is over, or with the caller's. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether it was time that ended the call. */
  hasPassed(): boolean;
  /** Forgets timer and caller; to be called once the call is over. */
  end(): void;
}

export function startDeadline(clock: Clock, deadlineMs: number, caller?: AbortSignal): Deadline {
  // Not AbortSignal.any: a caller's signal lives as long as the process and would collect one dependent a call.
  const controller = new AbortController();
  let passed = false;
  const follow = (): void => controller.abort();
  const cancel = clock.schedule(deadlineMs, () => {
    passed = true;
    controller.abort();
  });
  if (caller?.aborted) follow();
  else caller?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    hasPassed: () => passed,
    end: () => {
      cancel();
      caller?.removeEventListener('abort', follow);
    },
  };
}

/** Waits for `work` no longer than until the signal aborts; the work itself goes on. */
export function until<T>(work: Promise<T>, signal: AbortSignal | undefined, aborted: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(aborted());
    if (signal?.aborted) fail();
    else signal?.addEventListener('abort', fail, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', fail));
  });
}
