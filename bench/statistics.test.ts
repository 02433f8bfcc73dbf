import { describe, expect, test } from '@jest/globals';
import { median, percentile, type Sample, summarize } from './statistics.ts';

test.each([
  [[], undefined],
  [[3], 3],
  [[5, 1, 3], 3],
  [[4, 1, 2, 10], 3],
  [[1, Infinity, Infinity], Infinity],
])('the median of %j is %p', (values, expected) => {
  expect(median(values)).toBe(expected);
});

test.each([
  [0.5, 15],
  [0.99, 30],
  [0, 1],
  [1, 30],
])('the %p-quantile of 1 to 30 is %p', (share, expected) => {
  const values = Array.from({ length: 30 }, (_, index) => 30 - index);
  expect(percentile(values, share)).toBe(expected);
});

describe('summarize', () => {
  const unfinished = { unfinished: 'not done in 60 s (171 Ready)' };
  const value = (...values: readonly number[]): Sample[] => values.map((each) => ({ value: each }));

  test('says nothing where nothing was measured', () => {
    expect(summarize([])).toBeUndefined();
  });

  test('gives the median and the extremes', () => {
    const expected = { median: 2, lowest: 1, highest: 9, rounds: 3, unfinished: [] };
    expect(summarize(value(9, 1, 2))).toEqual(expected);
  });

  test('takes a round that did not end for longer than all others', () => {
    expect(summarize([unfinished, ...value(1, 2)])).toMatchObject({ median: 2, unfinished: [unfinished.unfinished] });
  });

  test('has no median where most rounds did not end', () => {
    expect(summarize([unfinished, unfinished, ...value(1)])).toMatchObject({ median: undefined, rounds: 3 });
  });
});
