/** Written into a lock file by the process that holds it. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** Different for every holder. */
  readonly token: string;
}

export interface LockView {
  readonly host: string;
  readonly isAlive: (pid: number) => boolean;
  /** How long ago the holder last touched the lock. */
  readonly ageMs: number;
}

/** A holder touches its lock every so often … */
export const TOUCH_EVERY_MS = 5_000;
/** … and one that has not done so for this long is gone, even if another process has its id by now. */
export const ABANDONED_AFTER_MS = 60_000;

/** Whether a lock's holder has died, so that another process may take the lock. */
export function isAbandoned(owner: LockOwner | undefined, view: LockView): boolean {
  if (view.ageMs > ABANDONED_AFTER_MS) return true;
  return owner?.host === view.host && !view.isAlive(owner.pid);
}

/** Undefined for anything that is not a lock of ours. */
export function parseLockOwner(text: string): LockOwner | undefined {
  try {
    const value = JSON.parse(text) as Partial<LockOwner> | null;
    const { pid, host, token } = value ?? {};
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof token !== 'string') return undefined;
    return { pid, host, token };
  } catch {
    return undefined;
  }
}
