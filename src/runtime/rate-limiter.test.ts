import { describe, expect, test } from '@jest/globals';

import { createRateLimiter, defaultBackoff, planDelay } from './rate-limiter.ts';

const plain = { baseMs: 5, maxMs: 1000, jitter: 0 };

describe('rate limiter', () => {
  test('doubles the delay with every failure of a key', () => {
    const limiter = createRateLimiter(plain, () => 0);
    expect([1, 2, 3, 4].map(() => limiter.next('a'))).toEqual([5, 10, 20, 40]);
    expect(limiter.failures('a')).toBe(4);
  });

  test('counts every key for itself', () => {
    const limiter = createRateLimiter(plain, () => 0);
    limiter.next('a');
    limiter.next('a');
    expect(limiter.next('b')).toBe(5);
  });

  test('starts over after forget', () => {
    const limiter = createRateLimiter(plain, () => 0);
    limiter.next('a');
    limiter.forget('a');
    expect([limiter.failures('a'), limiter.next('a')]).toEqual([0, 5]);
  });

  test.each([
    { failures: 0, random: 0, delay: 5 },
    { failures: 0, random: 0.5, delay: 4.75 },
    { failures: 7, random: 0, delay: 640 },
    { failures: 8, random: 0, delay: 1280 },
    { failures: 30, random: 0, delay: 1_000_000 },
    { failures: 5000, random: 0, delay: 1_000_000 },
    { failures: 30, random: 0.5, delay: 950_000 },
  ])('waits $delay ms after $failures failures (chance $random)', ({ failures, random, delay }) => {
    expect(planDelay(defaultBackoff, failures, () => random)).toBeCloseTo(delay, 6);
  });
});
