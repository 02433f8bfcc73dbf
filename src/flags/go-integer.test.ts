import { expect, test } from '@jest/globals';
import { parseGoInteger } from './go-integer.ts';

// Every expectation was given by Go itself.
test.each([
  ['0', 0n],
  ['-0', 0n],
  ['+3', 3n],
  ['007', 7n],
  ['2147483647', 2_147_483_647n],
  ['-2147483648', -2_147_483_648n],
])('%s as 32 bits', (text, expected) => {
  expect(parseGoInteger(text, 32)).toEqual({ ok: true, value: expected });
});

test.each([
  ['', 'invalid syntax'],
  ['-', 'invalid syntax'],
  ['+-3', 'invalid syntax'],
  [' 3', 'invalid syntax'],
  ['1_000', 'invalid syntax'],
  ['0x10', 'invalid syntax'],
  ['3.0', 'invalid syntax'],
  ['٣', 'invalid syntax'],
  ['25%', 'invalid syntax'],
  ['2147483648', 'value out of range'],
  ['-2147483649', 'value out of range'],
  ['42949672960 and more', 'value out of range'],
])('%j as 32 bits is refused', (text, fault) => {
  expect(parseGoInteger(text, 32)).toEqual({ ok: false, fault });
});

test('64 bits hold more', () => {
  expect(parseGoInteger('9223372036854775807', 64)).toEqual({ ok: true, value: 9_223_372_036_854_775_807n });
  expect(parseGoInteger('9223372036854775808', 64)).toEqual({ ok: false, fault: 'value out of range' });
});
