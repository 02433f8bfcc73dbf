import { describe, expect, test } from '@jest/globals';
import { parseCharacterStrings } from './character-strings.ts';
import { canonicalName, isWithin, parentOf, sortKey } from './names.ts';

describe('canonicalName', () => {
  test.each([
    ['Example.COM', 'example.com.'],
    ['example.com.', 'example.com.'],
    ['*.example.com', '\\052.example.com.'],
    ['\\052.example.com', '\\052.example.com.'],
    ['_a-b.example.com', '_a-b.example.com.'],
    ['a\\.b.example.com', 'a\\056b.example.com.'],
    ['\\101.example.com', 'a.example.com.'],
    ['a\\\\b.test', 'a\\134b.test.'],
    ['a b.test', 'a\\040b.test.'],
    ['é.test', '\\303\\251.test.'],
    [`${'x'.repeat(63)}.test`, `${'x'.repeat(63)}.test.`],
  ])('%s is %s', (text, name) => expect(canonicalName(text)).toBe(name));

  test.each([
    '',
    '.',
    'a..b',
    '.a',
    'a.b..',
    `${'x'.repeat(64)}.test`,
    Array.from({ length: 128 }, () => 'x').join('.'),
  ])('%s is no domain name', (text) => expect(canonicalName(text)).toBeUndefined());
});

test('names are sorted from the last label on, in ASCII’s order', () => {
  const sorted = [
    'example.com.',
    '\\052.example.com.',
    'a.example.com.',
    'z.a.example.com.',
    'b.example.com.',
    'x.net.',
  ];
  const keys = sorted.map(sortKey);
  expect(keys.toSorted()).toEqual(keys);
});

test('a zone holds its own name and what is below it, label by label', () => {
  expect(isWithin('example.com.', 'example.com.')).toBe(true);
  expect(isWithin('a.example.com.', 'example.com.')).toBe(true);
  expect(isWithin('badexample.com.', 'example.com.')).toBe(false);
  expect(isWithin('com.', 'example.com.')).toBe(false);
});

test('parents end at the last label', () => {
  expect([parentOf('a.b.'), parentOf('b.')]).toEqual(['b.', undefined]);
});

describe('parseCharacterStrings', () => {
  test.each<[string, string[] | undefined]>([
    ['"a"', ['a']],
    ['"a" "b c"', ['a', 'b c']],
    ['""', ['']],
    ['"say \\"hi\\" \\\\"', ['say "hi" \\']],
    ['"\\101\\040"', ['A ']],
    ['a', undefined],
    ['"a', undefined],
    ['"a""b"', undefined],
    ['"a" b', undefined],
    ['', undefined],
  ])('%s', (value, strings) => {
    expect(parseCharacterStrings(value)?.map((bytes) => bytes.toString())).toEqual(strings);
  });
});
