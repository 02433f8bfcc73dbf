import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createMemoryLogger } from '../../test/support/memory-logger.ts';
import type { KubeClient } from '../kube/client.ts';
import { ApiError, TransportError } from '../kube/errors.ts';
import { createEventRecorder } from './event-recorder.ts';
import type { KubeEvent } from './events.ts';

interface Sent {
  readonly verb: 'create' | 'patch';
  readonly namespace: string | undefined;
  readonly body: { note?: string; series?: { count: number }; metadata?: { name: string } };
}

const status = (code: number, reason: string, retryAfterMs?: number): ApiError =>
  new ApiError({ code, reason, message: reason, retryAfterMs });

function createBench() {
  const clock = new FakeClock();
  const logger = createMemoryLogger();
  const sent: Sent[] = [];
  const drops: string[] = [];
  const bench = { clock, logger, sent, drops, answer: (): Promise<void> => Promise.resolve() };
  const take = async (one: Sent): Promise<unknown> => {
    sent.push(one);
    return bench.answer();
  };
  const client = {
    create: (_resource: unknown, namespace: string, body: object) => take({ verb: 'create', namespace, body }),
    patch: (_resource: unknown, name: { namespace: string }, { body }: { body: object }) =>
      take({ verb: 'patch', namespace: name.namespace, body }),
  } as unknown as KubeClient;
  let ids = 0;
  const recorder = createEventRecorder({
    client,
    clock,
    logger,
    random: () => 0.5,
    createId: () => `id${++ids}`,
    dropped: { inc: ({ reason }) => void drops.push(reason) },
    reportingController: 'things',
    reportingInstance: 'things-host',
  });
  return Object.assign(bench, { recorder });
}

function event(note = 'hello', name = 'a'): KubeEvent {
  const regarding = { apiVersion: 'example.com/v1', kind: 'Thing', namespace: 'ns', name, uid: `uid-${name}` };
  return { regarding, type: 'Normal', reason: 'Done', action: 'Do', note };
}

const counts = (sent: Sent[]): unknown[] => sent.map(({ verb, body }) => [verb, body.series?.count ?? body.note]);

describe('aggregation', () => {
  test('an event is sent at once', async () => {
    const { recorder, sent } = createBench();
    recorder.record(event());
    await settle();
    expect(sent).toMatchObject([
      { verb: 'create', namespace: 'ns', body: { note: 'hello', metadata: { name: 'a.id1' } } },
    ]);
  });

  test('repetitions are counted and told once a minute', async () => {
    const { recorder, sent, clock } = createBench();
    for (let i = 0; i < 5; i++) {
      recorder.record(event());
      await clock.advance(1000);
    }
    expect(counts(sent)).toEqual([['create', 'hello']]);
    await clock.advance(70_000);
    expect(counts(sent)).toEqual([
      ['create', 'hello'],
      ['patch', 5],
    ]);
    recorder.record(event());
    await clock.advance(70_000);
    expect(counts(sent).at(-1)).toEqual(['patch', 6]);
    await clock.advance(600_000);
    expect(sent).toHaveLength(3);
  });

  test('repetitions without a pause are told all the same', async () => {
    const { recorder, sent, clock } = createBench();
    for (let i = 0; i < 100; i++) {
      recorder.record(event());
      await clock.advance(1000);
    }
    expect(sent.map(({ verb }) => verb)).toEqual(['create', 'patch']);
  });

  test('other words about the same object are another event', async () => {
    const { recorder, sent } = createBench();
    recorder.record(event('first'));
    recorder.record(event('second'));
    await settle();
    expect(counts(sent)).toEqual([
      ['create', 'first'],
      ['create', 'second'],
    ]);
  });

  test('what is said again after six quiet minutes is a new event', async () => {
    const { recorder, sent, clock } = createBench();
    recorder.record(event());
    await clock.advance(360_000);
    recorder.record(event());
    await settle();
    expect(counts(sent)).toEqual([
      ['create', 'hello'],
      ['create', 'hello'],
    ]);
  });

  test('a series whose event is gone starts over', async () => {
    const bench = createBench();
    bench.recorder.record(event());
    bench.recorder.record(event());
    bench.answer = () => Promise.reject(status(404, 'NotFound'));
    await bench.clock.advance(70_000);
    bench.answer = () => Promise.resolve();
    bench.recorder.record(event());
    await settle();
    expect(counts(bench.sent)).toEqual([
      ['create', 'hello'],
      ['patch', 2],
      ['create', 'hello'],
    ]);
  });

  test('no timer is left once everything is told and old', async () => {
    const { recorder, clock } = createBench();
    recorder.record(event());
    recorder.record(event());
    await clock.advance(800_000);
    expect(clock.pending).toBe(0);
  });
});

