import { expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createTokenBuckets } from './token-buckets.ts';

function createBench(limit = 10) {
  const clock = new FakeClock();
  return { clock, buckets: createTokenBuckets(clock, 3, 1000, limit) };
}

test('a burst at once, then one by one', async () => {
  const { clock, buckets } = createBench();
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([true, true, true, false]);
  expect(buckets.take('b')).toBe(true);
  expect(buckets.msUntilNext('a')).toBe(1000);
  await clock.advance(999);
  expect(buckets.take('a')).toBe(false);
  expect(buckets.msUntilNext('a')).toBe(1);
  await clock.advance(1);
  expect(buckets.msUntilNext('a')).toBe(0);
  expect([buckets.take('a'), buckets.take('a')]).toEqual([true, false]);
});

test('calm gives the burst back, and no more', async () => {
  const { clock, buckets } = createBench();
  for (let taken = 0; taken < 3; taken++) buckets.take('a');
  await clock.advance(60_000);
  expect([1, 2, 3, 4].map(() => buckets.take('a'))).toEqual([true, true, true, false]);
});

test('what is full again is forgotten, and what is longest unused beyond the limit', async () => {
  const { clock, buckets } = createBench(2);
  for (const key of ['a', 'b', 'a', 'c']) buckets.take(key);
  expect(buckets.size).toBe(2);
  expect(buckets.msUntilNext('b')).toBe(0);
  buckets.forget('c');
  expect(buckets.size).toBe(1);
  await clock.advance(1999);
  buckets.tidy();
  expect(buckets.size).toBe(1);
  await clock.advance(1);
  buckets.tidy();
  expect(buckets.size).toBe(0);
});
