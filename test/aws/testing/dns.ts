import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, encode, type DecodedPacket, type Question } from 'dns-packet';
import type { DnsAddress } from '../model.ts';

/** A query with this one question; `changes` go over what is usual. */
export const queryOf = (question: Question, changes: object = {}): Buffer =>
  encode({ type: 'query', id: 4711, flags: 0, questions: [question], ...changes });

/** Sends bytes over UDP; the answer's bytes. */
export async function exchangeUdp({ host, port }: DnsAddress, message: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.send(message, port, host);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

export async function queryUdp(server: DnsAddress, question: Question): Promise<DecodedPacket> {
  return decode(await exchangeUdp(server, queryOf(question)));
}

/** Asks all at once over one connection; the answers in their order. */
export async function queryTcp({ host, port }: DnsAddress, questions: readonly Question[]): Promise<DecodedPacket[]> {
  const socket = connect(port, host);
  const bytes = Buffer.concat(questions.map((question) => withLength(queryOf(question))));
  // Torn where no message ends.
  socket.write(bytes.subarray(0, 7));
  socket.write(bytes.subarray(7));
  try {
    let received = Buffer.alloc(0);
    const answers: DecodedPacket[] = [];
    while (answers.length < questions.length) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        answers.push(decode(received.subarray(2, end)));
        received = received.subarray(end);
      }
    }
    return answers;
  } finally {
    socket.destroy();
  }
}

export function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
