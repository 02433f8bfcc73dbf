import type { Clock } from '../system/clock.ts';
import { createAlarm } from './alarm.ts';
import { createHeap } from './heap.ts';
import type { Priority } from './priority.ts';
import { noQueueMetrics } from './queue-metrics.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { createQueueReporter } from './queue-reporter.ts';
import type { RateLimiter } from './rate-limiter.ts';

export interface AddOptions {
  /** Not before so many milliseconds from now; default 0. */
  readonly afterMs?: number;
  /** Default `high`. */
  readonly priority?: Priority;
}

export interface WorkItem {
  readonly key: string;
  readonly priority: Priority;
}

/**
 * Keys that wait for a worker, with these rules:
 * - A key waits at most once. Adding it again keeps the earlier time and the higher priority; so an immediate add
 *   absorbs a delayed one.
 * - A key is given to one worker at a time. Added while it is worked on, it is given out once more after `done`.
 * - High goes before low; inside a class the key that became due first goes first. A raised key goes to the end of its
 *   new class.
 * - After shutdown nothing is taken in or given out, and what waits is dropped: a restart lists everything again.
 */
export interface WorkQueue {
  /** Keys that are due and wait for a worker. */
  readonly length: number;
  add(key: string, options?: AddOptions): void;
  /**
   * Adds after the delay that the key's failures so far ask for, and not before `atLeastMs`; returns the delay,
   * milliseconds.
   */
  addRateLimited(key: string, priority?: Priority, atLeastMs?: number): number;
  /** The key's run went well: its next failure starts from the shortest delay. */
  forget(key: string): void;
  failures(key: string): number;
  /** The next key; undefined once the queue is shut down or the signal aborts. Call `done` when finished with it. */
  get(signal?: AbortSignal): Promise<WorkItem | undefined>;
  done(key: string): void;
  shutDown(): void;
}

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly limiter: RateLimiter;
  readonly metrics?: QueueMetrics;
}

/** A key that wants a run. `due` is monotonic; `rank` orders what became due, and is undefined until then. */
interface Entry {
  readonly key: string;
  priority: Priority;
  due: number;
  rank: number | undefined;
}

const goesFirst = (a: Entry, b: Entry): boolean =>
  a.priority === b.priority ? (a.rank ?? 0) < (b.rank ?? 0) : a.priority === 'high';

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, limiter } = options;
  const report = createQueueReporter(options.name, options.metrics ?? noQueueMetrics, clock);
  const wanted = new Map<string, Entry>();
  const processing = new Set<string>();
  const delayed = createHeap<Entry>((a, b) => a.due < b.due);
  const ready = createHeap<Entry>(goesFirst);
  const waiters = new Set<(item: WorkItem | undefined) => void>();
  const alarm = createAlarm(clock, collectDue);
  let nextRank = 0;
  let isShutDown = false;

  function add(key: string, { afterMs = 0, priority = 'high' }: AddOptions = {}): void {
    if (isShutDown) return;
    const due = clock.monotonic() + Math.max(0, afterMs);
    const entry = wanted.get(key);
    if (entry) merge(entry, due, priority);
    else insert({ key, priority, due, rank: undefined });
    alarm.set(delayed.peek()?.due);
    handOut();
  }

  function insert(entry: Entry): void {
    wanted.set(entry.key, entry);
    report.added();
    if (entry.due <= clock.monotonic()) becomeDue(entry);
    else delayed.push(entry);
  }

  function merge(entry: Entry, due: number, priority: Priority): void {
    if (priority === 'high' && entry.priority === 'low') raise(entry);
    if (entry.rank !== undefined || due >= entry.due) return;
    delayed.remove(entry);
    entry.due = due;
    if (due <= clock.monotonic()) becomeDue(entry);
    else delayed.push(entry);
  }

  function raise(entry: Entry): void {
    const wasReady = ready.remove(entry);
    if (entry.rank !== undefined) {
      report.left(entry.priority);
      report.entered('high');
      entry.rank = nextRank++;
    }
    entry.priority = 'high';
    if (wasReady) ready.push(entry);
  }

  /** A key that is being worked on stays out of `ready` until `done`. */
  function becomeDue(entry: Entry): void {
    entry.rank = nextRank++;
    report.entered(entry.priority);
    if (!processing.has(entry.key)) ready.push(entry);
  }

  function collectDue(): void {
    const now = clock.monotonic();
    for (let first = delayed.peek(); first && first.due <= now; first = delayed.peek()) {
      delayed.pop();
      becomeDue(first);
    }
    alarm.set(delayed.peek()?.due);
    handOut();
  }

  function handOut(): void {
    for (const waiter of waiters) {
      const item = take();
      if (!item) return;
      waiters.delete(waiter);
      waiter(item);
    }
  }

  function take(): WorkItem | undefined {
    const entry = ready.pop();
    if (!entry) return undefined;
    const { key, priority } = entry;
    wanted.delete(key);
    processing.add(key);
    report.left(priority);
    report.started(key, entry.due);
    return { key, priority };
  }

  function get(signal?: AbortSignal): Promise<WorkItem | undefined> {
    if (isShutDown || signal?.aborted) return Promise.resolve(undefined);
    const item = take();
    if (item) return Promise.resolve(item);
    return new Promise((resolve) => {
      const giveUp = (): void => {
        waiters.delete(waiter);
        resolve(undefined);
      };
      const waiter = (next: WorkItem | undefined): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve(next);
      };
      waiters.add(waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  function done(key: string): void {
    if (!processing.delete(key)) return;
    report.finished(key);
    const entry = wanted.get(key);
    if (entry?.rank === undefined) return;
    entry.rank = nextRank++;
    ready.push(entry);
    handOut();
  }

  function addRateLimited(key: string, priority: Priority = 'high', atLeastMs = 0): number {
    const afterMs = Math.max(limiter.next(key), atLeastMs);
    report.retried();
    add(key, { afterMs, priority });
    return afterMs;
  }

  function shutDown(): void {
    isShutDown = true;
    alarm.set(undefined);
    for (const entry of wanted.values()) if (entry.rank !== undefined) report.left(entry.priority);
    wanted.clear();
    while (ready.pop());
    while (delayed.pop());
    for (const waiter of waiters) waiter(undefined);
    waiters.clear();
  }

  return {
    get length() {
      return ready.size;
    },
    add,
    addRateLimited,
    forget: (key) => limiter.forget(key),
    failures: (key) => limiter.failures(key),
    get,
    done,
    shutDown,
  };
}
