import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { refuse, reply } from '../../test/acme/acme-server.ts';
import { type ClientBench, openClientBench } from '../../test/acme/client-bench.ts';
import { certificatesPem, mintAuthority } from '../../test/support/pki.ts';

let bench: ClientBench;
beforeEach(async () => {
  bench = await openClientBench();
});
afterEach(() => bench.close());

/** What was signed for a path, the last time that it was asked for. */
const signedFor = (path: string) => bench.server.requests.findLast((request) => request.path === path)?.signed;

describe('newAccount', () => {
  test('shows the key, agrees to the terms, and signs as the account from then on', async () => {
    const { client, server, key } = bench;
    const contact = ['mailto:admin@example.org'];
    server.next('/new-account', reply(201, { status: 'valid', contact }, { location: server.url('/account/1') }));
    const located = await client.newAccount({ contact });
    expect(located).toEqual({ url: server.url('/account/1'), account: { status: 'valid', contact } });
    expect(signedFor('/new-account')).toEqual({
      header: { alg: 'ES256', nonce: expect.any(String), url: server.url('/new-account'), jwk: key.jwk },
      payload: { termsOfServiceAgreed: true, contact },
    });
    await client.getOrder(server.url('/order/1'));
    expect(signedFor('/order/1')?.header).toMatchObject({ kid: server.url('/account/1') });
    expect(client.accountUrl).toBe(located.url);
  });

  test('binds the key to what the service handed out', async () => {
    const { client, server, key } = bench;
    const macKey = Buffer.alloc(32, 7);
    const binding = { keyId: 'key-7', macKey: macKey.toString('base64url') };
    await client.newAccount({ contact: [], externalAccountBinding: binding });
    const { payload } = signedFor('/new-account') ?? {};
    const jws = (payload as { externalAccountBinding: Record<'protected' | 'payload' | 'signature', string> })
      .externalAccountBinding;
    const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decoded(jws.protected)).toEqual({ alg: 'HS256', kid: 'key-7', url: server.url('/new-account') });
    expect(decoded(jws.payload)).toEqual(key.jwk);
    const mac = createHmac('sha256', macKey).update(`${jws.protected}.${jws.payload}`).digest('base64url');
    expect(jws.signature).toBe(mac);
  });

  test('with a MAC key that is none asks the server for nothing', async () => {
    const { client, server } = bench;
    const binding = { keyId: 'key-7', macKey: 'not base64!' };
    const refused = { name: 'InvalidMacKey', code: 'invalid-mac-key' };
    await expect(client.newAccount({ contact: [], externalAccountBinding: binding })).rejects.toMatchObject(refused);
    expect(server.requests).toEqual([]);
  });
});

describe('findAccount', () => {
  test('asks for an account that is there, and makes none', async () => {
    const { client, server } = bench;
    expect(await client.findAccount()).toMatchObject({ url: server.url('/account/1'), account: { status: 'valid' } });
    expect(signedFor('/new-account')?.payload).toEqual({ onlyReturnExisting: true });
  });

  test.each(['accountDoesNotExist', 'externalAccountRequired'])('knows of none: %s', async (code) => {
    bench.server.next('/new-account', refuse(400, code));
    expect(await bench.client.findAccount()).toBeUndefined();
  });

  test('takes any other refusal for what it is', async () => {
    bench.server.next('/new-account', refuse(403, 'unauthorized'));
    await expect(bench.client.findAccount()).rejects.toMatchObject({ code: 'unauthorized', outcomeUnknown: false });
  });
});

describe('without an account', () => {
  test('what only an account may do is not asked for', async () => {
    const { server, client, close } = await openClientBench({ account: false });
    const refused = { name: 'AcmeTransportError', code: 'NO_ACCOUNT', outcomeUnknown: false };
    await expect(client.getAccount()).rejects.toMatchObject(refused);
    await expect(client.getOrder(server.url('/order/1'))).rejects.toMatchObject(refused);
    expect(server.requests).toEqual([]);
    await close();
  });
});

describe('the account', () => {
  test.each(['valid', 'deactivated', 'revoked'])('is shown as %s', async (status) => {
    bench.server.next('/account/1', reply(200, { status }));
    expect(await bench.client.getAccount()).toEqual({ status, contact: [] });
    expect(signedFor('/account/1')).toMatchObject({ payload: undefined });
  });

  test('is given up', async () => {
    bench.server.next('/account/1', reply(200, { status: 'deactivated' }));
    expect(await bench.client.deactivateAccount()).toEqual({ status: 'deactivated', contact: [] });
    expect(signedFor('/account/1')?.payload).toEqual({ status: 'deactivated' });
  });
});

