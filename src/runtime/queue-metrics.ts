import { noMetric } from '../system/metrics.ts';
import type { Counter, Gauge, Histogram } from '../system/metrics.ts';

type QueueLabel = 'name' | 'controller';

/** What a queue tells (the `workqueue_*` series of client-go). */
export interface QueueMetrics {
  readonly depth: Gauge<QueueLabel | 'priority'>;
  readonly adds: Counter<QueueLabel>;
  readonly queueDuration: Histogram<QueueLabel>;
  readonly workDuration: Histogram<QueueLabel>;
  readonly unfinishedWork: Gauge<QueueLabel>;
  readonly longestRunning: Gauge<QueueLabel>;
  readonly retries: Counter<QueueLabel>;
  /** `callback` runs before every scrape, to set the gauges that change by the mere passing of time. */
  onCollect(callback: () => void): void;
}

export const noQueueMetrics: QueueMetrics = {
  depth: noMetric,
  adds: noMetric,
  queueDuration: noMetric,
  workDuration: noMetric,
  unfinishedWork: noMetric,
  longestRunning: noMetric,
  retries: noMetric,
  onCollect: () => undefined,
};
