import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'logging-bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = `
import { createLogger, standardError } from './logging.ts';
const options = { level: 'info', encoder: 'json', timeEncoding: 'epoch', stacktraceLevel: 'panic' };
createLogger({ ...options, clock: { now: () => 1500 }, destination: standardError() }).info({ a: 1 }, 'last words');
process.exit(0);
`;

test('one bundled file writes to standard error, at once, with nothing else around it', async () => {
  const outfile = path.join(folder, 'program.cjs');
  const stdin = { contents: program, resolveDir: path.join(import.meta.dirname, '..'), loader: 'ts' } as const;
  await build({ stdin, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
  const result = spawnSync(process.execPath, [outfile], { cwd: folder, encoding: 'utf8', env: {} });
  expect(result).toMatchObject({
    status: 0,
    stdout: '',
    stderr: '{"level":"info","ts":1.5,"a":1,"msg":"last words"}\n',
  });
});
