import { expect, test } from '@jest/globals';
import { formatInstant } from './instants.ts';

test.each([
  [0, '1970-01-01T00:00:00Z'],
  [Date.UTC(2026, 1, 3, 4, 5, 6), '2026-02-03T04:05:06Z'],
  [Date.UTC(2026, 1, 3, 4, 5, 6, 999), '2026-02-03T04:05:06Z'],
])('%d ms is %s', (ms, text) => expect(formatInstant(ms)).toBe(text));
