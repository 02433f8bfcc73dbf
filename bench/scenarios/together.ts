import { setTimeout as delay } from 'node:timers/promises';
import type { ReadyWatch } from '../ready-watch.ts';
import type { Sample } from '../statistics.ts';

/** The events that follow a status are made within this time, and cost a little, too. */
export const AFTERWARDS_MS = 3000;

/** Waits until `performance.now()` is that far. */
export const sleepUntil = (at: number): Promise<void> => delay(Math.max(0, at - performance.now()));

export interface Finish {
  /** Until the last request was Ready, or how far it came. */
  readonly sample: Sample;
  readonly isDone: boolean;
  readonly seconds: number;
}

/** Waits until so many requests are Ready, at most `boundSeconds` from `started` on. */
export async function finish(
  watch: ReadyWatch,
  { count, started, boundSeconds }: { readonly count: number; readonly started: number; readonly boundSeconds: number },
): Promise<Finish> {
  const left = started + boundSeconds * 1000 - performance.now();
  // A request that failed for good will not become Ready, however long one waits.
  await watch.until(({ ready, failed }) => ready + failed >= count, left);
  const isDone = watch.ready >= count;
  const seconds = (watch.lastReadyAt - started) / 1000;
  return {
    sample: isDone ? { value: seconds } : { unfinished: describeRest(watch, count, boundSeconds) },
    isDone,
    seconds,
  };
}

function describeRest({ ready, failed }: ReadyWatch, count: number, boundSeconds: number): string {
  if (ready + failed >= count) return `${failed} failed, ${ready} Ready`;
  return `not done in ${boundSeconds} s (${ready} Ready${failed > 0 ? `, ${failed} failed` : ''})`;
}
