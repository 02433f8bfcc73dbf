import { expect, test } from '@jest/globals';
import { formatInstant, parseInstant } from './instants.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [999, '1970-01-01T00:00:00Z'],
  [Date.UTC(2026, 10, 22, 15, 33, 7, 999), '2026-11-22T15:33:07Z'],
])('formatInstant(%d) is %s', (milliseconds, expected) => {
  expect(formatInstant(milliseconds)).toBe(expected);
});

test.each([
  ['2026-11-22T15:33:07Z', Date.UTC(2026, 10, 22, 15, 33, 7)],
  ['2026-11-22T15:33:07.123456Z', Date.UTC(2026, 10, 22, 15, 33, 7, 123)],
  ['2026-11-22T16:33:07+01:00', Date.UTC(2026, 10, 22, 15, 33, 7)],
  ['2026-11-22t15:33:07z', Date.UTC(2026, 10, 22, 15, 33, 7)],
  ['2026-13-22T15:33:07Z', undefined],
  ['2026-11-22', undefined],
  ['yesterday', undefined],
  ['', undefined],
  [undefined, undefined],
])('parseInstant(%j) is %j', (text, expected) => {
  expect(parseInstant(text)).toBe(expected);
});
