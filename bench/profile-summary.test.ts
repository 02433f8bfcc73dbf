import { expect, test } from '@jest/globals';
import { type CallFrame, type CpuProfile, packageOrFolder, summarizeProfile } from './profile-summary.ts';

const frame = (functionName: string, url = '', lineNumber = 0): CallFrame => ({
  ...{ functionName, url, lineNumber, columnNumber: 0 },
});
const nodes = [
  frame('(root)'),
  frame('(idle)'),
  frame('(garbage collector)'),
  frame('sign', 'file:///dist/manager.js', 1),
  frame('', 'file:///dist/manager.js', 2),
  frame('emit', 'node:internal/events/x'),
  frame('parse'),
  frame('lost', 'file:///dist/manager.js', 3),
].map((callFrame, id) => ({ id, callFrame }));
/** sign calls emit, which calls parse. */
const children = new Map([
  [3, [5]],
  [5, [6]],
]);
const sources = new Map([
  [1, '../src/signers/pca/sign.ts'],
  [2, '../node_modules/@smithy/core/dist-es/index.js'],
]);
const summarize = (profile: Omit<CpuProfile, 'nodes'>, moment = { from: 0, to: Infinity }) =>
  summarizeProfile(
    { nodes: nodes.map((node) => ({ ...node, children: children.get(node.id) ?? [] })), ...profile },
    ({ lineNumber }) => sources.get(lineNumber),
    moment,
  );

test('a sample lasts until the next one, and idling does not count', () => {
  const summary = summarize({
    ...{
      startTime: 0,
      samples: [3, 1, 4, 2, 3, 5, 6, 7, 1],
      timeDeltas: [0, 4000, 90_000, 1000, 2000, 1000, 500, 500, 1000],
    },
  });
  expect(summary.busyMs).toBe(10);
  const two = (share: number): number => Number(share.toFixed(2));
  expect(summary.modules.map(({ name, share, withBuiltIns }) => [name, two(share), two(withBuiltIns)])).toEqual([
    ['src/signers/pca', 0.5, 0.6],
    ['garbage collection', 0.2, 0.2],
    ['@smithy/core', 0.1, 0.1],
    ['the bundle', 0.1, 0.1],
    ['node:internal/events', 0.05, 0],
    ['V8', 0.05, 0],
  ]);
  expect(summary.functions.map(({ name, share }) => [name, two(share)])).toEqual([
    ['sign (src/signers/pca)', 0.5],
    ['garbage collection', 0.2],
    ['(anonymous) (@smithy/core)', 0.1],
    ['lost (the bundle)', 0.1],
    ['emit (node:internal/events)', 0.05],
    ['parse (V8)', 0.05],
  ]);
});

test('only what ran between the two moments counts', () => {
  const profile = { startTime: 1000, samples: [3, 3, 4, 3], timeDeltas: [0, 10, 10, 10] };
  const { busyMs, functions } = summarize(profile, { from: 1010, to: 1021 });
  expect(busyMs).toBe(0.02);
  expect(functions.map(({ share }) => share)).toEqual([0.5, 0.5]);
});

test.each([
  ['../src/main.ts', 'src'],
  ['../src/kube/store.ts', 'src/kube'],
  ['../node_modules/undici/lib/core/request.js', 'undici'],
  ['../node_modules/a/node_modules/@b/c/index.js', '@b/c'],
])('%s belongs to %s', (source, expected) => {
  expect(packageOrFolder(source)).toBe(expected);
});
