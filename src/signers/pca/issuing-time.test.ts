import { describe, expect, test } from '@jest/globals';
import { IssuingTime } from './issuing-time.ts';

/** Issues certificates that take `tookMs` each, one after the other, looking as it is told; returns the looks of each. */
function issue(issuingTime: IssuingTime, tookMs: number, times: number): number[][] {
  return Array.from({ length: times }, () => {
    const looks = [issuingTime.firstLookMs];
    for (let at = issuingTime.firstLookMs; at < tookMs; at = looks.at(-1) ?? 0)
      looks.push(at + issuingTime.nextLookMs(at, looks.length));
    issuingTime.learn(looks.at(-1) ?? 0, looks.length > 1);
    return looks;
  });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('IssuingTime', () => {
  test('looks at once while it knows nothing, and goes on so with a CA that is fast', () => {
    const issuingTime = new IssuingTime();
    expect(issuingTime.firstLookMs).toBe(0);
    expect(new Set(issue(issuingTime, 0, 50).flat())).toEqual(new Set([0]));
  });

  test.each([100, 200, 1000, 4000, 12_000])('learns that a CA takes %d ms: few looks, none much too late', (tookMs) => {
    const issuingTime = new IssuingTime();
    issue(issuingTime, tookMs, 30);
    const looks = issue(issuingTime, tookMs, 200);
    expect(mean(looks.map(({ length }) => length))).toBeLessThan(1.2);
    const seen = looks.map((each) => each.at(-1) ?? 0);
    expect(mean(seen)).toBeLessThan(Math.max(tookMs * 1.1, tookMs + 30));
    expect(Math.max(...seen)).toBeLessThan(Math.max(tookMs * 1.25, tookMs + 50));
  });

  test('a CA whose time varies is looked at once or twice', () => {
    const issuingTime = new IssuingTime();
    const looks = Array.from({ length: 400 }, (_, index) => issue(issuingTime, 800 + ((index * 137) % 400), 1)).flat();
    expect(mean(looks.slice(50).map(({ length }) => length))).toBeLessThan(1.3);
    expect(mean(looks.slice(50).map((each) => each.at(-1) ?? 0))).toBeLessThan(1000 * 1.25);
  });

  test('learns up when the CA becomes slower, and down when it becomes faster', () => {
    const issuingTime = new IssuingTime();
    issue(issuingTime, 200, 20);
    issue(issuingTime, 5000, 10);
    expect(issuingTime.firstLookMs).toBeGreaterThan(4500);
    issue(issuingTime, 200, 100);
    expect(issuingTime.firstLookMs).toBeLessThan(300);
    issue(issuingTime, 0, 150);
    expect(issuingTime.firstLookMs).toBe(0);
  });

  test('one certificate that takes very long does not keep the next ones waiting', () => {
    const issuingTime = new IssuingTime();
    issue(issuingTime, 200, 50);
    issue(issuingTime, 60_000, 1);
    expect(issuingTime.firstLookMs).toBeLessThan(400);
  });

  test('a certificate that lay there for an hour teaches nothing', () => {
    const issuingTime = new IssuingTime();
    issuingTime.learn(3_600_000, false);
    expect(issuingTime.firstLookMs).toBe(0);
    issuingTime.learn(3_600_000, true);
    expect(issuingTime.firstLookMs).toBeLessThanOrEqual(15_000);
    expect(issuingTime.nextLookMs(0, 1)).toBeLessThanOrEqual(15_000);
  });

  test('looks soon after the first miss, and the more rarely the longer it takes', () => {
    const issuingTime = new IssuingTime();
    const sinceMs = [0, 100, 400, 4000, 60_000, 600_000];
    expect(sinceMs.map((since) => issuingTime.nextLookMs(since, 1))).toEqual([25, 25, 40, 400, 6000, 15_000]);
    expect(sinceMs.map((since) => issuingTime.nextLookMs(since, 2))).toEqual([50, 50, 100, 1000, 15_000, 15_000]);
  });
});
