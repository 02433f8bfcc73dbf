import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { decode, type DecodedPacket } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn, type DnsAddress } from '../index.ts';
import { answerMessage } from './message.ts';
import type { Resolution } from './resolve.ts';
import { exchangeUdp, queryOf, queryTcp, queryUdp, withLength } from '../testing/dns.ts';

const QUESTION = { name: 'a.example.com', type: 'TXT' } as const;
const VALUE = { name: 'a.example.com', type: 'TXT', ttl: 5, value: '"x"' };
const found: Resolution = { code: 'NOERROR', isAuthoritative: true, answers: [VALUE], authorities: [] };

const ask = (message: Buffer, resolution = found): DecodedPacket | undefined => {
  const answer = answerMessage(message, 'udp', () => resolution);
  return answer && decode(answer);
};

describe('one message', () => {
  test('keeps id, question and its case, and whether recursion was asked for', () => {
    const question = { name: 'A.eXample.com', type: 'TXT' } as const;
    const answer = ask(queryOf(question, { flags: 0x0100 }));
    expect(answer).toMatchObject({ id: 4711, type: 'response', questions: [question], rcode: 'NOERROR' });
    expect(answer).toMatchObject({ flag_aa: true, flag_rd: true, flag_ra: false, flag_tc: false });
    expect(answer?.answers).toMatchObject([{ ttl: 5, data: [Buffer.from('x')] }]);
  });

  test('offers EDNS where it was offered, and uses the size', () => {
    const opt = (fields: object): object => ({
      additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [], ...fields }],
    });
    const long = { ...found, answers: Array.from({ length: 4 }, () => ({ ...VALUE, value: `"${'x'.repeat(200)}"` })) };
    expect(ask(queryOf(QUESTION), long)).toMatchObject({ flag_tc: true, answers: [], additionals: [] });
    const offered = ask(queryOf(QUESTION, opt({})), long);
    expect(offered).toMatchObject({ flag_tc: false, additionals: [{ type: 'OPT', extendedRcode: 0 }] });
    expect(offered?.answers).toHaveLength(4);
    expect(ask(queryOf(QUESTION, opt({ udpPayloadSize: 100 })))?.answers).toHaveLength(1);
    expect(ask(queryOf(QUESTION, opt({ ednsVersion: 1 })))?.additionals).toMatchObject([{ extendedRcode: 1 }]);
  });

  test.each<[string, Buffer, string]>([
    ['no question', queryOf(QUESTION, { questions: [] }), 'FORMERR'],
    ['two questions', queryOf(QUESTION, { questions: [QUESTION, QUESTION] }), 'FORMERR'],
    ['half a question', queryOf(QUESTION).subarray(0, 20), 'FORMERR'],
    ['more records promised than sent', withCount(queryOf(QUESTION), 10, 65_535), 'FORMERR'],
    ['a name that points to itself', pointerLoop(), 'FORMERR'],
    ['a label that is no text', queryOf(QUESTION).fill(0xff, 13, 14), 'FORMERR'],
    ['another opcode', queryOf(QUESTION, { flags: 4 << 11 }), 'NOTIMP'],
    ['another class', queryOf({ ...QUESTION, class: 'CH' }), 'REFUSED'],
    ['a zone transfer', queryOf({ ...QUESTION, type: 'AXFR' }), 'REFUSED'],
  ])('%s: %s', (_, message, code) => {
    expect(ask(message)).toMatchObject({ id: 4711, type: 'response', rcode: code });
  });

  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['less than a header', queryOf(QUESTION).subarray(0, 11)],
    ['an answer', queryOf(QUESTION, { type: 'response' })],
  ])('%s gets no answer, so that two servers never talk to each other', (_, message) => {
    expect(answerMessage(message, 'udp', () => found)).toBeUndefined();
  });

  test('a failure while the answer is made is SERVFAIL', () => {
    const answer = answerMessage(queryOf(QUESTION), 'udp', () => {
      throw new Error('a defect');
    });
    expect(decode(answer ?? Buffer.alloc(0))).toMatchObject({ id: 4711, rcode: 'SERVFAIL' });
  });

  test('no garbage makes it throw', () => {
    for (let round = 0; round < 3000; round++) expect(() => ask(garbage(round))).not.toThrow();
  });
});

/** Bytes that look random and are the same in every run: half of them a query with some bytes changed. */
function garbage(round: number): Buffer {
  const noise = createHash('sha512').update(String(round)).digest();
  if (round % 2 === 0) return noise.subarray(0, round % 64);
  const message = queryOf(QUESTION, { additionals: [{ type: 'OPT', name: '.', options: [] }] });
  for (const index of [0, 1, 2]) message[(noise[index] ?? 0) % message.length] = noise[index + 8] ?? 0;
  return message;
}

function withCount(message: Buffer, offset: number, count: number): Buffer {
  message.writeUInt16BE(count, offset);
  return message;
}

function pointerLoop(): Buffer {
  const header = queryOf(QUESTION).subarray(0, 12);
  return Buffer.concat([header, Buffer.from([0xc0, 12, 0, 16, 0, 1])]);
}

describe('over the network', () => {
  let aws: AwsStandIn;
  let dns: DnsAddress;

  beforeAll(async () => {
    aws = await startAwsStandIn();
    const { id: zoneId } = await aws.createHostedZone({ name: 'example.com' });
    await aws.putRecord({ zoneId, name: 'a.example.com', type: 'TXT', values: ['"x"'] });
    dns = await aws.startDnsServer();
  });

  afterAll(() => aws.stop());

  test('garbage over UDP is answered or dropped, and the next query is answered', async () => {
    const answer = decode(await exchangeUdp(dns, queryOf(QUESTION).subarray(0, 20)));
    expect(answer).toMatchObject({ rcode: 'FORMERR' });
    expect(await queryUdp(dns, QUESTION)).toMatchObject({ rcode: 'NOERROR', answers: [{ type: 'TXT' }] });
  });

  test('a connection that breaks off, or that sends garbage, harms no other', async () => {
    const broken = connect(dns.port, dns.host);
    await once(broken, 'connect');
    broken.write(Buffer.from([0x10]));
    broken.resetAndDestroy();
    const noisy = connect(dns.port, dns.host);
    noisy.write(Buffer.concat([withLength(Buffer.from('rubbish')), withLength(queryOf(QUESTION))]));
    const [bytes] = (await once(noisy, 'data')) as [Buffer];
    expect(decode(bytes.subarray(2)).answers).toHaveLength(1);
    noisy.destroy();
    expect((await queryUdp(dns, QUESTION)).answers).toHaveLength(1);
  });

  test('a thousand queries at once over one connection are all answered', async () => {
    const answers = await queryTcp(
      dns,
      Array.from({ length: 1000 }, () => QUESTION),
    );
    expect(answers.every((answer) => answer.answers?.length === 1)).toBe(true);
  });

  test('an open connection does not keep the stand-in from ending', async () => {
    const second = await startAwsStandIn();
    const { port, host } = await second.startDnsServer();
    const idle = connect(port, host);
    await once(idle, 'connect');
    const closed = once(idle, 'close');
    await second.stop();
    await closed;
  });
});
