import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../test/support/memory-logger.ts';
import { createManager } from './manager.ts';
import type { Ending, Manager } from './manager.ts';

interface Knobs {
  readonly serverFails?: boolean;
  readonly withoutElector?: boolean;
}

/** Parts that write down what happens to them, and wait for the test where real ones wait for the world. */
function createBench({ serverFails = false, withoutElector = false }: Knobs = {}) {
  const clock = new FakeClock();
  const log: string[] = [];
  const logger = createMemoryLogger();
  const synced = Promise.withResolvers<undefined>();
  const elected = Promise.withResolvers<undefined>();
  const inFlight = Promise.withResolvers<undefined>();
  const lost = new AbortController();
  let isSynced = false;

  const server = {
    name: 'metrics',
    start: async () => {
      if (serverFails) throw new Error('the port is taken');
      log.push('server started');
    },
    stop: async () => void log.push('server stopped'),
  };
  const informer = {
    get synced() {
      return isSynced;
    },
    whenSynced: (signal?: AbortSignal) => Promise.race([synced.promise, rejectsOn(signal)]),
    run: async (signal: AbortSignal) => {
      log.push('informer started');
      await aborted(signal);
      log.push('informer stopped');
    },
  };
  const elector = {
    lost: lost.signal,
    acquire: (signal: AbortSignal) => {
      log.push('campaigning');
      return Promise.race([elected.promise, rejectsOn(signal)]);
    },
    release: async () => void log.push('lease released'),
  };
  const controller = {
    name: 'things',
    run: async (stop: AbortSignal, abandon?: AbortSignal) => {
      log.push('controller started');
      abandon?.addEventListener('abort', () => log.push('abandoned'));
      await aborted(stop);
      log.push('controller told to stop');
      await inFlight.promise;
      log.push('controller ended');
    },
  };
  const manager = createManager({
    clock,
    logger,
    servers: [server],
    informers: [{ name: 'things', informer }],
    controllers: [controller],
    ...(!withoutElector && { elector }),
    events: { flush: async () => void log.push('events flushed') },
    stopReading: () => log.push('reading stopped'),
    stopTimes: { graceMs: 6000, readingMs: 2000, abandonMs: 500, stepMs: 750 },
    syncReportMs: 60_000,
  });
  const sync = async (): Promise<void> => {
    isSynced = true;
    synced.resolve(undefined);
    await settle();
  };
  return {
    clock,
    log,
    logger,
    manager,
    sync,
    elect: () => (elected.resolve(undefined), settle()),
    finish: () => inFlight.resolve(undefined),
    lost,
  };
}

type Bench = ReturnType<typeof createBench>;

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));

const rejectsOn = async (signal?: AbortSignal): Promise<never> => {
  if (!signal) return new Promise(() => undefined);
  await aborted(signal);
  throw new Error('aborted');
};

async function runUntilLeading(bench: Bench): Promise<{ ending: Promise<Ending> }> {
  const ending = bench.manager.run();
  await settle();
  await bench.sync();
  await bench.elect();
  bench.log.length = 0;
  return { ending };
}

/** The ending if it has come. */
async function peek(ending: Promise<Ending>): Promise<Ending | undefined> {
  await settle();
  return Promise.race([ending, Promise.resolve(undefined)]);
}

