import { describe, expect, test } from '@jest/globals';
import {
  durationAtLeast,
  oneOf,
  parseListenAddress,
  parseNameServers,
  parseNamespace,
  parseRate,
  wholeNumber,
} from './values.ts';
import type { Parsed } from './parsed.ts';

const valueOf = (result: Parsed<unknown>): unknown => (result.ok ? result.value : `fault: ${result.fault}`);
const refused = expect.stringMatching(/^fault: .*must be/);

test.each([
  [':8080', { host: '', port: 8080 }],
  ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
  ['localhost:9', { host: 'localhost', port: 9 }],
  ['[::1]:8443', { host: '::1', port: 8443 }],
  [':65535', { host: '', port: 65_535 }],
  ['0', undefined],
  ...['', '8080', ':', 'host:', ':http', '::1:80', '[::1]', '[x]:80', '[]:80', ':65536', ':123456', ':-1', 'a:b:1'].map(
    (text) => [text, refused] as const,
  ),
])('listen address %j', (text, expected) => {
  expect(valueOf(parseListenAddress(text))).toEqual(expected);
});

test.each([
  ['0', 0],
  ['25', 25],
  ['0.5', 0.5],
  ...['', '-1', '1e3', '0x10', 'NaN', 'Infinity', ' 1', '1.', '99999999'].map((text) => [text, refused] as const),
])('rate %j', (text, expected) => {
  expect(valueOf(parseRate(text))).toEqual(expected);
});

test.each([
  ['', []],
  ['192.0.2.1', ['192.0.2.1']],
  ['192.0.2.1:5353, [2001:db8::1]:53,2001:db8::1', ['192.0.2.1:5353', '[2001:db8::1]:53', '2001:db8::1']],
  ...['ns.test', 'ns.test:53', '192.0.2.1:', '192.0.2.1:0', '192.0.2.1:65536', '[192.0.2.1]:53', '192.0.2.1,', ','].map(
    (text) => [text, refused] as const,
  ),
])('name servers %j', (text, expected) => {
  expect(valueOf(parseNameServers(text))).toEqual(expected);
});

test.each([
  ['1', 1],
  ['32', 32],
  ...['', '0', '101', '-1', '1.5', '1e1', 'ten'].map((text) => [text, refused] as const),
])('whole number %j from 1 to 100', (text, expected) => {
  expect(valueOf(wholeNumber(1, 100)(text))).toEqual(expected);
});

test.each([
  ['json', 'json'],
  ['JSON', 'json'],
  ['', 'fault: must be json or console'],
  ['xml', 'fault: must be json or console'],
])('one of json and console: %j', (text, expected) => {
  expect(valueOf(oneOf(['json', 'console'])(text))).toEqual(expected);
});

test.each([
  ['', ''],
  ['team-a', 'team-a'],
  ['a'.repeat(63), 'a'.repeat(63)],
  ...['A', '-a', 'a-', 'a.b', 'a/b', 'a'.repeat(64)].map((text) => [text, refused] as const),
])('namespace %j', (text, expected) => {
  expect(valueOf(parseNamespace(text))).toEqual(expected);
});

describe('duration of at least 1s', () => {
  test.each([
    ['1s', 1000],
    ['999ms', 'fault: must be at least 1s'],
    ['-5m', 'fault: must be at least 1s'],
    ['5', refused],
  ])('%j', (text, expected) => {
    expect(valueOf(durationAtLeast('1s', 1000)(text))).toEqual(expected);
  });
});
