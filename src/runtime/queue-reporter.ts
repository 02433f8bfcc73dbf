import type { Clock } from '../system/clock.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { priorityLabels } from './priority.ts';
import type { Priority } from './priority.ts';

/** Turns what happens in a queue into its metrics. */
export interface QueueReporter {
  added(): void;
  /** A key became due, or left again: to a worker, to another class, or by shutdown. */
  entered(priority: Priority): void;
  left(priority: Priority): void;
  /** `due` is when the key could have started, monotonic. */
  started(key: string, due: number): void;
  finished(key: string): void;
  retried(): void;
}

export function createQueueReporter(name: string, metrics: QueueMetrics, clock: Clock): QueueReporter {
  const labels = { name, controller: name };
  const depth: Record<Priority, number> = { high: 0, low: 0 };
  const startedAt = new Map<string, number>();

  function changeDepth(priority: Priority, by: number): void {
    depth[priority] += by;
    metrics.depth.set({ ...labels, priority: priorityLabels[priority] }, depth[priority]);
  }

  function reportRunning(): void {
    const now = clock.monotonic();
    const seconds = [...startedAt.values()].map((start) => (now - start) / 1000);
    metrics.unfinishedWork.set(
      labels,
      seconds.reduce((sum, one) => sum + one, 0),
    );
    metrics.longestRunning.set(labels, Math.max(0, ...seconds));
  }

  changeDepth('high', 0);
  metrics.adds.inc(labels, 0);
  metrics.retries.inc(labels, 0);
  metrics.onCollect(reportRunning);
  return {
    added: () => metrics.adds.inc(labels),
    entered: (priority) => changeDepth(priority, 1),
    left: (priority) => changeDepth(priority, -1),
    started(key, due) {
      const now = clock.monotonic();
      startedAt.set(key, now);
      metrics.queueDuration.observe(labels, (now - due) / 1000);
    },
    finished(key) {
      const start = startedAt.get(key) ?? clock.monotonic();
      startedAt.delete(key);
      metrics.workDuration.observe(labels, (clock.monotonic() - start) / 1000);
    },
    retried: () => metrics.retries.inc(labels),
  };
}
