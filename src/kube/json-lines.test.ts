import { describe, expect, test } from '@jest/globals';
import { parseJsonLines } from './json-lines.ts';

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function collect(bytes: Buffer, size: number): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of parseJsonLines(inPieces(bytes, size))) values.push(value);
  return values;
}

describe('parseJsonLines', () => {
  const values = [{ a: 'ümläut – 🦊' }, { b: [1, 2] }, { c: 'x'.repeat(50) }];
  const bytes = Buffer.from(values.map((value) => JSON.stringify(value) + '\n').join(''));

  test.each([1, 2, 3, 5, 7, 64, 10_000])('gives whole values from pieces of %d bytes', async (size) => {
    expect(await collect(bytes, size)).toEqual(values);
  });

  test('passes over empty lines', async () => {
    expect(await collect(Buffer.from('\n{"a":1}\n\r\n{"b":2}\n\n'), 4)).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('a line that was cut off is an error', async () => {
    await expect(collect(bytes.subarray(0, -10), 16)).rejects.toThrow(SyntaxError);
  });
});
