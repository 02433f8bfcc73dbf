import { describe, expect, test } from '@jest/globals';
import { IssuingTime } from './issuing-time.ts';

/** Issues certificates that take `tookMs` each, looking as it is told; returns the looks of the last one. */
function issue(issuingTime: IssuingTime, tookMs: number, times: number): number[] {
  let looks: number[] = [];
  for (let i = 0; i < times; i++) {
    looks = [issuingTime.firstLookMs];
    for (let at = issuingTime.firstLookMs; at < tookMs; at = looks.at(-1) ?? 0)
      looks.push(at + issuingTime.nextLookMs(at));
    issuingTime.learn(looks.at(-1) ?? 0, looks.length > 1);
  }
  return looks;
}

describe('IssuingTime', () => {
  test('looks at once while it knows nothing, and goes on so with a CA that is fast', () => {
    const issuingTime = new IssuingTime();
    expect(issuingTime.firstLookMs).toBe(0);
    expect(issue(issuingTime, 0, 50)).toEqual([0]);
  });

  test.each([200, 1000, 4000])('learns that a CA takes %d ms: one or two looks, none much too late', (tookMs) => {
    const issuingTime = new IssuingTime();
    issue(issuingTime, tookMs, 60);
    const looks = Array.from({ length: 40 }, () => issue(issuingTime, tookMs, 1));
    expect(Math.max(...looks.map((each) => each.length))).toBeLessThanOrEqual(3);
    expect(looks.flat().length / looks.length).toBeLessThan(2);
    expect(Math.max(...looks.flat())).toBeLessThan(tookMs * 1.5);
  });

  test('learns down when the CA becomes faster, and up when it becomes slower', () => {
    const issuingTime = new IssuingTime();
    issue(issuingTime, 5000, 20);
    expect(issuingTime.firstLookMs).toBeGreaterThan(3500);
    issue(issuingTime, 200, 100);
    expect(issuingTime.firstLookMs).toBeLessThan(300);
    issue(issuingTime, 5000, 40);
    expect(issuingTime.firstLookMs).toBeGreaterThan(3500);
    issue(issuingTime, 0, 200);
    expect(issuingTime.firstLookMs).toBe(0);
  });

  test('a certificate that lay there for an hour teaches nothing', () => {
    const issuingTime = new IssuingTime();
    issuingTime.learn(3_600_000, false);
    expect(issuingTime.firstLookMs).toBe(0);
    issuingTime.learn(3_600_000, true);
    expect(issuingTime.firstLookMs).toBeLessThanOrEqual(15_000);
    expect(issuingTime.nextLookMs(0)).toBeLessThanOrEqual(15_000);
  });

  test('looks the more rarely the longer it takes', () => {
    const issuingTime = new IssuingTime();
    expect([0, 100, 400, 4000, 60_000, 600_000].map((sinceMs) => issuingTime.nextLookMs(sinceMs))).toEqual([
      50, 50, 100, 1000, 15_000, 15_000,
    ]);
  });
});
