import { ApiError, isConflict } from '../kube/errors.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Random } from '../system/random.ts';
import { Stopping } from '../system/stopping.ts';
import { initialiseMetrics, noControllerMetrics } from './controller-metrics.ts';
import type { ControllerMetrics, RunResult } from './controller-metrics.ts';
import { createRateLimiter, defaultBackoff } from './rate-limiter.ts';
import type { Backoff } from './rate-limiter.ts';
import type { Reconcile, Result } from './reconciler.ts';
import { createWorkQueue } from './work-queue.ts';
import type { AddOptions, WorkItem, WorkQueue } from './work-queue.ts';

export interface ControllerOptions {
  /** Names the controller in log lines and metrics. */
  readonly name: string;
  /** How many keys are reconciled at once; one key never twice at once. */
  readonly concurrency: number;
  readonly reconcile: Reconcile;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** A new id for each run, to find its log lines by. */
  readonly createId: () => string;
  readonly metrics?: ControllerMetrics;
  readonly backoff?: Backoff;
  /**
   * Asked before each run; while it says no, nothing runs. For the lease: a process that was frozen wakes up in the belief
   * that it still leads.
   */
  readonly mayRun?: () => boolean;
}

/** How soon to ask again whether anything may run. */
const notNowMs = 500;
/** What an API server asks for by Retry-After is a few seconds; what asks for more is not believed. */
const longestAskedMs = 60_000;

/** Brings objects, named by their keys, to what is wanted: a queue, and workers that call the reconciler. */
export interface Controller {
  readonly name: string;
  /** Keys that are due and wait for a worker. */
  readonly waiting: number;
  /** May be called at any time, also before `run`. */
  enqueue(key: string, options?: AddOptions): void;
  /**
   * Works until `stop` aborts, and resolves when the runs in flight have ended. `abandon` reaches these runs as their
   * signal: their grace is over. Never rejects. Runs once.
   */
  run(stop: AbortSignal, abandon?: AbortSignal): Promise<void>;
}

/** How a run ended, and what to tell about it. */
type Outcome =
  | { readonly result: 'success' }
  | { readonly result: 'requeue_after'; readonly afterMs: number }
  | { readonly result: 'requeue' | 'error'; readonly error: Error };

export function createController(options: ControllerOptions): Controller {
  const { name, clock, random, backoff = defaultBackoff, metrics = noControllerMetrics } = options;
  const limiter = createRateLimiter(backoff, random);
  const queue = createWorkQueue({ name, clock, limiter, metrics: metrics.queue });
  initialiseMetrics(metrics, name, options.concurrency);
  const context: WorkerContext = { options, metrics, queue, active: { count: 0 } };
  return {
    name,
    get waiting() {
      return queue.length;
    },
    enqueue: (key, addOptions) => queue.add(key, addOptions),
    async run(stop, abandon = neverAborts()) {
      const shutDown = (): void => queue.shutDown();
      if (stop.aborted) shutDown();
      else stop.addEventListener('abort', shutDown, { once: true });
      await Promise.all(Array.from({ length: options.concurrency }, () => work(context, abandon)));
    },
  };
}

interface WorkerContext {
  readonly options: ControllerOptions;
  readonly metrics: ControllerMetrics;
  readonly queue: WorkQueue;
  readonly active: { count: number };
}

const neverAborts = (): AbortSignal => new AbortController().signal;

async function work(context: WorkerContext, abandon: AbortSignal): Promise<void> {
  for (let item = await context.queue.get(); item; item = await context.queue.get()) {
    await runOnce(context, item, abandon);
  }
}

async function runOnce(context: WorkerContext, item: WorkItem, signal: AbortSignal): Promise<void> {
  const { options, metrics, queue } = context;
  const { name: controller, clock, mayRun = () => true } = options;
  if (!mayRun()) {
    queue.add(item.key, { afterMs: notNowMs, priority: item.priority });
    queue.done(item.key);
    return;
  }
  const logger = options.logger.child({ controller, object: item.key, reconcileID: options.createId() });
  const start = clock.monotonic();
  countActive(context, 1);
  const outcome = await settleRun(() => options.reconcile(item.key, { logger, signal }));
  countActive(context, -1);
  metrics.duration.observe({ controller }, (clock.monotonic() - start) / 1000);
  metrics.reconciles.inc({ controller, result: outcome.result satisfies RunResult });
  applyOutcome(context, item, outcome, logger, signal);
  queue.done(item.key);
}

function countActive({ active, metrics, options }: WorkerContext, by: number): void {
  active.count += by;
  metrics.activeWorkers.set({ controller: options.name }, active.count);
}

/** Whatever the reconciler does, also throwing before its first await or throwing something odd, becomes an outcome. */
async function settleRun(run: () => Promise<Result>): Promise<Outcome> {
  try {
    const { requeueAfterMs = 0 } = await run();
    return requeueAfterMs > 0 ? { result: 'requeue_after', afterMs: requeueAfterMs } : { result: 'success' };
  } catch (thrown) {
    const error =
      thrown instanceof Error ? thrown : new Error('a value that is no Error was thrown', { cause: thrown });
    return { result: isConflict(error) ? 'requeue' : 'error', error };
  }
}

function applyOutcome(
  { queue, metrics, options }: WorkerContext,
  { key, priority }: WorkItem,
  outcome: Outcome,
  logger: Logger,
  signal: AbortSignal,
): void {
  switch (outcome.result) {
    case 'success':
      queue.forget(key);
      return;
    case 'requeue_after':
      queue.forget(key);
      queue.add(key, { afterMs: outcome.afterMs, priority });
      return;
    case 'requeue': {
      const retryInMs = Math.round(queue.addRateLimited(key, priority));
      logger.debug({ retryInMs }, 'the object changed in the meantime: reconciling again');
      return;
    }
    case 'error': {
      const retryInMs = Math.round(queue.addRateLimited(key, priority, askedDelayMs(outcome.error)));
      metrics.errors.inc({ controller: options.name });
      // An abandoned run fails because it was told to end; nobody can do anything about it.
      if (signal.aborted || outcome.error instanceof Stopping)
        logger.debug({ error: outcome.error }, 'reconcile abandoned: the process is stopping');
      else logger.error({ error: outcome.error, failures: queue.failures(key), retryInMs }, 'reconcile failed');
    }
  }
}

const askedDelayMs = (error: Error): number =>
  error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, longestAskedMs) : 0;