describe('starting', () => {
  test('servers first, then informers, then leadership, then controllers', async () => {
    const bench = createBench();
    void bench.manager.run();
    await settle();
    expect(bench.log).toEqual(['server started', 'informer started']);
    await bench.sync();
    expect(bench.log.slice(2)).toEqual(['campaigning']);
    await bench.elect();
    expect(bench.log.slice(3)).toEqual(['controller started']);
  });

  test('without leader election the controllers start once the informers are synced', async () => {
    const bench = createBench({ withoutElector: true });
    void bench.manager.run();
    await bench.sync();
    expect(bench.log.at(-1)).toBe('controller started');
  });

  describe('a controller that names its lists', () => {
    /** Two lists, of which the second comes when the test says so, and a controller for each. */
    const createPair = (withElector: boolean) => {
      const started: string[] = [];
      const second = Promise.withResolvers<undefined>();
      const listed = (name: string, whenSynced: Promise<undefined>) => ({
        name,
        informer: { synced: false, whenSynced: () => whenSynced, run: aborted },
      });
      const lists = [listed('first', Promise.resolve(undefined)), listed('second', second.promise)] as const;
      const run = (name: string) => async (stop: AbortSignal) => {
        started.push(name);
        await aborted(stop);
      };
      const manager = createManager({
        clock: new FakeClock(),
        logger: createMemoryLogger(),
        servers: [],
        informers: lists,
        controllers: [
          { name: 'early', lists: [lists[0]], run: run('early') },
          { name: 'late', run: run('late') },
        ],
        ...(withElector && {
          elector: {
            lost: new AbortController().signal,
            acquire: async () => void started.push('elected'),
            release: async () => undefined,
          },
        }),
      });
      return { started, manager, sync: () => (second.resolve(undefined), settle()) };
    };

    test('does not wait for the others', async () => {
      const { started, manager, sync } = createPair(false);
      void manager.run();
      await settle();
      expect(started).toEqual(['early']);
      expect(manager.checkReady()).toBe('no list yet of first, second');
      await sync();
      expect(started).toEqual(['early', 'late']);
      expect(manager.checkReady()).toBeUndefined();
    });

    test('waits for all of them where a leader is elected: who lacks a list must not lead', async () => {
      const { started, manager, sync } = createPair(true);
      void manager.run();
      await settle();
      expect(started).toEqual([]);
      await sync();
      expect(started).toEqual(['elected', 'early', 'late']);
    });

    test('ends in order while the others still wait', async () => {
      const { started, manager, sync } = createPair(false);
      const ending = manager.run();
      await settle();
      manager.stop('SIGTERM');
      expect(await ending).toEqual({ cause: 'requested', detail: 'SIGTERM', unfinished: [] });
      await sync();
      expect(started).toEqual(['early']);
    });
  });

  test('ready means synced: a follower is ready, a process that stops is not', async () => {
    const bench = createBench();
    const { manager } = bench;
    void manager.run();
    await settle();
    const seen = [manager.checkReady()];
    await bench.sync();
    seen.push(manager.checkReady());
    manager.stop('done');
    seen.push(manager.checkReady());
    expect(seen).toEqual(['no list yet of things', undefined, 'stopping']);
  });

  test('a server that cannot start ends the process with its error, and nothing else starts', async () => {
    const bench = createBench({ serverFails: true });
    const ending = await bench.manager.run();
    expect(ending).toMatchObject({ cause: 'failed', detail: 'the port is taken', unfinished: [] });
    expect(bench.log).toEqual(['server stopped', 'events flushed', 'lease released'].sort(byStopOrder));
  });

  test('informers that have no list for long are named each minute and waited for: a new start would change nothing', async () => {
    const bench = createBench();
    const ending = bench.manager.run();
    for (let minutes = 0; minutes < 30; minutes++) await bench.clock.advance(60_000);
    const line = { level: 'warn', missing: ['things'], message: 'still waiting for first lists from the API server' };
    expect(bench.logger.lines).toEqual(Array.from({ length: 30 }, () => line));
    expect(await peek(ending)).toBeUndefined();
    await bench.sync();
    expect(bench.log.at(-1)).toBe('campaigning');
  });

  test('told to stop while a list is missing, it ends in order', async () => {
    const bench = createBench();
    const ending = bench.manager.run();
    await settle();
    bench.manager.stop('SIGTERM');
    expect(await ending).toEqual({ cause: 'requested', detail: 'SIGTERM', unfinished: [] });
    expect(bench.log).not.toContain('controller started');
    expect(bench.clock.pending).toBe(0);
  });
});

const stopOrder = ['informer stopped', 'server stopped', 'lease released', 'events flushed'];
const byStopOrder = (a: string, b: string): number => stopOrder.indexOf(a) - stopOrder.indexOf(b);

