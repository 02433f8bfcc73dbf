import { expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { untilAnswers } from './until-answers.ts';

const refuses = (): Promise<never> => Promise.reject(new Error('refused'));

test('asks again until the program answers', async () => {
  const program = { name: 'server', logPath: '', exited: new Promise<never>(() => undefined) };
  let asked = 0;
  await untilAnswers(program, () => (++asked < 3 ? refuses() : Promise.resolve()));
  expect(asked).toBe(3);
});

test('a program that ends instead is quoted', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'until-answers-'));
  try {
    const logPath = join(folder, 'server.log');
    await writeFile(logPath, 'port taken\n');
    const program = { name: 'server', logPath, exited: Promise.resolve({ code: 1, signal: null }) };
    await expect(untilAnswers(program, refuses)).rejects.toThrow('server ended (exit 1):\nport taken');
  } finally {
    await rm(folder, { recursive: true });
  }
});
