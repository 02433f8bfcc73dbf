import { readFileSync } from 'node:fs';
import { describe as group, expect, test } from '@jest/globals';
import { judge, METRICS } from './metrics.ts';
import { type Sample, summarize } from './statistics.ts';
import { type Column, describe, renderTable, replaceBetweenMarkers } from './table.ts';

const values = (...all: readonly number[]): Sample[] => all.map((value) => ({ value }));
const late: Sample = { unfinished: 'not done in 60 s (171 Ready)' };

group('judge', () => {
  const { firstReady, burstRate, burstPeak } = METRICS;
  const cases = [
    ['at the goal', firstReady, values(0.6), [], 'met'],
    ['beyond it', firstReady, values(0.61), [], 'missed'],
    ['the median decides', firstReady, values(0.5, 0.5, 9), [], 'met'],
    ['not done', firstReady, [late], [], 'missed'],
    ['twice as many as the other', burstRate, values(100), values(50), 'met'],
    ['fewer than that', burstRate, values(99), values(50), 'missed'],
    ['enough, and no other to compare with', burstRate, values(120), [], 'met'],
    ['not enough, and no other', burstRate, values(119), [], 'missed'],
    ['the other did not end', burstRate, values(120), [late], 'met'],
    ['no goal', burstPeak, values(1), [], 'none'],
    ['not measured', firstReady, [], values(1), 'none'],
  ] as const;
  test.each(cases)('%s', (_, metric, ours, theirs, expected) => {
    expect(judge(metric, summarize(ours), summarize(theirs))).toBe(expected);
  });
});

group('describe', () => {
  const cases = [
    [values(1.234), '1.23 s'],
    [values(1, 2, 3), '2.00 s (1.00 to 3.00)'],
    [values(2, 2), '2.00 s'],
    [[late, late], 'not done in 60 s (171 Ready)'],
    [[...values(1, 2), late], '2.00 s (1.00 to 2.00); not done in 60 s (171 Ready)'],
    [[], 'not measured'],
  ] as const;
  test.each(cases)('%j as %p', (samples, expected) => {
    expect(describe(METRICS.firstReady, summarize(samples))).toBe(expected);
  });

  test('thousands are set off', () => {
    expect(describe(METRICS.burstPeak, summarize(values(12345.6)))).toBe('12,346 MiB');
    expect(describe(METRICS.firstReady, summarize(values(12345.678)))).toBe('12,345.68 s');
  });
});

group('renderTable', () => {
  const ours: Column = { title: 'Ours', samples: { burstRate: values(100), crashesBilled: values(1) } };

  test('has a row for each figure that was taken, in the order of the metrics', () => {
    const theirs: Column = { title: 'Theirs', samples: { crashesBilled: values(1.5), burstRate: values(60) } };
    expect(renderTable(ours, theirs).split('\n')).toEqual([
      '| What | Goal | Ours | Theirs | Reached |',
      '| --- | --- | --- | --- | --- |',
      `| ${METRICS.burstRate.what} | ≥ 2 times Go's | 100/s | 60/s | **no** |`,
      `| ${METRICS.crashesBilled.what} | ≤ 1.00 | 1.00 | 1.50 | yes |`,
    ]);
  });

  test('says why a column is empty', () => {
    const rows = renderTable(ours, { title: 'Theirs', samples: {}, missing: 'Go is not there' }).split('\n').slice(2);
    expect(rows.map((row) => row.split(' | ').at(-2))).toEqual(['Go is not there', 'Go is not there']);
  });
});

group('replaceBetweenMarkers', () => {
  const page = 'before\n<!-- begin a: written by npm run bench -->\nold\n<!-- end a -->\nafter\n';

  test('leaves what stands around it', () => {
    const expected = 'before\n<!-- begin a: written by npm run bench -->\n\nnew $1\n\n<!-- end a -->\nafter\n';
    expect(replaceBetweenMarkers(page, 'a', 'new $1')).toBe(expected);
    expect(replaceBetweenMarkers(expected, 'a', 'new $1')).toBe(expected);
  });

  test.each(['comparison', 'profile'])('docs/benchmarks.md has a place for the %s', (name) => {
    const real = readFileSync(new URL('../docs/benchmarks.md', import.meta.url), 'utf8');
    expect(replaceBetweenMarkers(real, name, 'new')).toContain('\n\nnew\n\n');
  });

  test('says that there is no such place', () => {
    expect(() => replaceBetweenMarkers(page, 'b', '')).toThrow('the page has no place for b');
  });
});
