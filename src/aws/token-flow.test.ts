import { describe, expect, test } from '@jest/globals';
import { TokenFlow } from './token-flow.ts';

/** A flow that was throttled so often, once a second, up to the instant that is returned. */
function slowedFlow(ratePerSecond: number, throttles: number): { flow: TokenFlow; now: number } {
  const flow = new TokenFlow(ratePerSecond, 0);
  let now = 0;
  for (let count = 0; count < throttles; count++) {
    now = count * 1000;
    flow.slowDown(now);
  }
  return { flow, now };
}

describe('a flow that was never slowed', () => {
  test.each([0.5, 1, 25, 75])('brings %d tokens a second, counted from its beginning', (rate) => {
    const flow = new TokenFlow(rate, 5000);
    expect(flow.minted(5000)).toBe(0);
    expect(flow.minted(6000)).toBeCloseTo(rate);
    expect(flow.minted(66_000)).toBeCloseTo(61 * rate);
    expect(flow.fraction).toBe(1);
  });

  test('brings the same in many small steps as in one', () => {
    const [often, once] = [new TokenFlow(25, 0), new TokenFlow(25, 0)];
    for (let now = 0; now <= 10_000; now += 7) often.minted(now);
    expect(often.minted(10_000)).toBeCloseTo(once.minted(10_000), 6);
  });

  test.each([
    [1, 40],
    [25, 1000],
    [0, 0],
  ])('%d more tokens take %d ms', (tokens, ms) => expect(new TokenFlow(25, 0).msUntil(tokens)).toBeCloseTo(ms));
});

describe('a throttle', () => {
  test('halves the flow from now on, and takes back nothing', () => {
    const flow = new TokenFlow(25, 0);
    expect(flow.slowDown(2000)).toBe(true);
    expect(flow.fraction).toBe(0.5);
    expect(flow.minted(2000)).toBeCloseTo(50);
  });

  test.each([
    [1, false],
    [999, false],
    [1000, true],
  ])('%d ms after another counts: %s', (laterMs, counts) => {
    const flow = new TokenFlow(25, 0);
    flow.slowDown(0);
    expect(flow.slowDown(laterMs)).toBe(counts);
    flow.minted(laterMs);
    // It climbs by a twentieth of the rate each second.
    const climbed = 0.5 + 0.05 * (laterMs / 1000);
    expect(flow.fraction).toBeCloseTo(counts ? climbed / 2 : climbed);
  });

  test('never pushes it below a sixteenth', () => {
    const { flow } = slowedFlow(16, 100);
    expect(flow.fraction).toBe(1 / 16);
  });

  test('for good leaves less than an eighth of the rate', () => {
    const { flow, now } = slowedFlow(25, 20);
    const before = flow.minted(now);
    for (let second = 1; second <= 3600; second++) flow.slowDown(now + second * 1000);
    const brought = flow.minted(now + 3_600_000) - before;
    expect(brought).toBeGreaterThan((3600 * 25) / 16);
    expect(brought).toBeLessThan((3600 * 25) / 8);
  });
});

describe('after a throttle', () => {
  test.each([
    [1, 10],
    [100, 18.75],
  ])('%d times over it is whole again in %d seconds', (throttles, seconds) => {
    const { flow, now } = slowedFlow(25, throttles);
    flow.minted(now + seconds * 1000 - 10);
    expect(flow.fraction).toBeLessThan(1);
    flow.minted(now + seconds * 1000);
    expect(flow.fraction).toBeCloseTo(1);
  });

  test('the climb brings what lies under it', () => {
    const { flow, now } = slowedFlow(25, 1);
    // From half to all of 25 in ten seconds: 18.75 a second on average.
    expect(flow.minted(now + 10_000)).toBeCloseTo(187.5);
    expect(flow.minted(now + 20_000)).toBeCloseTo(187.5 + 250);
  });

  test('it does not flow faster than the rate, however long nobody looks', () => {
    const { flow, now } = slowedFlow(25, 1);
    flow.minted(now + 3_600_000);
    expect(flow.fraction).toBe(1);
  });

  test('a step over the end of the climb brings the same as many small ones', () => {
    const [often, once] = [slowedFlow(25, 3), slowedFlow(25, 3)];
    for (let ms = 0; ms <= 30_000; ms += 11) often.flow.minted(often.now + ms);
    expect(often.flow.minted(often.now + 30_000)).toBeCloseTo(once.flow.minted(once.now + 30_000), 6);
  });

  test.each([0, 1, 2, 5, 100].flatMap((throttles) => [0.3, 1, 40, 187.5, 1000].map((tokens) => [throttles, tokens])))(
    'throttled %d times, it brings %d tokens when it said that it would',
    (throttles, tokens) => {
      const { flow, now } = slowedFlow(25, throttles);
      const before = flow.minted(now);
      expect(flow.minted(now + flow.msUntil(tokens)) - before).toBeCloseTo(tokens, 6);
    },
  );
});
