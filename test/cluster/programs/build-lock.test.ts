import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withBuildLock } from './build-lock.ts';
import { ABANDONED_AFTER_MS } from './lock-owner.ts';

let folder = '';
let lock = '';
const said: string[] = [];
const log = (line: string): void => void said.push(line);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-lock-test-'));
  lock = join(folder, 'build.lock');
  said.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

describe('withBuildLock', () => {
  test('lets one after the other work, and leaves no file', async () => {
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withBuildLock(lock, log, work)));
    expect(most).toBe(1);
    expect(said).toContain('Another process is building the same programs; waiting for it.');
    expect(await readdir(folder)).toEqual([]);
  });

  test('is released when the work fails', async () => {
    await expect(withBuildLock(lock, log, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withBuildLock(lock, log, () => Promise.resolve('next'))).toBe('next');
  });

  test('is taken from a holder that died', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await writeFile(lock, JSON.stringify({ pid, host: hostname(), token: 'dead' }));
    expect(await withBuildLock(lock, log, () => Promise.resolve('mine'))).toBe('mine');
    expect([await readdir(folder), said]).toEqual([[], []]);
  });

  test('is taken from a holder that fell silent', async () => {
    await writeFile(lock, JSON.stringify({ pid: process.pid, host: 'elsewhere', token: 'silent' }));
    const then = new Date(Date.now() - ABANDONED_AFTER_MS - 1000);
    await utimes(lock, then, then);
    expect(await withBuildLock(lock, log, () => Promise.resolve('mine'))).toBe('mine');
  });
});
