import { noMetric } from '../system/metrics.ts';
import type { Counter, Gauge, Histogram } from '../system/metrics.ts';
import { noQueueMetrics } from './queue-metrics.ts';
import type { QueueMetrics } from './queue-metrics.ts';

/** How a run ended: `requeue` after a conflict, `requeue_after` when the reconciler asked for a time. */
export type RunResult = 'success' | 'error' | 'requeue' | 'requeue_after';

/** What a controller tells (the `controller_runtime_*` series). */
export interface ControllerMetrics {
  readonly reconciles: Counter<'controller' | 'result'>;
  readonly errors: Counter<'controller'>;
  readonly duration: Histogram<'controller'>;
  readonly maxConcurrent: Gauge<'controller'>;
  readonly activeWorkers: Gauge<'controller'>;
  readonly queue: QueueMetrics;
}

export const noControllerMetrics: ControllerMetrics = {
  reconciles: noMetric,
  errors: noMetric,
  duration: noMetric,
  maxConcurrent: noMetric,
  activeWorkers: noMetric,
  queue: noQueueMetrics,
};

const runResults: readonly RunResult[] = ['success', 'error', 'requeue', 'requeue_after'];

/** Every series is there from the start, so that a rate over it is defined before the first run. */
export function initialiseMetrics(metrics: ControllerMetrics, controller: string, concurrency: number): void {
  for (const result of runResults) metrics.reconciles.inc({ controller, result }, 0);
  metrics.errors.inc({ controller }, 0);
  metrics.maxConcurrent.set({ controller }, concurrency);
  metrics.activeWorkers.set({ controller }, 0);
}