describe('the limit of one object', () => {
  test('is 25 events at once, and then one every five minutes; others are free', async () => {
    const { recorder, sent, drops, clock } = createBench();
    for (let i = 0; i < 30; i++) recorder.record(event(`note ${i}`));
    recorder.record(event('other', 'b'));
    await settle();
    expect(sent).toHaveLength(26);
    expect(drops).toEqual(Array.from({ length: 5 }, () => 'too_many'));
    await clock.advance(300_000);
    recorder.record(event('later'));
    recorder.record(event('too late'));
    await settle();
    expect(sent).toHaveLength(27);
  });
});

describe('delivery', () => {
  test.each([
    ['a lost connection', new TransportError('ECONNRESET', 'reset')],
    ['a 500', status(500, 'InternalError')],
    ['a 429', status(429, 'TooManyRequests')],
  ])('%s is tried again, five times in all', async (_what, error) => {
    const bench = createBench();
    bench.answer = () => Promise.reject(error);
    bench.recorder.record(event());
    await bench.clock.advance(60_000);
    expect(bench.sent).toHaveLength(5);
    expect(bench.drops).toEqual(['failed']);
  });

  test('a delay that the API server asks for is kept', async () => {
    const bench = createBench();
    bench.answer = () => Promise.reject(status(429, 'TooManyRequests', 8000));
    bench.recorder.record(event());
    await bench.clock.advance(7999);
    expect(bench.sent).toHaveLength(1);
    await bench.clock.advance(1);
    expect(bench.sent).toHaveLength(2);
  });

  test.each([
    ['namespace gone', status(404, 'NotFound')],
    ['no rights', status(403, 'Forbidden')],
    ['not valid', status(422, 'Invalid')],
  ])('%s: dropped without another try, counted, and logged once', async (_what, error) => {
    const bench = createBench();
    bench.answer = () => Promise.reject(error);
    for (const note of ['a', 'b', 'c']) bench.recorder.record(event(note));
    await bench.clock.advance(60_000);
    expect(bench.sent).toHaveLength(3);
    expect(bench.drops).toEqual(['refused', 'refused', 'refused']);
    expect(bench.logger.lines).toMatchObject([{ level: 'warn', error }]);
  });

  test('AlreadyExists after a lost answer is success', async () => {
    const bench = createBench();
    bench.answer = () =>
      Promise.reject(bench.sent.length === 1 ? new TransportError('TIMEOUT', '') : status(409, 'AlreadyExists'));
    bench.recorder.record(event());
    await bench.clock.advance(60_000);
    expect(bench.sent).toHaveLength(2);
    expect(bench.drops).toEqual([]);
  });

  test('at most four at once; five thousand wait, the rest is dropped and counted', async () => {
    const bench = createBench();
    bench.answer = () => new Promise(() => undefined);
    for (let i = 0; i < 5010; i++) bench.recorder.record(event('hello', `object-${i}`));
    await settle();
    expect(bench.sent).toHaveLength(4);
    expect(bench.drops).toEqual(Array.from({ length: 6 }, () => 'queue_full'));
  });
});

describe('one event does not keep others waiting', () => {
  const notes = (sent: readonly Sent[]): unknown[] => sent.map(({ body }) => body.note);

  test('while it waits for its next try', async () => {
    const bench = createBench();
    bench.answer = () =>
      bench.sent.at(-1)?.body.note?.startsWith('bad')
        ? Promise.reject(status(500, 'InternalError'))
        : Promise.resolve();
    for (let i = 0; i < 8; i++) bench.recorder.record(event(`bad ${i}`));
    for (let i = 0; i < 3; i++) bench.recorder.record(event(`good ${i}`));
    await settle();
    expect(notes(bench.sent).slice(-3)).toEqual(['good 0', 'good 1', 'good 2']);
    await bench.clock.advance(60_000);
    expect(bench.sent).toHaveLength(8 * 5 + 3);
    expect(bench.drops).toEqual(Array.from({ length: 8 }, () => 'failed'));
  });

  test('nor by its next try, for which it queues up', async () => {
    const bench = createBench();
    bench.answer = () => Promise.reject(status(500, 'InternalError'));
    bench.recorder.record(event('bad'));
    await settle();
    const answers: (() => void)[] = [];
    bench.answer = () => new Promise((resolve) => answers.push(resolve));
    for (let i = 0; i < 5; i++) bench.recorder.record(event(`good ${i}`));
    await bench.clock.advance(999);
    expect(notes(bench.sent)).toEqual(['bad', 'good 0', 'good 1', 'good 2', 'good 3']);
    await bench.clock.advance(500);
    expect(notes(bench.sent).slice(5)).toEqual(['good 4', 'bad']);
    for (const answer of answers) answer();
    await settle();
    expect([bench.drops, bench.clock.pending]).toEqual([[], 1]);
  });

  test('while it gets no answer; but no more than sixteen calls are open', async () => {
    const bench = createBench();
    bench.answer = () => new Promise(() => undefined);
    for (let i = 0; i < 30; i++) bench.recorder.record(event('hello', `object-${i}`));
    await bench.clock.advance(999);
    expect(bench.sent).toHaveLength(4);
    await bench.clock.advance(1);
    expect(bench.sent).toHaveLength(8);
    await bench.clock.advance(60_000);
    expect(bench.sent).toHaveLength(16);
  });

  test('a slow answer gives its place back once', async () => {
    const bench = createBench();
    const answers: (() => void)[] = [];
    bench.answer = () => new Promise((resolve) => answers.push(resolve));
    for (let i = 0; i < 20; i++) bench.recorder.record(event('hello', `object-${i}`));
    await bench.clock.advance(1000);
    for (const answer of answers.splice(0, 4)) answer();
    await settle();
    expect(bench.sent).toHaveLength(8);
    for (const answer of answers.splice(0, 2)) answer();
    await settle();
    expect(bench.sent).toHaveLength(10);
  });
});

