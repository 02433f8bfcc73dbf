const NEWLINE = 0x0a;

/**
 * The lines of a byte stream as JSON values. Chunks may be cut anywhere, inside a character too: a newline byte never
 * occurs inside a UTF-8 sequence (RFC 3629), so bytes are joined first and decoded by whole lines.
 */
export async function* parseJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<unknown, void, undefined> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      rest.push(chunk.subarray(start, end));
      yield* parseLine(rest);
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  // The API server ends every event with a newline: what is left was cut off, and parsing it says so.
  yield* parseLine(rest);
}

function* parseLine(parts: readonly Buffer[]): Generator<unknown, void, undefined> {
  const text = Buffer.concat(parts).toString('utf8').trim();
  if (text !== '') yield JSON.parse(text) as unknown;
}
