import type { EventRecorder, KubeEvent } from '../../src/runtime/events.ts';

/** Keeps events for the test to look at. */
export class RecordedEvents implements EventRecorder {
  readonly events: KubeEvent[] = [];

  record(event: KubeEvent): void {
    this.events.push(event);
  }

  /** `type reason: note` of each. */
  get told(): string[] {
    return this.events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`);
  }
}

/** A counter, or gauge, that keeps its values by its labels. */
export class RecordedMetric {
  readonly values = new Map<string, number>();

  inc(labels: Record<string, string>, value = 1): void {
    const key = keyOf(labels);
    this.values.set(key, (this.values.get(key) ?? 0) + value);
  }

  set(labels: Record<string, string>, value: number): void {
    this.values.set(keyOf(labels), value);
  }

  remove(labels: Record<string, string>): void {
    this.values.delete(keyOf(labels));
  }
}

const keyOf = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
