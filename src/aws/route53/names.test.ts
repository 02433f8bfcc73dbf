import { describe, expect, test } from '@jest/globals';
import { bareId, isSurelyBefore, isWithin, plainName, unescapeName, withParents } from './names.ts';

test.each([
  ['Example.COM.', 'example.com'],
  ['example.com', 'example.com'],
  ['.', ''],
])('plainName %s', (name, plain) => expect(plainName(name)).toBe(plain));

test.each([
  ['\\052.example.com.', '*.example.com.'],
  ['a\\040b.example.com', 'a b.example.com'],
  ['_acme-challenge.example.com', '_acme-challenge.example.com'],
  ['a\\999', 'a\\999'],
])('unescapeName %s', (name, plain) => expect(unescapeName(name)).toBe(plain));

test.each([
  ['www.example.com', 'example.com', true],
  ['example.com.', 'EXAMPLE.com', true],
  ['www.ample.com', 'example.com', false],
  ['www.example.com', 'ample.com', false],
  ['com', 'example.com', false],
])('isWithin %s %s: %s', (name, zone, expected) => expect(isWithin(name, zone)).toBe(expected));

test('withParents begins with the shortest', () =>
  expect(withParents('_a.www.Example.com.')).toEqual(['com', 'example.com', 'www.example.com', '_a.www.example.com']));

test.each(['/hostedzone/Z1', 'hostedzone/Z1', 'Z1', ' Z1 '])('bareId %s', (id) => expect(bareId(id)).toBe('Z1'));
test('bareId of a change', () => expect(bareId('/change/C1')).toBe('C1'));

describe('isSurelyBefore', () => {
  test.each([
    ['example.com', 'www.example.com', true],
    ['www.example.com', 'example.com', false],
    ['b.example.com', 'a.sample.com', true],
    ['example.com', 'example.com', false],
    ['example.com', 'example.org', true],
  ])('%s, %s: %s', (a, b, expected) => expect(isSurelyBefore(a, b)).toBe(expected));

  test('of names whose order depends on how it is read neither is', () => {
    // As one text `com.example-a.` comes before `com.example.`, since a hyphen is less than a dot.
    expect(isSurelyBefore('example.com', 'example-a.com')).toBe(false);
    expect(isSurelyBefore('example-a.com', 'example.com')).toBe(false);
  });
});
