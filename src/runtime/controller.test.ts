import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../test/support/memory-logger.ts';
import { ApiError } from '../kube/errors.ts';
import { Stopping } from '../system/stopping.ts';
import { createController } from './controller.ts';
import type { Controller } from './controller.ts';
import { noControllerMetrics } from './controller-metrics.ts';
import type { ControllerMetrics } from './controller-metrics.ts';
import type { Reconcile } from './reconciler.ts';

interface Bench {
  readonly clock: FakeClock;
  readonly controller: Controller;
  readonly logger: ReturnType<typeof createMemoryLogger>;
  readonly counts: Map<string, number>;
  readonly stop: () => void;
  readonly abandon: () => void;
  readonly ended: Promise<void>;
}

function createBench(reconcile: Reconcile, concurrency = 1, mayRun?: () => boolean): Bench {
  const clock = new FakeClock();
  const logger = createMemoryLogger();
  const counts = new Map<string, number>();
  const stop = new AbortController();
  const abandon = new AbortController();
  let ids = 0;
  const controller = createController({
    name: 'things',
    concurrency,
    reconcile,
    clock,
    random: () => 0,
    logger,
    createId: () => `id-${++ids}`,
    metrics: countingMetrics(counts),
    backoff: { baseMs: 100, maxMs: 1000, jitter: 0 },
    ...(mayRun && { mayRun }),
  });
  const ended = controller.run(stop.signal, abandon.signal);
  return { clock, controller, logger, counts, stop: () => stop.abort(), abandon: () => abandon.abort(), ended };
}

function countingMetrics(counts: Map<string, number>): ControllerMetrics {
  const add = (series: string, by: number): void => void counts.set(series, (counts.get(series) ?? 0) + by);
  return {
    ...noControllerMetrics,
    reconciles: { inc: ({ result }, by = 1) => add(result, by) },
    errors: { inc: (_labels, by = 1) => add('errors', by) },
    duration: { observe: (_labels, seconds) => add('seconds', seconds) },
    activeWorkers: { set: (_labels, value) => void counts.set('active', value), remove: () => undefined },
  };
}

const conflict = new ApiError({ code: 409, reason: 'Conflict', message: 'newer' });

/** A reconciler whose runs end when the test says so. */
function createGate() {
  const open: (() => void)[] = [];
  const runs: string[] = [];
  const reconcile: Reconcile = async (key) => {
    runs.push(key);
    await new Promise<void>((resolve) => open.push(resolve));
    return {};
  };
  return { runs, reconcile, release: () => open.shift()?.() };
}

test('while nothing may run nothing does, and what waits runs afterwards', async () => {
  const runs: string[] = [];
  let isAllowed = false;
  const run: Reconcile = async (key) => {
    runs.push(key);
    return {};
  };
  const { controller, clock, counts, logger } = createBench(run, 2, () => isAllowed);
  controller.enqueue('ns/a');
  controller.enqueue('ns/b');
  await clock.advance(60_000);
  expect([runs, [...counts.values()].filter((count) => count > 0), logger.lines]).toEqual([[], [], []]);
  isAllowed = true;
  await clock.advance(500);
  expect(runs).toEqual(['ns/a', 'ns/b']);
});