describe('urgent work', () => {
  function createPressedBench() {
    const bench = Object.assign(createBench(), { isPressed: true });
    bench.recorder.giveWayTo(() => false);
    bench.recorder.giveWayTo(() => bench.isPressed);
    return bench;
  }

  test('goes first, and then the events in their order', async () => {
    const bench = createPressedBench();
    for (let i = 0; i < 6; i++) bench.recorder.record(event(`note ${i}`));
    await bench.clock.advance(5000);
    expect(bench.sent).toEqual([]);
    bench.isPressed = false;
    await bench.clock.advance(50);
    expect(bench.sent.map(({ body }) => body.note)).toEqual(Array.from({ length: 6 }, (_, i) => `note ${i}`));
    expect(bench.drops).toEqual([]);
  });

  test('that begins again makes the rest wait again', async () => {
    const bench = createPressedBench();
    for (let i = 0; i < 6; i++) bench.recorder.record(event(`note ${i}`));
    bench.answer = async () => void (bench.isPressed = true);
    bench.isPressed = false;
    await bench.clock.advance(5000);
    expect(bench.sent).toHaveLength(1);
  });

  test('is not asked about more often than every 50 ms', async () => {
    const { recorder, clock } = createBench();
    let asked = 0;
    recorder.giveWayTo(() => ++asked > 0);
    for (let i = 0; i < 100; i++) recorder.record(event('hello', `object-${i}`));
    expect(asked).toBe(1);
    await clock.advance(500);
    expect(asked).toBe(11);
  });

  test('does not keep an event for longer than thirty seconds', async () => {
    const bench = createPressedBench();
    bench.recorder.record(event('early'));
    await bench.clock.advance(4000);
    bench.recorder.record(event('late'));
    await bench.clock.advance(25_999);
    expect(bench.sent).toEqual([]);
    await bench.clock.advance(100);
    expect(bench.sent.map(({ body }) => body.note)).toEqual(['early']);
    await bench.clock.advance(4000);
    expect(bench.sent.map(({ body }) => body.note)).toEqual(['early', 'late']);
  });

  test('keeps half a queue of events waiting, and drops none', async () => {
    const bench = createPressedBench();
    for (let i = 0; i < 3000; i++) bench.recorder.record(event('hello', `object-${i}`));
    await bench.clock.advance(100);
    expect(bench.sent).toHaveLength(500);
    bench.isPressed = false;
    await bench.clock.advance(100);
    expect(bench.sent).toHaveLength(3000);
    expect([bench.drops, bench.clock.pending]).toEqual([[], 1]);
  });
});

describe('flush', () => {
  test('sends what waits and the counts that were not told yet', async () => {
    const { recorder, sent, clock } = createBench();
    for (let i = 0; i < 10; i++) recorder.record(event(`note ${i}`));
    recorder.record(event('note 0'));
    recorder.record(event('note 0'));
    await recorder.flush(5000);
    expect(sent).toHaveLength(11);
    expect(counts(sent).at(-1)).toEqual(['patch', 3]);
    expect(clock.pending).toBe(0);
  });

  test('ends after its time even when no call returns', async () => {
    const bench = createBench();
    bench.answer = () => new Promise(() => undefined);
    for (let i = 0; i < 25; i++) bench.recorder.record(event(`note ${i}`));
    let isOver = false;
    const flushed = bench.recorder.flush(5000).then(() => (isOver = true));
    await bench.clock.advance(4999);
    expect(isOver).toBe(false);
    await bench.clock.advance(1);
    await flushed;
    expect(bench.sent).toHaveLength(16);
    expect(bench.drops).toEqual(Array.from({ length: 9 }, () => 'stopped'));
  });

  test('waits for no urgent work', async () => {
    const { recorder, sent } = createBench();
    recorder.giveWayTo(() => true);
    for (let i = 0; i < 10; i++) recorder.record(event(`note ${i}`));
    await recorder.flush(5000);
    expect(sent).toHaveLength(10);
  });

  test('with nothing to send ends at once, and later events are dropped', async () => {
    const { recorder, sent, drops } = createBench();
    await recorder.flush(5000);
    recorder.record(event());
    await settle();
    expect([sent.length, drops]).toEqual([0, ['stopped']]);
  });
});
