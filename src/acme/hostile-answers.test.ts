import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AcmeReply, refuse, reply } from '../../test/acme/acme-server.ts';
import { type ClientBench, openClientBench } from '../../test/acme/client-bench.ts';
import { certificatesPem, mintAuthority } from '../../test/support/pki.ts';

let bench: ClientBench;
beforeEach(async () => {
  bench = await openClientBench();
});
afterEach(() => bench.close());

const identifiers = [{ type: 'dns', value: 'a.example' }];
const csr = Buffer.from('csr');
const readOrder = () => bench.client.getOrder(bench.server.url('/order/1'));
const newOrder = () => bench.client.newOrder({ identifiers });
const finalize = () => bench.client.finalize({ finalize: bench.server.url('/order/1/finalize') }, csr);

/** An answer of bytes. */
const raw =
  (status: number, contentType: string | undefined, body: string | Buffer): AcmeReply =>
  (response) =>
    void response.writeHead(status, contentType === undefined ? {} : { 'content-type': contentType }).end(body);

const order = { status: 'ready', identifiers, authorizations: [], finalize: 'https://a.example/finalize' };
const without = (name: keyof typeof order): AcmeReply => reply(200, { ...order, [name]: undefined });

describe('an answer of which nothing can be made', () => {
  const rows: [string, AcmeReply, string][] = [
    ['a page', raw(200, 'text/html', '<html>Welcome</html>'), 'CONTENT_TYPE'],
    ['no type', raw(200, undefined, JSON.stringify(order)), 'CONTENT_TYPE'],
    ['nothing', (response) => void response.writeHead(204).end(), 'CONTENT_TYPE'],
    ['half of a JSON', raw(200, 'application/json', '{"status":'), 'NOT_JSON'],
    ['bytes', raw(200, 'application/json', Buffer.from([0xff, 0xfe, 0])), 'NOT_JSON'],
    ['a list', reply(200, [order]), 'INVALID_ANSWER'],
    ['null', reply(200, null), 'INVALID_ANSWER'],
    ['a status that nobody knows', reply(200, { ...order, status: 'paused' }), 'INVALID_ANSWER'],
    ['no status', without('status'), 'INVALID_ANSWER'],
    ['nowhere to finalize', without('finalize'), 'INVALID_ANSWER'],
    ['no authorizations', without('authorizations'), 'INVALID_ANSWER'],
    ['authorizations that are no texts', reply(200, { ...order, authorizations: [{}] }), 'INVALID_ANSWER'],
    ['authorizations without end', reply(200, { ...order, authorizations: Array(1001).fill('x') }), 'INVALID_ANSWER'],
    ['a name without a value', reply(200, { ...order, identifiers: [{ type: 'dns' }] }), 'INVALID_ANSWER'],
    ['a redirect', (response) => void response.writeHead(302, { location: '/order/2' }).end(), 'REDIRECT'],
    ['more than a megabyte', raw(200, 'application/json', Buffer.alloc(1024 * 1024 + 1, 32)), 'TOO_LARGE'],
    ['headers without end', reply(200, order, { 'x-long': 'x'.repeat(20_000) }), 'HPE_HEADER_OVERFLOW'],
    [
      'an end of the connection in the middle',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{', () => response.socket?.destroy());
      },
      'ECONNRESET',
    ],
  ];

  test.each(rows)('%s: reading changed nothing', async (_, answer, code) => {
    bench.server.next('/order/1', answer);
    const refused = { name: 'AcmeTransportError', code, outcomeUnknown: false };
    await expect(readOrder()).rejects.toMatchObject({ ...refused, message: expect.stringMatching(/^getOrder: /) });
    expect(bench.server.asked).not.toContain('POST /order/2');
    expect(bench.server.asked).not.toContain('GET /order/2');
  });

  test.each(rows)('%s: an order may have been made, or finalized', async (_, answer, code) => {
    bench.server.next('/new-order', answer);
    bench.server.next('/order/1/finalize', answer);
    for (const [operation, call] of Object.entries({ newOrder, finalize })) {
      const message = expect.stringMatching(`^${operation}: `);
      await expect(call()).rejects.toMatchObject({ name: 'AcmeTransportError', code, outcomeUnknown: true, message });
    }
    expect(bench.server.asked.filter((asked) => asked === 'POST /new-order')).toHaveLength(1);
  });
});

describe('a connection that ends after it had lain idle', () => {
  const end: AcmeReply = (response) => void response.socket?.destroy();

  test('is replaced for what changes nothing, once', async () => {
    bench.server.next('/order/1', end);
    expect((await readOrder()).status).toBe('pending');
  });

  test('leaves unknown whether an order was made', async () => {
    bench.server.next('/new-order', end);
    const lost = { name: 'AcmeTransportError', code: 'STALE_CONNECTION', outcomeUnknown: true };
    await expect(newOrder()).rejects.toMatchObject(lost);
    expect(bench.server.asked).toEqual(['POST /new-order']);
  });
});

