import { describe, expect, test } from '@jest/globals';

import { FakeClock, settle } from '../../test/support/fake-clock.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { QueueMetrics } from './queue-metrics.ts';
import { createWorkQueue } from './work-queue.ts';
import type { WorkQueue } from './work-queue.ts';

function createQueue(metrics?: QueueMetrics): { queue: WorkQueue; clock: FakeClock } {
  const clock = new FakeClock();
  const limiter = createRateLimiter({ baseMs: 100, maxMs: 1000, jitter: 0 }, () => 0);
  return { clock, queue: createWorkQueue({ name: 'test', clock, limiter, ...(metrics && { metrics }) }) };
}

/** Takes everything that is due, finishing each key at once. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.length > 0) {
    const item = await queue.get();
    if (!item) break;
    keys.push(item.key);
    queue.done(item.key);
  }
  return keys;
}

describe('work queue: one key', () => {
  test('a key added twice waits once', async () => {
    const { queue } = createQueue();
    queue.add('a');
    queue.add('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('a key that is worked on is not given to a second worker', async () => {
    const { queue } = createQueue();
    queue.add('a');
    await queue.get();
    queue.add('a');
    expect(queue.length).toBe(0);
  });

  test('any number of adds during a run give exactly one more run', async () => {
    const { queue } = createQueue();
    queue.add('a');
    await queue.get();
    for (let i = 0; i < 5; i++) queue.add('a');
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('done without a new add ends the matter', async () => {
    const { queue } = createQueue();
    queue.add('a');
    await queue.get();
    queue.done('a');
    expect(queue.length).toBe(0);
  });

  test('a delayed add that falls due during a run waits for its end', async () => {
    const { queue, clock } = createQueue();
    queue.add('a');
    await queue.get();
    queue.add('a', { afterMs: 10 });
    await clock.advance(20);
    expect(queue.length).toBe(0);
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });

  test('done for a key that nobody holds changes nothing', async () => {
    const { queue } = createQueue();
    queue.add('a');
    queue.done('a');
    expect(await drain(queue)).toEqual(['a']);
  });
});

describe('work queue: delays', () => {
  test('a delayed key is given out when its time has come', async () => {
    const { queue, clock } = createQueue();
    queue.add('a', { afterMs: 100 });
    await clock.advance(99);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['a']);
  });

  test.each([
    { first: 100, second: 50 },
    { first: 50, second: 100 },
  ])('of two delays the earlier one counts ($first ms, then $second ms), and there is one run', async (delays) => {
    const { queue, clock } = createQueue();
    queue.add('a', { afterMs: delays.first });
    queue.add('a', { afterMs: delays.second });
    await clock.advance(50);
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(1000);
    expect(queue.length).toBe(0);
  });

  test('an immediate add absorbs a pending delayed one', async () => {
    const { queue, clock } = createQueue();
    queue.add('a', { afterMs: 100 });
    queue.add('a');
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(1000);
    expect(queue.length).toBe(0);
  });

  test('keys become due in the order of their times, not of their adds', async () => {
    const { queue, clock } = createQueue();
    queue.add('late', { afterMs: 30 });
    queue.add('early', { afterMs: 10 });
    queue.add('middle', { afterMs: 20 });
    await clock.advance(100);
    expect(await drain(queue)).toEqual(['early', 'middle', 'late']);
  });

  test('10,000 delayed keys need one timer', () => {
    const { queue, clock } = createQueue();
    for (let i = 0; i < 10_000; i++) queue.add(`key-${i}`, { afterMs: 20_000 - i });
    expect(clock.pending).toBe(1);
  });

  test('a delay longer than any timer of Node is kept', async () => {
    const { queue, clock } = createQueue();
    const thirtyDays = 30 * 86_400_000;
    queue.add('a', { afterMs: thirtyDays });
    await clock.advance(thirtyDays - 1);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(queue.length).toBe(1);
  });

  test('no timer is left when nothing is delayed', async () => {
    const { queue, clock } = createQueue();
    queue.add('a', { afterMs: 10 });
    queue.add('a');
    await drain(queue);
    expect(clock.pending).toBe(0);
  });
});

describe('work queue: priorities', () => {
  test('first come, first served inside a class', async () => {
    const { queue } = createQueue();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    expect(await drain(queue)).toEqual(['a', 'b', 'c']);
  });

  test('high goes before low', async () => {
    const { queue } = createQueue();
    queue.add('listed', { priority: 'low' });
    queue.add('new');
    expect(await drain(queue)).toEqual(['new', 'listed']);
  });

  test('a raised key goes to the end of its new class', async () => {
    const { queue } = createQueue();
    queue.add('raised', { priority: 'low' });
    queue.add('new');
    queue.add('raised', { priority: 'high' });
    expect(await drain(queue)).toEqual(['new', 'raised']);
  });

  test('a low add never lowers a high key', async () => {
    const { queue } = createQueue();
    queue.add('a');
    queue.add('b', { priority: 'low' });
    queue.add('a', { priority: 'low' });
    expect(await queue.get()).toEqual({ key: 'a', priority: 'high' });
  });

  test('a delayed key that is raised keeps its time', async () => {
    const { queue, clock } = createQueue();
    queue.add('a', { priority: 'low', afterMs: 10 });
    queue.add('a', { priority: 'high', afterMs: 50 });
    await clock.advance(10);
    expect(await queue.get()).toEqual({ key: 'a', priority: 'high' });
  });

  test('a key raised while it is worked on comes back high', async () => {
    const { queue } = createQueue();
    queue.add('a', { priority: 'low' });
    await queue.get();
    queue.add('a', { priority: 'low' });
    queue.add('a', { priority: 'high' });
    queue.add('b', { priority: 'low' });
    queue.done('a');
    expect(await queue.get()).toEqual({ key: 'a', priority: 'high' });
  });

  test('10,000 keys come out in order', async () => {
    const { queue } = createQueue();
    const keys = Array.from({ length: 10_000 }, (_, i) => `key-${i}`);
    keys.forEach((key, i) => queue.add(key, { priority: i % 2 === 0 ? 'high' : 'low' }));
    const even = keys.filter((_, i) => i % 2 === 0);
    const odd = keys.filter((_, i) => i % 2 === 1);
    expect(await drain(queue)).toEqual([...even, ...odd]);
  });
});

describe('work queue: waiting workers', () => {
  test('a worker that waits gets the key as soon as it is added', async () => {
    const { queue } = createQueue();
    const next = queue.get();
    queue.add('a');
    expect(await next).toEqual({ key: 'a', priority: 'high' });
  });

  test('workers are served in the order in which they came', async () => {
    const { queue } = createQueue();
    const both = Promise.all([queue.get(), queue.get()]);
    queue.add('a');
    queue.add('b');
    expect((await both).map((item) => item?.key)).toEqual(['a', 'b']);
  });

  test('a worker whose signal aborts gets nothing and costs no key', async () => {
    const { queue } = createQueue();
    const abort = new AbortController();
    const next = queue.get(abort.signal);
    abort.abort();
    expect(await next).toBeUndefined();
    queue.add('a');
    expect(queue.length).toBe(1);
  });

  test('an aborted signal gets nothing even when a key is due', async () => {
    const { queue } = createQueue();
    queue.add('a');
    expect(await queue.get(AbortSignal.abort())).toBeUndefined();
  });
});

describe('work queue: failures', () => {
  test('every failure of a key doubles its delay until it is forgotten', async () => {
    const { queue, clock } = createQueue();
    expect([queue.addRateLimited('a'), queue.addRateLimited('a')]).toEqual([100, 200]);
    expect(queue.failures('a')).toBe(2);
    await clock.advance(100);
    expect(await drain(queue)).toEqual(['a']);
    queue.forget('a');
    expect(queue.addRateLimited('a')).toBe(100);
  });

  test('a key keeps its priority when it is tried again', async () => {
    const { queue, clock } = createQueue();
    queue.addRateLimited('a', 'low');
    await clock.advance(100);
    expect(await queue.get()).toEqual({ key: 'a', priority: 'low' });
  });
});

describe('work queue: shutdown', () => {
  test('wakes every waiting worker with nothing', async () => {
    const { queue } = createQueue();
    const waiting = Promise.all([queue.get(), queue.get()]);
    queue.shutDown();
    expect(await waiting).toEqual([undefined, undefined]);
  });

  test('drops what waits, leaves no timer, and takes nothing in', async () => {
    const { queue, clock } = createQueue();
    queue.add('a');
    queue.add('b', { afterMs: 10 });
    queue.shutDown();
    queue.add('c');
    await settle();
    expect([queue.length, clock.pending, await queue.get()]).toEqual([0, 0, undefined]);
  });
});

describe('work queue: metrics', () => {
  function createRecorder() {
    const seen = new Map<string, number>();
    const collectors: (() => void)[] = [];
    const keep = (series: string) => (labels: Record<string, string>, value: number) =>
      void seen.set(series + (labels.priority ?? ''), value);
    const count =
      (series: string) =>
      (_labels: Record<string, string>, value = 1) =>
        void seen.set(series, (seen.get(series) ?? 0) + value);
    const metrics: QueueMetrics = {
      depth: { set: keep('depth'), remove: () => undefined },
      adds: { inc: count('adds') },
      queueDuration: { observe: keep('queueDuration') },
      workDuration: { observe: keep('workDuration') },
      unfinishedWork: { set: keep('unfinished'), remove: () => undefined },
      longestRunning: { set: keep('longest'), remove: () => undefined },
      retries: { inc: count('retries') },
      onCollect: (callback) => void collectors.push(callback),
    };
    return { seen, metrics, collect: () => collectors.forEach((one) => one()) };
  }

  test('depth counts due keys per class, adds count keys and not repetitions', async () => {
    const { seen, metrics } = createRecorder();
    const { queue } = createQueue(metrics);
    queue.add('a');
    queue.add('a');
    queue.add('b', { priority: 'low' });
    queue.add('c', { afterMs: 10 });
    expect([seen.get('depth0'), seen.get('depth-100'), seen.get('adds')]).toEqual([1, 1, 3]);
    queue.add('b');
    expect([seen.get('depth0'), seen.get('depth-100')]).toEqual([2, 0]);
    await drain(queue);
    expect(seen.get('depth0')).toBe(0);
  });

  test('durations are in seconds: waiting since due, working since given out', async () => {
    const { seen, metrics, collect } = createRecorder();
    const { queue, clock } = createQueue(metrics);
    queue.add('a');
    await clock.advance(3000);
    await queue.get();
    expect(seen.get('queueDuration')).toBe(3);
    await clock.advance(2000);
    queue.add('b');
    await queue.get();
    await clock.advance(1000);
    collect();
    expect([seen.get('unfinished'), seen.get('longest')]).toEqual([4, 3]);
    queue.done('a');
    expect(seen.get('workDuration')).toBe(3);
  });

  test('depth returns to zero when a queue is shut down', () => {
    const { seen, metrics } = createRecorder();
    const { queue } = createQueue(metrics);
    queue.add('a');
    queue.add('b', { afterMs: 10 });
    queue.shutDown();
    expect(seen.get('depth0')).toBe(0);
  });

  test('every rate limited add is a retry', () => {
    const { seen, metrics } = createRecorder();
    const { queue } = createQueue(metrics);
    queue.addRateLimited('a');
    queue.addRateLimited('a');
    expect(seen.get('retries')).toBe(2);
  });
});
