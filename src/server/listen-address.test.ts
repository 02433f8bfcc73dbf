import { expect, test } from '@jest/globals';

import { describeClash } from './listen-address.ts';
import type { ListenAddress } from './listen-address.ts';

const at = (host: string, port: number): ListenAddress => ({ host, port });

test.each<[ListenAddress | undefined, ListenAddress | undefined, boolean]>([
  [at('', 8080), at('', 8080), true],
  [at('', 8080), at('', 8081), false],
  [at('127.0.0.1', 8080), at('', 8080), true],
  [at('127.0.0.1', 8080), at('0.0.0.0', 8080), true],
  [at('127.0.0.1', 8080), at('::', 8080), true],
  [at('127.0.0.1', 8080), at('127.0.0.1', 8080), true],
  [at('127.0.0.1', 8080), at('127.0.0.2', 8080), false],
  [at('', 0), at('', 0), false],
  [undefined, at('', 8080), false],
  [undefined, undefined, false],
])('%j and %j clash: %s', (a, b, expected) => {
  const [first, second] = [
    { address: a, flag: '--one :1' },
    { address: b, flag: '--two :2' },
  ];
  const sentences = [describeClash(first, second), describeClash(second, first)];
  expect(sentences.map((sentence) => sentence !== undefined)).toEqual([expected, expected]);
  if (expected) expect(sentences[0]).toMatch(/--one :1 .*--two :2/);
});