describe('controller: results', () => {
  test.each([
    ['sooner than the delay that has grown', 50, 100],
    ['later', 7_000, 7_000],
    ['not within reason', 86_400_000, 60_000],
  ])('an API server that asks to come again %s gets its way within reason', async (_, retryAfterMs, delayMs) => {
    const at: number[] = [];
    const busy = new ApiError({ code: 429, reason: 'TooManyRequests', message: 'busy', retryAfterMs });
    const { controller, clock } = createBench(async () => {
      at.push(clock.monotonic());
      if (at.length === 1) throw busy;
      return {};
    });
    controller.enqueue('ns/a');
    await clock.advance(100_000);
    expect(at).toEqual([0, delayMs]);
  });

  test('an empty result runs once', async () => {
    const runs: string[] = [];
    const { controller, clock, counts } = createBench(async (key) => {
      runs.push(key);
      return {};
    });
    controller.enqueue('ns/a');
    await clock.advance(100_000);
    expect(runs).toEqual(['ns/a']);
    expect(counts.get('success')).toBe(1);
  });

  test('requeueAfterMs runs again after that time', async () => {
    const at: number[] = [];
    const bench = createBench(async () => {
      at.push(bench.clock.monotonic());
      return at.length < 3 ? { requeueAfterMs: 5000 } : {};
    });
    bench.controller.enqueue('a');
    await bench.clock.advance(60_000);
    expect(at).toEqual([0, 5000, 10_000]);
    expect(bench.counts.get('requeue_after')).toBe(2);
  });

  test('a change cuts the wait of requeueAfterMs short', async () => {
    let runs = 0;
    const { controller, clock } = createBench(async () => (++runs === 1 ? { requeueAfterMs: 60_000 } : {}));
    controller.enqueue('a');
    await clock.advance(1000);
    controller.enqueue('a');
    await clock.advance(120_000);
    expect(runs).toBe(2);
  });

  test('an error is tried again with growing delay, up to the maximum', async () => {
    const at: number[] = [];
    const bench = createBench(async () => {
      at.push(bench.clock.monotonic());
      throw new Error('no');
    });
    bench.controller.enqueue('a');
    await bench.clock.advance(4000);
    expect(at).toEqual([0, 100, 300, 700, 1500, 2500, 3500]);
    expect([bench.counts.get('error'), bench.counts.get('errors')]).toEqual([7, 7]);
  });

  test.each([{ second: {} }, { second: { requeueAfterMs: 50 } }])(
    'a run that goes well ($second) starts the delay over',
    async ({ second }) => {
      const at: number[] = [];
      const bench = createBench(async () => {
        at.push(bench.clock.monotonic());
        if (at.length === 2) return second;
        throw new Error('no');
      });
      bench.controller.enqueue('a');
      await bench.clock.advance(120);
      bench.controller.enqueue('a');
      await bench.clock.advance(150);
      expect(at).toEqual([0, 100, 120, 220]);
    },
  );

  test('a conflict is tried again and is no error', async () => {
    let runs = 0;
    const { controller, clock, counts, logger } = createBench(async () => {
      if (++runs === 1) throw conflict;
      return {};
    });
    controller.enqueue('a');
    await clock.advance(100);
    expect(runs).toBe(2);
    expect([counts.get('requeue'), counts.get('errors')]).toEqual([1, 0]);
    expect(logger.lines.filter((line) => line.level === 'error')).toEqual([]);
  });

  test.each([
    ['a string', 'oops'],
    ['undefined', undefined],
    ['null', null],
  ])('throwing %s is an error like any other', async (_name, value) => {
    let runs = 0;
    const { controller, clock, counts } = createBench(() => {
      if (++runs > 1) return Promise.resolve({});
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the point of the test
      throw value;
    });
    controller.enqueue('a');
    await clock.advance(100);
    expect([runs, counts.get('error')]).toEqual([2, 1]);
  });
});

