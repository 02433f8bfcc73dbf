import { expect, test } from '@jest/globals';
import { editDistance, nearest } from './nearest.ts';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['abc', 'abc', 0],
  ['abc', 'abd', 1],
  ['abc', 'ac', 1],
  ['kitten', 'sitting', 3],
])('editDistance(%j, %j) is %d', (a, b, expected) => {
  expect(editDistance(a, b)).toBe(expected);
  expect(editDistance(b, a)).toBe(expected);
});

const known = ['leader-elect', 'leader-election-namespace', 'kubeconfig', 'h'];
test.each([
  ['leader-elekt', 'leader-elect'],
  ['leaderelect', 'leader-elect'],
  ['leader-election-namespc', 'leader-election-namespace'],
  ['kube-config', 'kubeconfig'],
  ['v', undefined],
  ['metrics', undefined],
  ['', undefined],
])('nearest(%j) is %j', (word, expected) => {
  expect(nearest(word, known)).toBe(expected);
});
