import { describe, expect, test } from '@jest/globals';
import { decidePeriod } from './validity.ts';

const NOW = Date.parse('2026-01-31T12:00:00.700Z');
const LIMITS = { notAfter: Date.parse('2060-01-01T00:00:00Z'), shortLived: false };

describe('the end of a certificate', () => {
  test.each([
    ['ABSOLUTE', 2_524_608_000, '2050-01-01T00:00:00.000Z'],
    ['END_DATE', 491_231_235_959, '2049-12-31T23:59:59.000Z'],
    ['END_DATE', 20_500_102_030_405, '2050-01-02T03:04:05.000Z'],
    ['DAYS', 1, '2026-02-01T12:00:00.000Z'],
    ['MONTHS', 1, '2026-02-28T12:00:00.000Z'],
    ['MONTHS', 13, '2027-02-28T12:00:00.000Z'],
    ['YEARS', 2, '2028-01-31T12:00:00.000Z'],
  ] as const)('%s %d', (Type, Value, end) => {
    const { notBefore, notAfter } = decidePeriod(NOW, { Type, Value }, undefined, LIMITS);
    expect(new Date(notAfter).toISOString()).toBe(end);
    expect(new Date(notBefore).toISOString()).toBe('2026-01-31T11:00:00.000Z');
  });

  test.each([
    ['a date that is none', { Type: 'END_DATE', Value: 491_399_999_999 }],
    ['a two-digit year of the last century', { Type: 'END_DATE', Value: 991_231_235_959 }],
    ['the present second', { Type: 'ABSOLUTE', Value: Math.floor(NOW / 1000) }],
    ['the end of the authority, and a day', { Type: 'ABSOLUTE', Value: LIMITS.notAfter / 1000 + 86_400 }],
  ] as const)('cannot be %s', (_name, end) => {
    expect(() => decidePeriod(NOW, end, undefined, LIMITS)).toThrow();
  });
});

test('the beginning is an absolute time, before the end', () => {
  const end = { Type: 'DAYS', Value: 1 } as const;
  expect(() => decidePeriod(NOW, end, { Type: 'DAYS', Value: 1 }, LIMITS)).toThrow('ABSOLUTE');
  const late = { Type: 'ABSOLUTE', Value: Math.floor(NOW / 1000) + 86_400 } as const;
  expect(() => decidePeriod(NOW, end, late, LIMITS)).toThrow('end after it starts');
});
