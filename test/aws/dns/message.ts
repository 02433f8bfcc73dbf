import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Answer, DecodedPacket, OptAnswer, Packet, Question } from 'dns-packet';
import type { Resolution } from './resolve.ts';
import { toAnswer } from './rows.ts';

/** Response codes (RFC 1035 section 4.1.1). */
const CODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

const HEADER_BYTES = 12;
const RESPONSE = 0x8000;
const OPCODE = 0x7800;
const QUERY = 0;
const RECURSION_DESIRED = 0x0100;
/** Without EDNS (RFC 1035 section 2.3.4). */
const LEAST_UDP_BYTES = 512;
/** What this server sends at most over UDP, whatever is offered (RFC 6891 section 6.2.5). */
const MOST_UDP_BYTES = 4096;
const MOST_TCP_BYTES = 65_535;
const MOST_LABEL_BYTES = 63;

export type Ask = (question: { readonly name: string; readonly type: string }) => Resolution;

/** Answers one message; undefined for what is not a query at all and gets no answer. Never throws. */
export function answerMessage(message: Buffer, transport: 'udp' | 'tcp', ask: Ask): Buffer | undefined {
  if (message.length < HEADER_BYTES || (message.readUInt16BE(2) & RESPONSE) !== 0) return undefined;
  const query = tryDecode(message);
  const question = query?.questions?.[0];
  if (!query || !question || query.questions?.length !== 1 || !isEchoable(question)) {
    return headerOnly(message, CODES.FORMERR);
  }
  if (opcodeOf(message) !== QUERY) return headerOnly(message, CODES.NOTIMP);
  try {
    return compose({ message, query, question, transport }, ask);
  } catch {
    // A record that the library cannot write is the zone's fault; whoever asks learns that much.
    return headerOnly(message, CODES.SERVFAIL);
  }
}

const opcodeOf = (message: Buffer): number => (message.readUInt16BE(2) & OPCODE) >> 11;

function tryDecode(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message);
  } catch {
    // The library throws on every malformed message; they all get the same answer.
    return undefined;
  }
}

/** Bytes that are no UTF-8 come out longer than they went in. */
const isEchoable = ({ name }: Question): boolean =>
  name.split('.').every((label) => Buffer.byteLength(label) <= MOST_LABEL_BYTES) && !name.includes('\uFFFD');

function headerOnly(message: Buffer, code: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  const kept = message.readUInt16BE(2) & (OPCODE | RECURSION_DESIRED);
  header.writeUInt16BE(RESPONSE | kept | code, 2);
  return header;
}

interface Exchange {
  readonly message: Buffer;
  readonly query: DecodedPacket;
  readonly question: Question;
  readonly transport: 'udp' | 'tcp';
}

function compose({ message, query, question, transport }: Exchange, ask: Ask): Buffer {
  const edns = query.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const resolution = isServed(question) ? ask(question) : REFUSED;
  const { code, isAuthoritative, answers, authorities } = resolution;
  const response: Packet = {
    id: message.readUInt16BE(0),
    type: 'response',
    flags: (message.readUInt16BE(2) & RECURSION_DESIRED) | (isAuthoritative ? AUTHORITATIVE_ANSWER : 0) | CODES[code],
    questions: [question],
    answers: answers.map(toAnswer).filter((answer) => answer !== undefined),
    authorities: authorities.map(toAnswer).filter((answer) => answer !== undefined),
    additionals: edns ? [ownEdns(edns)] : [],
  };
  return fit(response, transport === 'tcp' ? MOST_TCP_BYTES : udpLimit(edns));
}

const REFUSED: Resolution = { code: 'REFUSED', isAuthoritative: false, answers: [], authorities: [] };

/** Zone transfers and classes other than IN are not for everybody. */
const isServed = ({ type, class: kind }: Question): boolean =>
  (kind === 'IN' || kind === undefined) && !['AXFR', 'IXFR'].includes(type);

function udpLimit(edns: OptAnswer | undefined): number {
  return Math.min(MOST_UDP_BYTES, Math.max(LEAST_UDP_BYTES, edns?.udpPayloadSize ?? 0));
}

/** BADVERS for a version that is not there yet (RFC 6891 section 6.1.3). */
function ownEdns({ ednsVersion }: OptAnswer): Answer {
  const opt = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: MOST_UDP_BYTES,
    flags: 0,
    options: [],
    ednsVersion: 0,
  } as const;
  return { ...opt, extendedRcode: ednsVersion > 0 ? 1 : 0 } as unknown as Answer;
}

/** What does not fit is left out whole, and whoever asks comes back over TCP. */
function fit(response: Packet, limit: number): Buffer {
  const whole = encode(response);
  if (whole.length <= limit) return whole;
  const flags = (response.flags ?? 0) | TRUNCATED_RESPONSE;
  return encode({ ...response, flags, answers: [], authorities: [] });
}