describe('a refusal', () => {
  test.each<[string, AcmeReply, object]>([
    [
      'without a problem document, as of a load balancer',
      raw(503, 'text/html', '<html>'),
      { status: 503, type: 'about:blank', code: 'other', detail: 'the server answered 503' },
    ],
    ['whose document is none', raw(400, 'application/problem+json', '{'), { status: 400, type: 'about:blank' }],
    ['whose document is a list', reply(400, []), { status: 400, type: 'about:blank' }],
    ['of plain JSON', reply(403, { type: 'urn:ietf:params:acme:error:caa', detail: 'no' }), { code: 'caa' }],
    ['of a type of its own', reply(400, { type: 'urn:example:moon', detail: 'new' }), { code: 'other' }],
  ])('%s', async (_, answer, expected) => {
    bench.server.next('/order/1', answer);
    await expect(readOrder()).rejects.toMatchObject({ name: 'AcmeProblem', operation: 'getOrder', ...expected });
  });

  test.each<[number, string, boolean]>([
    [400, 'badCSR', false],
    [403, 'unauthorized', false],
    [429, 'rateLimited', false],
    [500, 'serverInternal', true],
    [503, 'serverInternal', true],
  ])('with %d leaves unknown whether something was done: %s, %s', async (status, code, outcomeUnknown) => {
    bench.server.next('/order/1/finalize', refuse(status, code));
    bench.server.next('/order/1', refuse(status, code));
    await expect(finalize()).rejects.toMatchObject({ status, code, outcomeUnknown });
    await expect(readOrder()).rejects.toMatchObject({ status, code, outcomeUnknown: false });
  });

  test.each<[string, number]>([
    ['30', 30_000],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
  ])('says when to come back: %s', async (text, retryAfterMs) => {
    const headers = { 'retry-after': text, date: 'Fri, 02 Jan 2026 03:04:05 GMT' };
    bench.server.next('/new-order', refuse(429, 'rateLimited', {}, headers));
    await expect(newOrder()).rejects.toMatchObject({ code: 'rateLimited', retryAfterMs });
  });
});

describe('where the server points', () => {
  const foreign = 'https://elsewhere.example/order/1';

  test('a new order without a Location may have been made', async () => {
    bench.server.next('/new-order', reply(201, order));
    await expect(newOrder()).rejects.toMatchObject({ code: 'NO_LOCATION', outcomeUnknown: true });
    bench.server.next('/new-account', reply(201, { status: 'valid' }));
    await expect(bench.client.newAccount({ contact: [] })).rejects.toMatchObject({ code: 'NO_LOCATION' });
  });

  test('a Location elsewhere is not taken', async () => {
    bench.server.next('/new-order', reply(201, order, { location: foreign }));
    await expect(newOrder()).rejects.toMatchObject({ code: 'FOREIGN_URL', outcomeUnknown: true });
  });

  test.each([foreign, 'order/1', '', 'file:///etc/passwd', 'http://127.0.0.1:1/order/1'])(
    'nothing is sent to %j',
    async (url) => {
      const refused = { name: 'AcmeTransportError', code: 'FOREIGN_URL', outcomeUnknown: false };
      await expect(bench.client.getOrder(url)).rejects.toMatchObject(refused);
      await expect(bench.client.finalize({ finalize: url }, csr)).rejects.toMatchObject(refused);
      await expect(bench.client.downloadCertificate(url)).rejects.toMatchObject(refused);
      expect(bench.server.requests).toEqual([]);
    },
  );
});

describe('a certificate that is none', () => {
  const root = mintAuthority('Root');
  const key = root.key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const certificate = certificatesPem(root.der);
  test.each([
    ['nothing', ''],
    ['words', 'not yet'],
    ['a key', key],
    ['a certificate and a key', certificate + key],
    ['words between', `${certificate}and its issuer:\n${certificate}`],
    ['a block that is no certificate', certificate.replaceAll(/^MII/gm, 'AAA')],
    ['half of one', certificate.slice(0, 200)],
    ['too many', certificate.repeat(21)],
  ])('%s', async (_, body) => {
    bench.server.next('/certificate/1', raw(200, 'application/pem-certificate-chain', body));
    const call = bench.client.downloadCertificate(bench.server.url('/certificate/1'));
    await expect(call).rejects.toMatchObject({ name: 'AcmeTransportError', code: 'NOT_PEM', outcomeUnknown: false });
  });

  test('by its type', async () => {
    bench.server.next('/certificate/1', raw(200, 'application/pkix-cert', certificate));
    const call = bench.client.downloadCertificate(bench.server.url('/certificate/1'));
    await expect(call).rejects.toMatchObject({ code: 'CONTENT_TYPE' });
  });
});
