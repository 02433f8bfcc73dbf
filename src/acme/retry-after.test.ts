import { expect, test } from '@jest/globals';
import { readRetryAfter } from './retry-after.ts';

const now = Date.parse('2026-01-02T03:04:05Z');
const day = 24 * 3_600_000;

test.each<[string | undefined, number | undefined]>([
  [undefined, undefined],
  ['0', 0],
  ['7', 7000],
  [' 7 ', 7000],
  ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
  ['Fri, 02 Jan 2026 03:04:04 GMT', 0],
  ['99999999999999999999', day],
  ['Sat, 02 Jan 2027 03:04:05 GMT', day],
  ['', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['2026-01-02T03:04:35Z', undefined],
  ['Fri, 99 Jan 2026 03:04:35 GMT', undefined],
])('%j is %j', (text, ms) => expect(readRetryAfter({ 'retry-after': text }, now)).toBe(ms));

test('an instant is reckoned by the server’s own clock, where it tells it', () => {
  const headers = { 'retry-after': 'Fri, 02 Jan 2026 03:05:00 GMT', date: 'Fri, 02 Jan 2026 03:04:50 GMT' };
  expect(readRetryAfter(headers, now)).toBe(10_000);
  expect(readRetryAfter({ ...headers, date: 'now' }, now)).toBe(55_000);
});
