import type { Socket } from 'node:net';

/** Nobody may hold a connection for longer without asking. */
const IDLE_MS = 30_000;

/** Answers the messages of a TCP connection, each with its length before it (RFC 1035 section 4.2.2), in their order. */
export function serveStream(connection: Socket, answer: (message: Buffer) => Buffer | undefined): void {
  let received = Buffer.alloc(0);
  connection.setTimeout(IDLE_MS, () => connection.destroy());
  // The other side went away: `close` follows and frees what there is.
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    const { messages, rest } = splitMessages(Buffer.concat([received, chunk]));
    received = rest;
    for (const message of messages) {
      const reply = answer(message);
      // Who does not read its answers is not read from either.
      if (reply && !connection.write(withLength(reply))) connection.pause();
    }
  });
  connection.on('drain', () => connection.resume());
}

function splitMessages(bytes: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer<ArrayBuffer> } {
  const messages: Buffer[] = [];
  let start = 0;
  while (bytes.length - start >= 2) {
    const end = start + 2 + bytes.readUInt16BE(start);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(start + 2, end));
    start = end;
  }
  return { messages, rest: Buffer.from(bytes.subarray(start)) };
}

function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
