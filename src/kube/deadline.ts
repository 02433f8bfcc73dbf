import type { Clock } from '../system/clock.ts';
import { TransportError } from './errors.ts';

/** A signal that aborts with a TransportError `TIMEOUT` when time is over, or with the caller's reason. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Gives the full time again, from now. */
  restart(): void;
  /** Forgets timer and caller; to be called once the guarded work is over. */
  end(): void;
}

/** `what` names the guarded work in the error's message. */
export function startDeadline(clock: Clock, timeoutMs: number, what: string, caller?: AbortSignal): Deadline {
  // Not AbortSignal.any: a caller's signal lives as long as the process and would collect one dependent a call.
  const controller = new AbortController();
  const follow = (): void => controller.abort(caller?.reason);
  const expire = (): void =>
    controller.abort(new TransportError('TIMEOUT', `${what}: no answer within ${timeoutMs} ms`));
  let cancel = clock.schedule(timeoutMs, expire);
  if (caller?.aborted) follow();
  else caller?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    restart: () => {
      cancel();
      cancel = clock.schedule(timeoutMs, expire);
    },
    end: () => {
      cancel();
      caller?.removeEventListener('abort', follow);
    },
  };
}

/** Waits for `work` no longer than the signal lasts; the work itself goes on. */
export function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = (): void => reject(signal.reason as Error);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', fail));
  });
}
