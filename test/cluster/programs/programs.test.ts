import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cacheFolder, ensurePrograms, type EnsureOptions } from './programs.ts';

// Stands in for the go command: it notes each build, and writes a file in its place.
const FAKE_GO = `#!/bin/sh
case $1 in
  version) echo "go version go1.26.0 linux/amd64" ;;
  env) printf 'go1.26.0\\nlinux\\namd64\\n' ;;
  build)
    echo "$GOTOOLCHAIN $GOFLAGS $*" >> "$FAKE_GO_CALLS"
    test -z "$FAKE_GO_FAILS" || { echo "cannot build" >&2; exit 1; }
    while [ "$1" != "-o" ]; do shift; done
    echo program > "$2" ;;
esac
`;

let folder = '';
let environment: NodeJS.ProcessEnv = {};
const said: string[] = [];
const options = (more: NodeJS.ProcessEnv = {}): EnsureOptions => ({
  log: (line) => void said.push(line),
  environment: { ...environment, ...more },
});
const builds = async (): Promise<string[]> =>
  (await readFile(join(folder, 'calls'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'programs-test-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/go'), FAKE_GO);
  await chmod(join(folder, 'bin/go'), 0o755);
  const path = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`;
  environment = { PATH: path, XDG_CACHE_HOME: join(folder, 'cache'), FAKE_GO_CALLS: join(folder, 'calls') };
  said.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

describe('ensurePrograms', () => {
  test('builds once, with flags of its own, and finds the program afterwards', async () => {
    const first = await ensurePrograms(['etcd'], options({ GOFLAGS: '-race', GOTOOLCHAIN: 'local' }));
    const second = await ensurePrograms(['etcd'], options());
    expect(second).toEqual(first);
    expect(await readFile(first.etcd, 'utf8')).toBe('program\n');
    expect(await builds()).toEqual([expect.stringMatching(/^auto -mod=readonly -buildvcs=false build -trimpath /)]);
    expect(said.filter((line) => line.startsWith('Built'))).toHaveLength(1);
  });

  test('leaves nothing but the programs in the cache', async () => {
    await ensurePrograms(['etcd', 'kubectl'], options());
    const left = await readdir(cacheFolder(options().environment));
    expect(left.sort()).toEqual([
      expect.stringMatching(/^etcd-[0-9a-f]{16}$/),
      expect.stringMatching(/^kubectl-[0-9a-f]{16}$/),
    ]);
  });

  test('builds once for two that ask at the same time', async () => {
    const [one, two] = await Promise.all([ensurePrograms(['etcd'], options()), ensurePrograms(['etcd'], options())]);
    expect(one).toEqual(two);
    expect(await builds()).toHaveLength(1);
  });

  test('a build that fails says what Go said, leaves nothing, and is tried again', async () => {
    const failing = ensurePrograms(['etcd'], options({ FAKE_GO_FAILS: 'yes' }));
    await expect(failing).rejects.toMatchObject({
      code: 'build-failed',
      message: expect.stringContaining('cannot build'),
    });
    expect(await readdir(cacheFolder(options().environment))).toEqual([]);
    await ensurePrograms(['etcd'], options());
    expect(await builds()).toHaveLength(2);
  });
});

describe('KUBEBUILDER_ASSETS', () => {
  test('gives the programs that it holds, without Go', async () => {
    const assets = join(folder, 'assets');
    await mkdir(assets);
    await Promise.all(['etcd', 'kubectl'].map((name) => writeFile(join(assets, name), '')));
    const found = await ensurePrograms(
      ['etcd', 'kubectl'],
      options({ KUBEBUILDER_ASSETS: assets, PATH: '/nonexistent' }),
    );
    expect(found).toEqual({ etcd: join(assets, 'etcd'), kubectl: join(assets, 'kubectl') });
  });

  test('leaves the others to be built', async () => {
    const assets = join(folder, 'assets');
    await mkdir(assets);
    await writeFile(join(assets, 'etcd'), '');
    const found = await ensurePrograms(['etcd', 'kubectl'], options({ KUBEBUILDER_ASSETS: assets }));
    expect(found.etcd).toBe(join(assets, 'etcd'));
    expect(found.kubectl).toContain(cacheFolder(options().environment));
  });

  test('that names no folder is refused in one sentence', async () => {
    const asked = ensurePrograms(['etcd'], options({ KUBEBUILDER_ASSETS: '/nonexistent' }));
    await expect(asked).rejects.toMatchObject({
      code: 'assets-missing',
      message: expect.stringContaining('/nonexistent'),
    });
  });
});

describe('cacheFolder', () => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [{ XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/aws-privateca-issuer/toolchain'],
    [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/aws-privateca-issuer/toolchain'],
    [{}, `${homedir()}/.cache/aws-privateca-issuer/toolchain`],
  ])('of %j', (variables, expected) => {
    expect(cacheFolder(variables)).toBe(expected);
  });
});
