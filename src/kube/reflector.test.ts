import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { settle } from '../../test/support/fake-clock.ts';
import {
  answers,
  bookmark,
  createBench,
  expired,
  fails,
  page,
  refused,
  widget,
  type Widget,
} from '../../test/support/informer-bench.ts';
import type { KubeList } from './client.ts';
import { TransportError } from './errors.ts';

let bench: ReturnType<typeof createBench>;
beforeEach(() => {
  bench = createBench();
});
afterEach(() => bench.stop.abort());

describe('the first list', () => {
  test('is delivered page by page as one, then synced turns true', async () => {
    const { client, told, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')], 'more')), answers(page('7', [widget('b', '2')])));
    const { informer } = start({ pageSize: 1 });
    expect(informer.synced).toBe(false);
    await informer.whenSynced();
    expect(informer.synced).toBe(true);
    expect(told).toEqual(['initial a@1', 'initial b@2']);
    expect(client.listed).toMatchObject([{ limit: 1 }, { limit: 1, continue: 'more' }]);
    expect(client.listed[0]).not.toHaveProperty('resourceVersion');
  });

  test('a page token that expired is met with one whole list', async () => {
    const { client, told, start } = bench;
    client.onList(
      answers(page('7', [widget('a', '1')], 'more')),
      fails(expired),
      answers(page('9', [widget('b', '8')])),
    );
    await start().informer.whenSynced();
    await settle();
    expect(told).toEqual(['initial b@8']);
    expect(client.listed[2]).not.toHaveProperty('limit');
    expect(client.watching.options.resourceVersion).toBe('9');
  });

  test('is tried again with growing delays, and Retry-After is honoured', async () => {
    const { clock, client, start } = bench;
    client.onList(
      fails(new TransportError('ECONNREFUSED', 'refused')),
      fails(refused(503, 'ServiceUnavailable', 9000)),
      answers(page('1', [])),
    );
    const { informer } = start();
    await clock.advance(1199);
    expect(client.listed).toHaveLength(1);
    await clock.advance(1);
    expect(client.listed).toHaveLength(2);
    await clock.advance(8999);
    expect(client.listed).toHaveLength(2);
    await clock.advance(1);
    expect(informer.synced).toBe(true);
  });

  test('a kind that is not served is said once, and waited for', async () => {
    const { clock, client, logger, start } = bench;
    client.onList(...Array.from({ length: 6 }, () => fails(refused(404, 'NotFound'))), answers(page('1', [])));
    const { informer } = start();
    await clock.advance(36_000);
    expect(informer.synced).toBe(false);
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await clock.advance(60_000);
    expect(informer.synced).toBe(true);
  });
});

describe('a streamed list', () => {
  const added = (object: Widget) => ({ type: 'ADDED', object }) as const;
  const startStreaming = async (): Promise<void> => {
    bench.client.streamsLists = true;
    bench.start({ fieldSelector: { selector: 'spec.colour=red', matches: ({ spec }) => spec?.colour === 'red' } });
    await settle();
  };

  test('is delivered as one when it is complete, and goes on as the watch', async () => {
    await startStreaming();
    const { client, told } = bench;
    client.watching.send(added(widget('a', '1')), added(widget('b', '2')));
    await settle();
    expect(told).toEqual([]);
    client.watching.send(bookmark('7', true), added(widget('c', '8')));
    await settle();
    expect(told).toEqual(['initial a@1', 'initial b@2', 'added c@8']);
    client.watching.end();
    await settle();
    expect(client.watches.map(({ options }) => [options.sendInitialEvents, options.resourceVersion])).toEqual([
      [true, undefined],
      [undefined, '8'],
    ]);
    expect(client.listed).toEqual([]);
  });

  test('has in it what changes before it is complete', async () => {
    await startStreaming();
    const { client, told } = bench;
    client.watching.send(
      ...[added(widget('a', '1')), added(widget('b', '2')), added(widget('c', '3')), bookmark('5')],
      { type: 'MODIFIED', object: widget('a', '8') },
      { type: 'MODIFIED', object: widget('b', '9', 'blue') },
      { type: 'DELETED', object: widget('c', '10') },
      bookmark('10', true),
    );
    await settle();
    expect(told).toEqual(['initial a@8']);
  });

  test('after a version that is too old tells the difference', async () => {
    await startStreaming();
    const { clock, client, told } = bench;
    client.watching.send(added(widget('a', '1')), added(widget('b', '2')), bookmark('7', true));
    await clock.advance(10_000);
    client.watching.fail(expired);
    await settle();
    client.watching.send(added(widget('b', '2')), added(widget('c', '80')), bookmark('90', true));
    await settle();
    expect(told).toEqual(['initial a@1', 'initial b@2', 'deleted a@1', 'added c@80']);
  });

  test.each([
    ['cut off', new TransportError('ECONNRESET', 'reset')],
    ['too old before it is complete', expired],
    ['ended before it is complete', undefined],
  ])('%s is made up for by pages, once', async (_, error) => {
    await startStreaming();
    const { clock, client, told } = bench;
    client.onList(answers(page('7', [widget('b', '2')])));
    client.watching.send(added(widget('a', '1')));
    if (error) client.watching.fail(error);
    else client.watching.end();
    await clock.advance(1200);
    expect(told).toEqual(['initial b@2']);
    await clock.advance(10_000);
    client.watching.fail(expired);
    await settle();
    expect(client.watching.options.sendInitialEvents).toBe(true);
  });

  test('refused because of its field selector is asked for without', async () => {
    await startStreaming();
    const { client, told } = bench;
    client.watching.fail(refused(400, 'BadRequest'));
    await settle();
    client.watching.send(added(widget('a', '1')), added(widget('b', '2', 'blue')), bookmark('7', true));
    await settle();
    expect(client.watching.options).not.toHaveProperty('fieldSelector');
    expect(told).toEqual(['initial a@1']);
  });

  test('is asked for again, with delays, while the server has trouble', async () => {
    await startStreaming();
    const { clock, client } = bench;
    client.watching.fail(refused(429, 'TooManyRequests', 5_000));
    await clock.advance(4_999);
    expect(client.watches).toHaveLength(1);
    await clock.advance(1);
    expect(client.watching.options.sendInitialEvents).toBe(true);
    expect(client.watches).toHaveLength(2);
    expect(client.listed).toEqual([]);
  });

  test('where the server does not offer it is not asked for again', async () => {
    const { clock, client, start } = bench;
    client.onList(answers(page('7', [])), answers(page('8', [])));
    start();
    await clock.advance(10_000);
    client.streamsLists = true;
    client.watching.fail(expired);
    await settle();
    expect(client.listed).toHaveLength(2);
    expect(client.watches.map(({ options }) => options.resourceVersion)).toEqual(['7', '8']);
  });

  test('that is ended by its signal delivers nothing and is no trouble', async () => {
    const { client, logger, stop, told, start } = bench;
    client.streamsLists = true;
    const { ended } = start();
    await settle();
    client.watching.send(added(widget('a', '1')));
    stop.abort();
    await ended;
    expect([told, logger.lines]).toEqual([[], []]);
  });
});

describe('the watch', () => {
  test('goes on from the list, asks for a random five to ten minutes, and ends after 90 s of silence', async () => {
    const { client, start } = bench;
    client.onList(answers(page('7', [])));
    await start({ namespace: 'shop', labelSelector: 'a=b' }).informer.whenSynced();
    await settle();
    expect(client.watching.options).toMatchObject({
      namespace: 'shop',
      labelSelector: 'a=b',
      resourceVersion: '7',
      timeoutSeconds: 450,
      inactivityMs: 90_000,
    });
  });

  test('changes the store and tells handlers, and what repeats itself is not told', async () => {
    const { client, told, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')])));
    const { informer } = start({ indexers: { colour: ({ spec }) => (spec ? [spec.colour] : []) } });
    await settle();
    client.watching.send(
      { type: 'ADDED', object: widget('a', '1') },
      { type: 'MODIFIED', object: widget('a', '8', 'blue') },
      { type: 'MODIFIED', object: widget('a', '8', 'blue') },
      { type: 'ADDED', object: widget('b', '9') },
      { type: 'DELETED', object: widget('b', '10') },
      { type: 'DELETED', object: widget('b', '10') },
    );
    await settle();
    expect(told).toEqual(['initial a@1', 'updated a@1 to a@8', 'added b@9', 'deleted b@10']);
    expect(informer.store.byIndex('colour', 'blue')).toEqual([widget('a', '8', 'blue')]);
    expect(informer.store.size).toBe(1);
  });

  test('a bookmark moves the version on and reaches no handler', async () => {
    const { client, told, start } = bench;
    client.onList(answers(page('7', [])));
    start();
    await settle();
    client.watching.send(bookmark('500'));
    client.watching.end();
    await settle();
    expect(client.watches).toHaveLength(2);
    expect(client.watching.options.resourceVersion).toBe('500');
    expect(told).toEqual([]);
  });

  test('dropped, it goes on from the last version without a list', async () => {
    const { client, told, start } = bench;
    client.onList(answers(page('7', [])));
    start();
    await settle();
    client.watching.send({ type: 'ADDED', object: widget('a', '8') });
    client.watching.fail(new TransportError('ECONNRESET', 'reset'));
    await settle();
    expect(client.watching.options.resourceVersion).toBe('8');
    client.watching.send({ type: 'ADDED', object: widget('b', '9') });
    await settle();
    expect(told).toEqual(['added a@8', 'added b@9']);
    expect(client.listed).toHaveLength(1);
  });

  test('silent for too long, it is opened anew', async () => {
    const { clock, client, start } = bench;
    client.onList(answers(page('7', [])));
    start();
    await clock.advance(90_000);
    client.watching.fail(new TransportError('TIMEOUT', 'silence'));
    await settle();
    expect(client.watches).toHaveLength(2);
    expect(client.watching.options.resourceVersion).toBe('7');
  });

  test.each([
    ['refused', new TransportError('ECONNREFUSED', 'refused')],
    ['429', refused(429, 'TooManyRequests')],
    ['closed at once', undefined],
  ])('%s, it waits and goes on from the same version', async (_, error) => {
    const { clock, client, start } = bench;
    client.onList(answers(page('7', [])));
    start();
    await settle();
    if (error) client.watching.fail(error);
    else client.watching.end();
    await clock.advance(1199);
    expect(client.watches).toHaveLength(1);
    await clock.advance(1);
    expect(client.watches).toHaveLength(2);
    expect(client.watching.options.resourceVersion).toBe('7');
    expect(client.listed).toHaveLength(1);
  });

  // The scripted client throws the same ApiError for the HTTP status and for the ERROR event; rest-client.test.ts shows
  // that both become one.
  test.each([
    ['when it is opened', 0],
    ['while it runs', 1],
  ])('too old a version %s leads at once to a list that tells the difference', async (_, events) => {
    const { clock, client, told, start } = bench;
    client.onList(
      answers(page('7', [widget('a', '1'), widget('b', '2'), widget('c', '3')])),
      answers(page('90', [widget('b', '2'), widget('c', '80'), widget('d', '85')])),
    );
    start();
    await clock.advance(10_000);
    told.length = 0;
    if (events > 0) client.watching.send(bookmark('8'));
    client.watching.fail(expired);
    await settle();
    expect(told).toEqual(['deleted a@1', 'updated c@3 to c@80', 'added d@85']);
    expect(client.watching.options.resourceVersion).toBe('90');
  });

  test('a list that is too old as soon as it is there does not make a tight loop', async () => {
    const { clock, client, start } = bench;
    client.onList(answers(page('7', [])), answers(page('8', [])));
    start();
    await settle();
    client.watching.fail(expired);
    await clock.advance(1199);
    expect(client.listed).toHaveLength(1);
    await clock.advance(1);
    expect(client.listed).toHaveLength(2);
  });

  test('an object recreated while nobody watched is told as deleted and added', async () => {
    const { clock, client, told, start } = bench;
    client.onList(answers(page('7', [widget('a', '1')])), answers(page('90', [widget('a', '80', 'red', 'other')])));
    start();
    await settle();
    client.watching.fail(expired);
    await clock.advance(1200);
    expect(told).toEqual(['initial a@1', 'deleted a@1', 'added a@80']);
  });
});

describe('an event that the watch lost', () => {
  const listed = answers(page('7', [widget('a', '1'), widget('b', '2'), widget('c', '3')]));

  /** Watches end in order every seven and a half minutes; the list's age is compared with 45 minutes. */
  async function watchFor(minutes: number): Promise<void> {
    const { clock, client } = bench;
    for (let gone = 7.5; gone <= minutes; gone += 7.5) {
      await clock.advance(7.5 * 60_000);
      client.watching.end();
      await settle();
    }
  }

  test('is found by a list when the last one is old, and what is as it was is not told', async () => {
    const { client, told, start } = bench;
    client.onList(listed, answers(page('90', [widget('b', '2'), widget('c', '80'), widget('d', '85')])));
    const { informer } = start();
    await settle();
    const b = informer.store.get('shop/b');
    told.length = 0;
    await watchFor(37.5);
    expect([client.listed.length, told]).toEqual([1, []]);
    await watchFor(7.5);
    expect(client.listed).toHaveLength(2);
    expect(told).toEqual(['deleted a@1', 'updated c@3 to c@80', 'added d@85']);
    expect(client.watching.options.resourceVersion).toBe('90');
    // The same object, not a copy of it.
    expect(informer.store.get('shop/b')).toBe(b);
    await watchFor(37.5);
    expect(client.listed).toHaveLength(2);
  });

  test('waits for the next occasion where the list fails: the watch goes on', async () => {
    const { clock, client, told, start } = bench;
    client.onList(listed, fails(new TransportError('TIMEOUT', 'no answer')), answers(page('90', [widget('a', '1')])));
    start();
    await settle();
    told.length = 0;
    await watchFor(45);
    await clock.advance(1200);
    expect([client.listed.length, told]).toEqual([2, []]);
    expect(client.watching.options.resourceVersion).toBe('7');
    await watchFor(7.5);
    expect(told).toEqual(['deleted b@2', 'deleted c@3']);
  });
});

describe('the end', () => {
  test('during a list: nothing is delivered and no watch is opened', async () => {
    const { client, stop, told, start } = bench;
    const { promise, resolve } = Promise.withResolvers<KubeList<Widget>>();
    client.onList(() => promise);
    const { informer, ended } = start();
    await settle();
    stop.abort();
    resolve(page('7', [widget('a', '1')]));
    await ended;
    expect(told).toEqual([]);
    expect(informer.synced).toBe(false);
    expect(client.watches).toHaveLength(0);
  });

  test('during a watch and during a delay', async () => {
    const { clock, client, stop, start } = bench;
    client.onList(answers(page('7', [])));
    const { ended } = start();
    await settle();
    client.watching.fail(refused(429, 'TooManyRequests'));
    await settle();
    expect(clock.pending).toBe(1);
    stop.abort();
    await ended;
    expect(clock.pending).toBe(0);
    expect(client.watches).toHaveLength(1);
  });

  test('during a watch: the rest of what arrived is not delivered, and nothing is logged as trouble', async () => {
    const { client, logger, stop, told, start } = bench;
    client.onList(answers(page('7', [])));
    const { ended } = start();
    await settle();
    stop.abort();
    client.watching.send({ type: 'ADDED', object: widget('a', '8') });
    await ended;
    expect(told).toEqual([]);
    expect(logger.lines).toEqual([]);
  });

  test('whenSynced rejects with the reason when its signal aborts first', async () => {
    const { client, start } = bench;
    client.onList(() => new Promise(() => undefined));
    const reason = new Error('enough');
    await expect(start().informer.whenSynced(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
