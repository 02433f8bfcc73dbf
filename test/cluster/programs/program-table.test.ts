import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { linkerFlags, moduleVersion, RECIPES, type ProgramName } from './program-table.ts';

const goMod = `module x

go 1.26.0

require example.org/one v1.0.0

require (
\texample.org/two v2.3.4 // indirect
)

replace example.org/two => example.org/three v9.9.9
`;

describe('moduleVersion', () => {
  test.each([
    ['example.org/one', 'v1.0.0'],
    ['example.org/two', 'v2.3.4'],
  ])('finds %s at %s', (name, version) => {
    expect(moduleVersion(goMod, name)).toBe(version);
  });

  test('says which module is not required', () => {
    expect(() => moduleVersion(goMod, 'example.org/none')).toThrow('go.mod does not require example.org/none');
  });
});

describe('linkerFlags', () => {
  test('of a program without a stamp strip symbols', () => {
    expect(linkerFlags(RECIPES.etcd, goMod)).toBe('-s -w ');
  });

  test('of a Kubernetes program carry the release that its module names', () => {
    const version = 'k8s.io/component-base/version';
    expect(linkerFlags(RECIPES.kubectl, 'require k8s.io/kubernetes v1.36.3\n')).toBe(
      `-s -w -X ${version}.gitVersion=v1.36.3 -X ${version}.gitMajor=1 -X ${version}.gitMinor=36`,
    );
  });
});

test.each(Object.keys(RECIPES) as ProgramName[])('the module that %s is built from is in the project', (name) => {
  const file = new URL(`../toolchain/${RECIPES[name].module}/go.mod`, import.meta.url);
  expect(() => linkerFlags(RECIPES[name], readFileSync(file, 'utf8'))).not.toThrow();
});
