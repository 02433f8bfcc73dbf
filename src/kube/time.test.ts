import { describe, expect, test } from '@jest/globals';
import { microTime } from './time.ts';

describe('microTime', () => {
  test('has six fractional digits', () => {
    expect(microTime(new Date(0))).toBe('1970-01-01T00:00:00.000000Z');
    expect(microTime(new Date(Date.UTC(2026, 1, 3, 4, 5, 6, 78)))).toBe('2026-02-03T04:05:06.078000Z');
  });
});
