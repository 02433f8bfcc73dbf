import { expect, test } from '@jest/globals';
import { covers } from './coverage.ts';

const none = { exact: false, subdomains: false, wildcards: false };
const shallow = { deepSubdomains: false, deepWildcards: false };
const deep = { deepSubdomains: true, deepWildcards: true };

test.each([
  ['exact', 'example.com', shallow, true],
  ['exact', 'www.example.com', deep, false],
  ['exact', '*.example.com', deep, false],
  ['subdomains', 'www.example.com', shallow, true],
  ['subdomains', 'a.b.example.com', shallow, false],
  ['subdomains', 'a.b.example.com', deep, true],
  ['subdomains', 'example.com', deep, false],
  ['subdomains', '*.example.com', deep, false],
  ['subdomains', 'notexample.com', deep, false],
  ['wildcards', '*.example.com', shallow, true],
  ['wildcards', '*.a.example.com', shallow, false],
  ['wildcards', '*.a.example.com', deep, true],
  ['wildcards', 'example.com', deep, false],
  ['wildcards', 'www.example.com', deep, false],
  ['wildcards', '*.com', deep, false],
] as const)('the scope %s of example.com over %s', (scope, name, depth, isCovered) => {
  expect(covers({ domainName: 'example.com', scope: { ...none, [scope]: true } }, name, depth)).toBe(isCovered);
});