describe('stopping', () => {
  test('runs in flight, informers, servers, lease, events: in this order', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    bench.manager.stop('SIGTERM');
    await settle();
    expect(bench.log).toEqual(['controller told to stop']);
    bench.finish();
    expect(await ending).toEqual({ cause: 'requested', detail: 'SIGTERM', unfinished: [] });
    expect(bench.log).toEqual(['controller told to stop', 'controller ended', ...stopOrder]);
    expect(bench.clock.pending).toBe(0);
  });

  test('runs that outlast the grace are abandoned; if they then end, the lease is given back', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    bench.manager.stop('SIGTERM');
    await bench.clock.advance(5999);
    expect(bench.log).toEqual(['controller told to stop', 'reading stopped']);
    await bench.clock.advance(1);
    expect(bench.log.at(-1)).toBe('abandoned');
    bench.finish();
    expect(await ending).toMatchObject({ cause: 'requested', unfinished: [] });
    expect(bench.log).toContain('lease released');
  });

  test('runs that only read are told so after two seconds, and the lease is given back', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    bench.manager.stop('SIGTERM');
    await bench.clock.advance(1999);
    expect(bench.log).toEqual(['controller told to stop']);
    await bench.clock.advance(1);
    expect(bench.log).toEqual(['controller told to stop', 'reading stopped']);
    bench.finish();
    expect(await ending).toMatchObject({ cause: 'requested', unfinished: [] });
    expect(bench.log).toEqual(['controller told to stop', 'reading stopped', 'controller ended', ...stopOrder]);
    expect(bench.clock.pending).toBe(0);
  });

  test('runs that do not end at all are left behind, and with them the lease', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    bench.manager.stop('SIGTERM');
    await bench.clock.advance(10_000);
    expect(await ending).toMatchObject({ cause: 'requested', unfinished: ['controllers'] });
    expect(bench.log).not.toContain('lease released');
    expect(bench.log).toContain('events flushed');
  });

  test('while the informers sync it works too', async () => {
    const bench = createBench();
    const ending = bench.manager.run();
    await settle();
    bench.manager.stop('SIGTERM');
    expect(await ending).toMatchObject({ cause: 'requested', unfinished: [] });
    expect(bench.log.slice(2)).toEqual(stopOrder);
  });

  test('while waiting for leadership it works too', async () => {
    const bench = createBench();
    const ending = bench.manager.run();
    await bench.sync();
    bench.manager.stop('SIGTERM');
    expect(await ending).toMatchObject({ cause: 'requested', unfinished: [] });
    expect(bench.log).not.toContain('controller started');
  });

  test('a second request ends at once', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    bench.manager.stop('SIGTERM');
    await settle();
    bench.manager.stop('SIGTERM again');
    expect(await ending).toMatchObject({ cause: 'forced', detail: 'SIGTERM again' });
    expect(bench.log).not.toContain('lease released');
  });

  test('a lost lease ends at once, and is not given back', async () => {
    const bench = createBench();
    const { ending } = await runUntilLeading(bench);
    const error = new Error('other holds it');
    bench.lost.abort(error);
    expect(await ending).toMatchObject({ cause: 'lease-lost', error });
    expect(bench.log).toContain('abandoned');
    expect(bench.log).not.toContain('lease released');
  });

  test('a step that hangs holds up the next one only for its time', async () => {
    const clock = new FakeClock();
    const log: string[] = [];
    const hangs = (): Promise<void> => new Promise(() => undefined);
    const manager: Manager = createManager({
      clock,
      logger: createMemoryLogger(),
      servers: [{ name: 'one', start: async () => undefined, stop: hangs }],
      informers: [],
      controllers: [{ name: 'things', run: aborted }],
      elector: { lost: new AbortController().signal, acquire: async () => undefined, release: hangs },
      events: { flush: async () => void log.push('events flushed') },
    });
    const ending = manager.run();
    await settle();
    manager.stop('SIGTERM');
    await clock.advance(10_000);
    expect(await ending).toMatchObject({ unfinished: ['servers', 'lease'] });
    expect(log).toEqual(['events flushed']);
  });

  test('a step that fails is told and left behind', async () => {
    const logger = createMemoryLogger();
    const error = new Error('no');
    const manager = createManager({
      clock: new FakeClock(),
      logger,
      servers: [{ name: 'one', start: async () => undefined, stop: () => Promise.reject(error) }],
      informers: [],
      controllers: [{ name: 'things', run: aborted }],
    });
    const ending = manager.run();
    await settle();
    manager.stop('SIGTERM');
    expect(await ending).toMatchObject({ unfinished: ['servers'] });
    expect(logger.lines).toContainEqual(expect.objectContaining({ level: 'warn', error, step: 'servers' }));
  });

  test('everything hanging, the end comes within ten seconds', async () => {
    const clock = new FakeClock();
    const hangs = (): Promise<void> => new Promise(() => undefined);
    const manager = createManager({
      clock,
      logger: createMemoryLogger(),
      servers: [{ name: 'one', start: async () => undefined, stop: hangs }],
      informers: [{ name: 'things', informer: { synced: true, whenSynced: async () => undefined, run: hangs } }],
      controllers: [{ name: 'things', run: hangs }],
      elector: { lost: new AbortController().signal, acquire: async () => undefined, release: hangs },
      events: { flush: hangs },
    });
    const ending = manager.run();
    await settle();
    manager.stop('SIGTERM');
    await clock.advance(9500);
    expect(await peek(ending)).toMatchObject({ unfinished: ['controllers', 'informers', 'servers', 'events'] });
  });
});
