import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** What is awaited, for the error's message. */
  readonly what: string;
  /** A guard against hanging. Default 90 s. */
  readonly timeoutMs?: number;
  /** Default 50 ms. */
  readonly everyMs?: number;
}

/** Asks again and again until `probe` returns something other than undefined or false. Rejects when that takes too long. */
export async function eventually<T>(probe: () => Promise<T | undefined | false>, patience: Patience): Promise<T> {
  const { what, timeoutMs = 90_000, everyMs = 50 } = patience;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
    await delay(everyMs);
  }
}