describe('orders', () => {
  const identifiers = [{ type: 'dns', value: 'a.example' }];

  test('newOrder tells the names, and where the order is', async () => {
    const { client, server } = bench;
    expect(await client.newOrder({ identifiers })).toEqual({
      url: server.url('/order/1'),
      order: {
        ...{ status: 'pending', identifiers, authorizations: [server.url('/authorization/1')] },
        ...{ finalize: server.url('/order/1/finalize'), expires: '2026-01-09T00:00:00Z' },
      },
    });
    expect(signedFor('/new-order')?.payload).toEqual({ identifiers });
  });

  test('a Location without a host is the server’s own', async () => {
    const { client, server } = bench;
    const order = { status: 'ready', identifiers, authorizations: [], finalize: server.url('/order/2/finalize') };
    server.next('/new-order', reply(201, order, { location: '/order/2' }));
    expect((await client.newOrder({ identifiers })).url).toBe(server.url('/order/2'));
  });

  test('getOrder tells why an order failed, and when to look again', async () => {
    const { client, server } = bench;
    const error = { type: 'urn:ietf:params:acme:error:dns', detail: 'no CNAME' };
    const order = { status: 'invalid', identifiers, authorizations: [], finalize: 'x', error };
    server.next('/order/1', reply(200, order, { 'retry-after': '7' }));
    expect(await client.getOrder(server.url('/order/1'))).toMatchObject({
      ...{ status: 'invalid', retryAfterMs: 7000 },
      error: { code: 'dns', detail: 'no CNAME', subproblems: [] },
    });
  });

  test('finalize sends the CSR to where the order says', async () => {
    const { client, server } = bench;
    const order = await client.finalize({ finalize: server.url('/order/1/finalize') }, Buffer.from([1, 2, 255]));
    expect(order.status).toBe('processing');
    expect(signedFor('/order/1/finalize')?.payload).toEqual({ csr: 'AQL_' });
  });

  test('authorizations and challenges', async () => {
    const { client, server } = bench;
    const challenge = { type: 'dns-01', status: 'pending', url: server.url('/challenge/1'), token: 'token-1' };
    expect(await client.getAuthorization(server.url('/authorization/1'))).toEqual({
      ...{ status: 'pending', identifier: { type: 'dns', value: 'a.example' }, wildcard: false },
      challenges: [challenge],
    });
    expect(await client.acceptChallenge(challenge.url)).toEqual({ ...challenge, status: 'processing' });
    expect(signedFor('/challenge/1')?.payload).toEqual({});
  });
});

describe('certificates', () => {
  test('are downloaded as a chain', async () => {
    const { client, server } = bench;
    const root = mintAuthority('Root');
    const pem = certificatesPem(mintAuthority('Leaf', root).der, root.der);
    server.next('/certificate/1', (response) =>
      response.writeHead(200, { 'content-type': 'application/pem-certificate-chain; charset=utf-8' }).end(pem),
    );
    expect(await client.downloadCertificate(server.url('/certificate/1'))).toBe(pem);
    const asked = server.requests.at(-1);
    expect(asked).toMatchObject({ headers: { accept: 'application/pem-certificate-chain' }, method: 'POST' });
  });

  test('are revoked, with a reason or without', async () => {
    await bench.client.revokeCertificate({ der: Buffer.from([1]) });
    expect(signedFor('/revoke-cert')?.payload).toEqual({ certificate: 'AQ' });
    await bench.client.revokeCertificate({ der: Buffer.from([1]), reason: 0 });
    expect(signedFor('/revoke-cert')?.payload).toEqual({ certificate: 'AQ', reason: 0 });
  });
});

describe('the directory', () => {
  test('is read once for all who need it at the same time', async () => {
    const { server, client, close } = await openClientBench({ account: false });
    await Promise.all([client.findAccount(), client.findAccount(), client.directory()]);
    expect(server.asked.filter((asked) => asked === 'GET /directory')).toHaveLength(1);
    await close();
  });

  test('is read anew after an hour, and when a URL leads nowhere', async () => {
    const { client, server, clock } = bench;
    const reads = (): number => server.asked.filter((asked) => asked === 'GET /directory').length;
    await clock.advance(3_599_999);
    await client.directory();
    expect(reads()).toBe(0);
    await clock.advance(1);
    await client.directory();
    expect(reads()).toBe(1);
    await expect(client.getOrder(server.url('/gone'))).rejects.toMatchObject({ status: 404 });
    await client.directory();
    expect(reads()).toBe(2);
  });

  test('that could not be read is asked for again', async () => {
    const { server, client, close } = await openClientBench({ account: false });
    server.next('/directory', reply(503, 'no'));
    await expect(client.directory()).rejects.toMatchObject({ status: 503, outcomeUnknown: false });
    expect((await client.directory()).meta.externalAccountRequired).toBe(true);
    await close();
  });
});
