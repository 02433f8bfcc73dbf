import type { Clock } from '../system/clock.ts';

/** A rest that can be cut short. */
export interface Pause {
  /** Resolves after `delayMs`, when woken, or when the signal aborts. */
  rest(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Ends the present rest, or else the next one before it begins. */
  wake(): void;
}

export function createPause(clock: Clock): Pause {
  let isWoken = false;
  let end: (() => void) | undefined;

  function rest(delayMs: number, signal: AbortSignal): Promise<void> {
    if (isWoken || signal.aborted) {
      isWoken = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener('abort', finish);
        end = undefined;
        resolve();
      };
      const cancel = clock.schedule(delayMs, finish);
      signal.addEventListener('abort', finish, { once: true });
      end = finish;
    });
  }

  return {
    rest,
    wake() {
      if (end) end();
      else isWoken = true;
    },
  };
}
