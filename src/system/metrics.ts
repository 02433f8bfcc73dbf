/**
 * The shapes in which the program counts. prom-client's Counter, Gauge and Histogram satisfy them, so that the rooms
 * below src/main.ts depend on no metrics library and tests can pass `noMetrics`.
 */
export interface Counter<L extends string> {
  inc(labels: Record<L, string>, value?: number): void;
}
export interface Gauge<L extends string> {
  set(labels: Record<L, string>, value: number): void;
  /** Forgets one series: what it described is gone. */
  remove(labels: Record<L, string>): void;
}
export interface Histogram<L extends string> {
  /** Seconds, as Prometheus wants durations. */
  observe(labels: Record<L, string>, seconds: number): void;
}

const nothing = (): void => undefined;
/** Counts nothing. */
export const noMetric = { inc: nothing, set: nothing, remove: nothing, observe: nothing };
