import { expect, test } from '@jest/globals';
import type { Secret } from './secret.ts';
import { secretText } from './secret.ts';

const bare: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-02T03:04:05Z' },
};
const secret: Secret = {
  ...bare,
  data: { plain: 'QUtJQQ==', unicode: 'w6R7fQ==', empty: '', newline: 'YQo=' },
};

test.each([
  ['plain', 'AKIA'],
  ['unicode', 'ä{}'],
  ['empty', ''],
  ['newline', 'a\n'],
  ['missing', undefined],
  ['toString', undefined],
])('secretText of %s is %j', (key, expected) => {
  expect(secretText(secret, key)).toBe(expected);
});

test('a Secret without data holds nothing', () => {
  expect(secretText(bare, 'plain')).toBeUndefined();
});
