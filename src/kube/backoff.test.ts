import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { Backoff } from './backoff.ts';

const take = (backoff: Backoff, count: number): number[] => Array.from({ length: count }, () => backoff.next());

describe('Backoff', () => {
  test.each([
    [0, [800, 1600, 3200, 6400, 12_800, 15_000, 15_000]],
    [0.999999, [1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]],
  ])('doubles up to half a minute; with chance %d', (chance, expected) => {
    const delays = take(new Backoff(new FakeClock(), () => chance), 7);
    expect(delays.map(Math.round)).toEqual(expected);
  });

  test('starts again after two calm minutes, counted from the end of the last delay', async () => {
    const clock = new FakeClock();
    const backoff = new Backoff(clock, () => 0);
    expect(take(backoff, 3)).toEqual([800, 1600, 3200]);
    await clock.advance(123_200);
    expect(backoff.next()).toBe(6400);
    await clock.advance(126_401);
    expect(backoff.next()).toBe(800);
  });

  test('does not heed the wall clock', () => {
    const clock = new FakeClock();
    const backoff = new Backoff(clock, () => 0);
    take(backoff, 2);
    clock.jumpWall(3_600_000);
    expect(backoff.next()).toBe(3200);
  });
});
