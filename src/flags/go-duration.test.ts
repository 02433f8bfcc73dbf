import { expect, test } from '@jest/globals';
import { formatGoNanoseconds, parseGoNanoseconds } from './go-duration.ts';

// Every expectation was given by Go itself.
test.each([
  ['0', 0n, '0s'],
  ['-0', 0n, '0s'],
  ['1ns', 1n, '1ns'],
  ['999us', 999_000n, '999µs'],
  ['1500ns', 1_500n, '1.5µs'],
  ['1.5ms', 1_500_000n, '1.5ms'],
  ['59m', 3_540_000_000_000n, '59m0s'],
  ['90m', 5_400_000_000_000n, '1h30m0s'],
  ['1.5h', 5_400_000_000_000n, '1h30m0s'],
  ['2160h', 7_776_000_000_000_000n, '2160h0m0s'],
  ['3600s', 3_600_000_000_000n, '1h0m0s'],
  ['-5s', -5_000_000_000n, '-5s'],
  ['1h0.000000001s', 3_600_000_000_001n, '1h0m0.000000001s'],
  ['0.3333333333333333333h', 1_200_000_000_000n, '20m0s'],
  ['2562047h47m16.854775807s', 9_223_372_036_854_775_807n, '2562047h47m16.854775807s'],
  ['-2562047h47m16.854775808s', -9_223_372_036_854_775_808n, '-2562047h47m16.854775808s'],
])('%s', (text, nanoseconds, written) => {
  expect(parseGoNanoseconds(text)).toEqual({ ok: true, value: nanoseconds });
  expect(formatGoNanoseconds(nanoseconds)).toBe(written);
  expect(parseGoNanoseconds(written)).toEqual({ ok: true, value: nanoseconds });
});

test.each([
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['.s', 'time: invalid duration ".s"'],
  ['5', 'time: missing unit in duration "5"'],
  ['90d', 'time: unknown unit "d" in duration "90d"'],
  ['1h 30m', 'time: unknown unit "h " in duration "1h 30m"'],
  ['2562047h47m16.854775808s', 'time: invalid duration "2562047h47m16.854775808s"'],
  ['9223372036854775809ns', 'time: invalid duration "9223372036854775809ns"'],
  ['1é"', 'time: unknown unit "\\xc3\\xa9\\"" in duration "1\\xc3\\xa9\\""'],
])('%j is none', (text, fault) => {
  expect(parseGoNanoseconds(text)).toEqual({ ok: false, fault });
});
