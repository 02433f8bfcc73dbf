import { expect, test } from '@jest/globals';
import type { LineFilter } from './fault.ts';
import { splitLines } from './lines.ts';
import {
  brokenAfter,
  expiredAfter,
  heldBack,
  losing,
  observed,
  repeated,
  silencedWhen,
  swapped,
} from './watch-filters.ts';

const event = (uid: string, type = 'MODIFIED'): string => JSON.stringify({ type, object: { metadata: { uid } } });

async function* from(...lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** The uids that pass, or the line itself where it is none of ours. */
async function passed(filter: LineFilter, ...lines: readonly string[]): Promise<string[]> {
  const seen: string[] = [];
  try {
    for await (const line of filter(from(...lines))) seen.push(/"uid":"(\w+)"/.exec(line)?.[1] ?? line);
  } catch {
    seen.push('broken off');
  }
  return seen;
}

const [a, b, c] = [event('a'), event('b'), event('c')] as const;

test('repeated', async () => {
  expect(await passed(repeated, a, b)).toEqual(['a', 'a', 'b', 'b']);
});

test('swapped: neighbours of different objects, and nobody passes a bookmark', async () => {
  expect(await passed(swapped, a, b, c)).toEqual(['b', 'a', 'c']);
  expect(await passed(swapped, a, a, b)).toEqual(['a', 'b', 'a']);
  expect(await passed(swapped, a, event('mark', 'BOOKMARK'), b)).toEqual(['a', 'mark', 'b']);
});

test('held back: from the first that is meant on', async () => {
  const released = Promise.withResolvers<undefined>();
  const isMeant = ({ object }: { object: { metadata?: { uid?: string } } }): boolean => object.metadata?.uid === 'b';
  let held = 0;
  const lines = heldBack(isMeant, released.promise, () => (held += 1))(from(a, b, c))[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe(a);
  expect(held).toBe(0);
  let isThere = false;
  const second = lines.next().finally(() => (isThere = true));
  await new Promise(setImmediate);
  expect([isThere, held]).toEqual([false, 1]);
  released.resolve(undefined);
  expect([(await second).value, (await lines.next()).value]).toEqual([b, c]);
});

test('broken inside an event', async () => {
  expect(await passed(brokenAfter(1), a, b, c)).toEqual(['a', b.slice(0, b.length / 2), 'broken off']);
});

test('expired', async () => {
  expect(await passed(expiredAfter(1), a, b)).toEqual(['a', expect.stringContaining('"code":410')]);
});

test('lost', async () => {
  let lost = 0;
  const filter = losing(
    ({ object }) => object.metadata?.uid === 'b',
    () => (lost += 1),
  );
  expect(await passed(filter, a, b, c)).toEqual(['a', 'c']);
  expect(lost).toBe(1);
});

test('silenced', async () => {
  expect(
    await passed(
      silencedWhen(() => false),
      a,
    ),
  ).toEqual(['a']);
  expect(
    await passed(
      silencedWhen(() => true),
      a,
    ),
  ).toEqual([]);
});

test.each([
  ['repeated', repeated, 3],
  ['swapped', swapped, 2],
  ['broken', brokenAfter(1), 1],
  ['expired', expiredAfter(1), 1],
  ['left as they are', silencedWhen(() => false), 0],
])('observed: lines that were %s are counted', async (_, filter, changed) => {
  const { lines, changed: count } = observed(filter);
  expect(await passed(lines, a, b)).toEqual(await passed(filter, a, b));
  expect(count()).toBe(changed);
});

test('lines come whole, however their bytes are cut, and the last one only when it is ended', async () => {
  async function* bytes(): AsyncGenerator<Buffer> {
    const text = Buffer.from('erste\nzweite ü\nhal');
    for (let start = 0; start < text.length; start++) yield text.subarray(start, start + 1);
  }
  const lines: string[] = [];
  for await (const line of splitLines(bytes())) lines.push(line);
  expect(lines).toEqual(['erste', 'zweite ü']);
});
