import { expect, test } from '@jest/globals';
import { goQuote } from './go-quote.ts';

// Every expectation was given by Go itself.
test.each([
  ['', '""'],
  ['a "b" \\', '"a \\"b\\" \\\\"'],
  ['\u0007\b\f\n\r\t\v\u001b\u007f', '"\\a\\b\\f\\n\\r\\t\\v\\x1b\\x7f"'],
  ['é😀\u0301', '"é😀\u0301"'],
  ['\u00a0\u200b\u2028', '"\\u00a0\\u200b\\u2028"'],
  ['\u{10ffff}', '"\\U0010ffff"'],
])('%j', (text, expected) => {
  expect(goQuote(text)).toBe(expected);
});
