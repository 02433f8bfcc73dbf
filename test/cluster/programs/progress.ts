/** Receives one line for a person to read. */
export type Log = (line: string) => void;

export const PROGRESS_EVERY_MS = 15_000;

/** Waits for `work` and says how long it has taken, in whole seconds, every so often until it ends. */
export async function withProgress<T>(
  log: Log,
  doing: string,
  work: Promise<T>,
  everyMs = PROGRESS_EVERY_MS,
): Promise<T> {
  const start = performance.now();
  const tell = (): void => log(`… ${doing}: ${elapsed(performance.now() - start)}`);
  const timer = setInterval(tell, everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** "45 s", "3 min 05 s". */
export function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
