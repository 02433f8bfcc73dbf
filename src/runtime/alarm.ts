import type { Clock } from '../system/clock.ts';

/** One timer that is set again and again. */
export interface Alarm {
  /** Rings at this monotonic instant, in place of the one set before; `undefined` rings never. */
  set(at: number | undefined): void;
}

/** Node fires a longer timer at once (its limit is 2^31 − 1 ms). */
const longestTimerMs = 86_400_000;

/** `ring` may be called early; it looks at the time itself and sets the alarm again. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let current: { readonly at: number; readonly cancel: () => void } | undefined;
  return {
    set(at) {
      if (current?.at === at) return;
      current?.cancel();
      current = undefined;
      if (at === undefined) return;
      const delay = Math.max(0, Math.min(at - clock.monotonic(), longestTimerMs));
      const cancel = clock.schedule(delay, () => {
        current = undefined;
        ring();
      });
      current = { at, cancel };
    },
  };
}
