import { expect, test } from '@jest/globals';
import { splitDefinitions } from './custom-resources.ts';

test('only CustomResourceDefinitions are taken out of a file', () => {
  const crd = (name: string): string => `\nkind: CustomResourceDefinition\nmetadata: { name: ${name} }\n`;
  const text = `---${crd('a')}---\nkind: Kustomization\nresources: []\n--- ${crd('b')}`;
  expect(splitDefinitions(text).map((document) => document.trim())).toEqual([crd('a').trim(), crd('b').trim()]);
  expect(splitDefinitions('')).toEqual([]);
});
