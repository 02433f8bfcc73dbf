import { describe, expect, test } from '@jest/globals';
import { cacheKey, type BuildInputs } from './cache-key.ts';

const base: BuildInputs = {
  program: 'etcd',
  files: { 'go.mod': 'module a', 'go.sum': 'b' },
  flags: ['-trimpath'],
  goVersion: 'go1.26.0',
  platform: 'linux/amd64',
};

describe('cacheKey', () => {
  test('is the same for the same inputs, in whatever order the files are listed', () => {
    const files = { 'go.sum': 'b', 'go.mod': 'module a' };
    expect(cacheKey({ ...base, files })).toBe(cacheKey(base));
    expect(cacheKey(base)).toMatch(/^[0-9a-f]{16}$/);
  });

  const changes: [string, Partial<BuildInputs>][] = [
    ['the program', { program: 'kubectl' }],
    ['a file', { files: { ...base.files, 'go.sum': 'c' } }],
    ['one file more', { files: { ...base.files, 'main.go': '' } }],
    ['where a text stands', { files: { 'go.mod': 'module ab', 'go.sum': '' } }],
    ['the flags', { flags: ['-trimpath', '-race'] }],
    ['the Go release', { goVersion: 'go1.26.1' }],
    ['the platform', { platform: 'darwin/arm64' }],
  ];
  test.each(changes)('changes with %s', (_, change) => {
    expect(cacheKey({ ...base, ...change })).not.toBe(cacheKey(base));
  });
});
