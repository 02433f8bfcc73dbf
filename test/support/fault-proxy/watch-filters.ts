import { setTimeout as delay } from 'node:timers/promises';
import type { LineFilter } from './fault.ts';

/** An event of a watch, as far as filters look into it. */
export interface WatchLine {
  readonly type: string;
  readonly object: {
    readonly metadata?: {
      readonly uid?: string;
      readonly name?: string;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly status?: { readonly certificate?: string };
  };
}

const parse = (line: string): WatchLine => JSON.parse(line) as WatchLine;

/** The same filter, and how many of the lines that left it are others than those that came at their places. */
export function observed(filter: LineFilter): { readonly lines: LineFilter; readonly changed: () => number } {
  let changed = 0;
  return {
    changed: () => changed,
    lines: async function* (lines) {
      const came: string[] = [];
      async function* tapped(): AsyncGenerator<string> {
        for await (const line of lines) {
          came.push(line);
          yield line;
        }
      }
      let index = 0;
      for await (const line of filter(tapped())) {
        if (line !== came[index++]) changed += 1;
        yield line;
      }
    },
  };
}

/** Every event twice. */
export async function* repeated(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield* [line, line];
}

/** Events of different objects change places with their neighbours; those of one object never do. */
export async function* swapped(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const iterator = lines[Symbol.asyncIterator]();
  for (let first = await iterator.next(); first.done !== true;) {
    const following = iterator.next();
    const second = await Promise.race([following, delay(200, undefined)]);
    // Nothing came behind it, so that there is nothing to change places with.
    if (second === undefined || second.done === true || !mayPass(first.value, second.value)) {
      yield first.value;
      first = await following;
      continue;
    }
    yield* [second.value, first.value];
    first = await iterator.next();
  }
}

/** A bookmark says that everything before it was seen. */
function mayPass(first: string, second: string): boolean {
  const [one, other] = [parse(first), parse(second)];
  return (
    [one, other].every(({ type }) => type !== 'BOOKMARK') && one.object.metadata?.uid !== other.object.metadata?.uid
  );
}

/** From the first event that `isMeant` on, everything waits until `released`; `held` is told of that event. */
export const heldBack = (
  isMeant: (event: WatchLine) => boolean,
  released: Promise<unknown>,
  held: () => void = () => undefined,
): LineFilter =>
  async function* (lines) {
    let isHeld = false;
    for await (const line of lines) {
      if (!isHeld && isMeant(parse(line))) {
        isHeld = true;
        held();
      }
      if (isHeld) await released;
      yield line;
    }
  };

/** What is meant is lost, and the rest goes on as if nothing had been; `lost` is told of each. */
export const losing = (isMeant: (event: WatchLine) => boolean, lost: () => void): LineFilter =>
  async function* (lines) {
    for await (const line of lines) {
      if (isMeant(parse(line))) lost();
      else yield line;
    }
  };

/** Passes so many events, then half of one, and ends without a word. */
export const brokenAfter = (count: number): LineFilter =>
  async function* (lines) {
    let left = count;
    for await (const line of lines) {
      if (left-- > 0) yield line;
      else {
        yield line.slice(0, line.length / 2);
        throw new Error('broken off, as ordered');
      }
    }
  };

/** Passes so many events, then tells that the version is too old. */
export const expiredAfter = (count: number): LineFilter =>
  async function* (lines) {
    let left = count;
    for await (const line of lines) {
      if (left-- > 0) yield line;
      else {
        const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };
        yield JSON.stringify({ type: 'ERROR', object });
        return;
      }
    }
  };

/** Nothing passes any more once `muted` says so, and the connection stays. */
export const silencedWhen = (muted: () => boolean): LineFilter =>
  async function* (lines) {
    for await (const line of lines) if (!muted()) yield line;
  };
