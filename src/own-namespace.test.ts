import { expect, test } from '@jest/globals';
import { decideOwnNamespace } from './own-namespace.ts';

test.each([
  ['pod', 'account', 'context', 'pod'],
  ['', 'account\n', 'context', 'account'],
  [undefined, 'account', 'context', 'account'],
  [undefined, ' \n', 'context', 'context'],
  [undefined, undefined, 'context', 'context'],
  [undefined, undefined, '', 'default'],
  [undefined, undefined, undefined, 'default'],
])('%j, %j, %j: %s', (podNamespace, serviceAccountNamespace, kubeconfigNamespace, expected) => {
  expect(decideOwnNamespace({ podNamespace, serviceAccountNamespace, kubeconfigNamespace })).toBe(expected);
});