describe('controller: workers', () => {
  test('works on as many keys at once as it has workers', async () => {
    const gate = createGate();
    const { controller, counts } = createBench(gate.reconcile, 2);
    for (const key of ['a', 'b', 'c']) controller.enqueue(key);
    await settle();
    expect(gate.runs).toEqual(['a', 'b']);
    expect(counts.get('active')).toBe(2);
    gate.release();
    await settle();
    expect(gate.runs).toEqual(['a', 'b', 'c']);
  });

  test('never works on one key twice at once; a change during the run gives one more run', async () => {
    const gate = createGate();
    const { controller } = createBench(gate.reconcile, 3);
    controller.enqueue('a');
    await settle();
    controller.enqueue('a');
    controller.enqueue('a');
    await settle();
    expect(gate.runs).toEqual(['a']);
    gate.release();
    await settle();
    gate.release();
    await settle();
    expect(gate.runs).toEqual(['a', 'a']);
  });

  test('keys enqueued before the start wait for it', async () => {
    const runs: string[] = [];
    const controller = createController({
      name: 'things',
      concurrency: 1,
      reconcile: async (key) => {
        runs.push(key);
        return {};
      },
      clock: new FakeClock(),
      random: () => 0,
      logger: createMemoryLogger(),
      createId: () => 'id',
    });
    controller.enqueue('a');
    await settle();
    expect([runs, controller.waiting]).toEqual([[], 1]);
    const stop = new AbortController();
    const ended = controller.run(stop.signal);
    await settle();
    expect(runs).toEqual(['a']);
    stop.abort();
    await ended;
  });

  test('a failing key holds up no other', async () => {
    const runs: string[] = [];
    const { controller } = createBench(async (key) => {
      runs.push(key);
      if (key === 'bad') throw new Error('no');
      return {};
    });
    controller.enqueue('bad');
    controller.enqueue('good');
    await settle();
    expect(runs).toEqual(['bad', 'good']);
  });
});

describe('controller: log lines', () => {
  test('name controller, object and reconcile id, a new id for each run', async () => {
    const { controller, logger } = createBench(async (_key, context) => {
      context.logger.info({ step: 1 }, 'hello');
      return {};
    });
    controller.enqueue('ns/a');
    await settle();
    controller.enqueue('ns/a');
    await settle();
    const line = { level: 'info', message: 'hello', controller: 'things', object: 'ns/a', step: 1 };
    expect(logger.lines).toEqual([
      { ...line, reconcileID: 'id-1' },
      { ...line, reconcileID: 'id-2' },
    ]);
  });

  test('a failure is logged with the error, the number of failures and the delay', async () => {
    const error = new Error('no');
    const { controller, clock, logger } = createBench(() => Promise.reject(error));
    controller.enqueue('a');
    await clock.advance(100);
    expect(logger.lines.map(({ failures, retryInMs, level }) => ({ failures, retryInMs, level }))).toEqual([
      { failures: 1, retryInMs: 100, level: 'error' },
      { failures: 2, retryInMs: 200, level: 'error' },
    ]);
    expect(logger.lines[0]?.error).toBe(error);
  });
});

describe('controller: stopping', () => {
  test('ends when the runs in flight have ended, and starts no new ones', async () => {
    const gate = createGate();
    const { controller, stop, ended } = createBench(gate.reconcile);
    controller.enqueue('a');
    controller.enqueue('b');
    await settle();
    let isOver = false;
    const watched = ended.then(() => (isOver = true));
    stop();
    await settle();
    expect(isOver).toBe(false);
    gate.release();
    await watched;
    expect(gate.runs).toEqual(['a']);
  });

  test('abandoning aborts the signal of runs in flight, and their failure is not reported as an error', async () => {
    const { controller, stop, abandon, ended, logger } = createBench(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('told to end')));
        }),
    );
    controller.enqueue('a');
    await settle();
    stop();
    abandon();
    await ended;
    expect(logger.lines.map((line) => line.level)).toEqual(['debug']);
  });

  test('a run that ends because the process stops is no error', async () => {
    const { controller, stop, ended, logger } = createBench(() => Promise.reject(new Stopping()));
    controller.enqueue('a');
    await settle();
    stop();
    await ended;
    expect(logger.lines.map((line) => line.level)).toEqual(['debug']);
  });

  test('a stopped controller leaves no timer behind', async () => {
    const { controller, clock, stop, ended } = createBench(async () => ({ requeueAfterMs: 1000 }));
    controller.enqueue('a');
    controller.enqueue('b', { afterMs: 5000 });
    await settle();
    stop();
    await ended;
    expect(clock.pending).toBe(0);
  });
});
