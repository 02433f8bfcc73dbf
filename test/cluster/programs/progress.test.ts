import { describe, expect, test } from '@jest/globals';
import { elapsed, withProgress } from './progress.ts';

test.each([
  [0, '0 s'],
  [44_600, '45 s'],
  [60_000, '1 min 00 s'],
  [185_000, '3 min 05 s'],
])('%d ms are written %s', (milliseconds, text) => {
  expect(elapsed(milliseconds)).toBe(text);
});

describe('withProgress', () => {
  test('tells that the work goes on, until it ends', async () => {
    const told = Promise.withResolvers<string>();
    const line = withProgress(told.resolve, 'building etcd', told.promise, 1);
    expect(await line).toMatch(/^… building etcd: \d+ s$/);
  });

  test('says nothing of short work and passes its failure on', async () => {
    const said: string[] = [];
    const failing = withProgress((line) => void said.push(line), 'x', Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(said).toEqual([]);
  });
});
