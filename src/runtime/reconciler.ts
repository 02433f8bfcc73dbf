import type { Logger } from '../system/logger.ts';

/** What follows a run. Empty: nothing more until the object changes. A thrown error: again, with growing delay. */
export interface Result {
  /** Run again so many milliseconds from now, whatever happens in between. Resets the growing delay. */
  readonly requeueAfterMs?: number;
}

export interface ReconcileContext {
  /** Carries controller, object and reconcile id. */
  readonly logger: Logger;
  /** Aborts when the process has to stop and its grace is over. */
  readonly signal: AbortSignal;
}

/** Brings one object from what is observed to what is wanted. At most one run per key at any moment. */
export type Reconcile = (key: string, context: ReconcileContext) => Promise<Result>;
