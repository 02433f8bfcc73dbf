import { execFileSync } from 'node:child_process';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { DeleteAcmeExternalAccountBindingCommand, type ACMClient } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmeBench, acmClient, recordOf, type AcmeBench } from '../testing/acm.ts';
import { pemToBase64Url, problemType, TestAcmeClient, type AcmeAnswer } from '../testing/acme-client.ts';
import { makeCsr, type CsrWish } from '../testing/csr.ts';

const DAY = 86_400_000;
const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;
let bench: AcmeBench;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  bench = await acmeBench(aws, acm);
});

afterEach(async () => {
  await aws.configure({ acm: { processingTimeMs: 0, retryAfterSeconds: 0, deepWildcards: false }, quotas: 'off' });
  await aws.clearDenials();
  await aws.reset();
});

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

const csrFor = (names: readonly string[], wish: CsrWish = {}): string =>
  makeCsr({ subject: '/', extensions: [`subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`], ...wish });

/** A request for example.com, and its private key. */
function csrWithKey(): { readonly key: KeyObject; readonly csr: string } {
  const args = ['req', '-new', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', '-'];
  const both = execFileSync('openssl', [...args, '-subj', '/CN=example.com'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const key = createPrivateKey(/-----BEGIN PRIVATE KEY[^]*END PRIVATE KEY-----/.exec(both)?.[0] ?? '');
  return { key, csr: /-----BEGIN CERTIFICATE REQUEST[^]*/.exec(both)?.[0] ?? '' };
}

async function finalizeFor(names: readonly string[], csr = csrFor(names), { client } = bench): Promise<AcmeAnswer> {
  const { orderUrl } = await client.order(names);
  return client.finalize(orderUrl, csr);
}

describe('an order', () => {
  test('is ready at once, its authorizations valid without challenges', async () => {
    const { client } = bench;
    const order = await client.order(['Example.com', '*.example.com', 'example.com']);
    const authorizations = order.body['authorizations'] as readonly string[];
    expect(order.body).toMatchObject({
      status: 'ready',
      expires: new Date(clock.now() + 7 * DAY).toISOString(),
      identifiers: [
        { type: 'dns', value: 'example.com' },
        { type: 'dns', value: '*.example.com' },
      ],
      finalize: `${order.orderUrl}/finalize`,
    });
    const bodies = [];
    for (const url of authorizations) bodies.push((await client.post(url)).body);
    const common = { status: 'valid', challenges: [], identifier: { type: 'dns', value: 'example.com' } };
    expect(bodies).toMatchObject([common, { ...common, wildcard: true }]);
    expect(bodies[0]).not.toHaveProperty('wildcard');
  });

  test('for names that nothing covers is refused, each by name', async () => {
    const answer = await bench.client.order(['www.example.com', 'other.example', '*.a.example.com']);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        type: 'urn:ietf:params:acme:error:rejectedIdentifier',
        subproblems: [
          {
            type: 'urn:ietf:params:acme:error:rejectedIdentifier',
            identifier: { type: 'dns', value: 'other.example' },
          },
          { identifier: { type: 'dns', value: '*.a.example.com' } },
        ],
      },
    });
    await aws.configure({ acm: { deepWildcards: true } });
    expect((await bench.client.order(['*.a.example.com'])).status).toBe(201);
  });

  test.each([
    [
      '101 names',
      { identifiers: Array.from({ length: 101 }, (_, n) => ({ type: 'dns', value: `n${n}.example.com` })) },
      'malformed',
    ],
    ['no name', { identifiers: [] }, 'malformed'],
    ['an address', { identifiers: [{ type: 'ip', value: '10.0.0.1' }] }, 'unsupportedIdentifier'],
    ['an end', { identifiers: [{ type: 'dns', value: 'example.com' }], notAfter: '2030-01-01T00:00:00Z' }, 'malformed'],
    ['a profile', { identifiers: [{ type: 'dns', value: 'example.com' }], profile: 'x' }, 'invalidProfile'],
  ])('with %s is refused', async (_what, payload, type) => {
    expect(problemType(await bench.client.post(bench.client.url('new-order'), payload))).toBe(type);
  });

  test('takes a hundred names', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `n${at}.example.com`);
    const { orderUrl } = await bench.client.order(names);
    expect((await bench.client.finalize(orderUrl, csrFor(names))).status).toBe(200);
    expect((await bench.client.post(orderUrl)).body['status']).toBe('valid');
  });

  test('is processing for its time, with Retry-After where ordered', async () => {
    await aws.configure({ acm: { processingTimeMs: 120_000, retryAfterSeconds: 10 } });
    const { client } = bench;
    const { orderUrl } = await client.order(['example.com']);
    const finalized = await client.finalize(orderUrl, csrFor(['example.com']));
    expect([finalized.body['status'], finalized.headers.get('retry-after')]).toEqual(['processing', '10']);
    await clock.advance(119_999);
    const still = await client.post(orderUrl);
    expect([still.body['status'], still.headers.get('retry-after')]).toEqual(['processing', '10']);
    expect(problemType(await client.finalize(orderUrl, csrFor(['example.com'])))).toBe('orderNotReady');
    expect(await aws.publicCertificates()).toEqual([]);
    await clock.advance(1);
    const done = await client.post(orderUrl);
    expect([done.body['status'], done.headers.get('retry-after')]).toEqual(['valid', null]);
    expect(await aws.publicCertificates()).toHaveLength(1);
  });

  test('ends after seven days; a valid one stays', async () => {
    const { client } = bench;
    const open = await client.order(['example.com']);
    const done = await client.order(['example.com']);
    await client.finalize(done.orderUrl, csrFor(['example.com']));
    await clock.advance(7 * DAY);
    expect((await client.post(open.orderUrl)).body['status']).toBe('invalid');
    expect((await client.post(done.orderUrl)).body['status']).toBe('valid');
  });

  test('is its account’s alone', async () => {
    const { orderUrl } = await bench.client.order(['example.com']);
    const other = new TestAcmeClient({ directoryUrl: bench.directoryUrl });
    await other.register(bench.binding);
    expect((await other.post(orderUrl)).status).toBe(403);
    expect((await bench.client.post(`${orderUrl}x`)).status).toBe(404);
    expect(problemType(await bench.client.post(orderUrl, {}))).toBe('malformed');
  });
});

describe('a CSR', () => {
  const names = ['example.com', 'www.example.com'];

  test.each(['P-256', 'P-384', 'rsa:2048'] as const)('for a key %s is taken', async (key) => {
    expect((await finalizeFor(names, csrFor(names, { key }))).status).toBe(200);
  });

  test.each([
    ['a key P-521', { key: 'P-521' }],
    ['a key Ed25519', { key: 'ed25519' }],
    ['a key RSA 1024', { key: 'rsa:1024' }],
    ['a name too few', { extensions: ['subjectAltName=DNS:example.com'] }],
    ['a name too many', { extensions: ['subjectAltName=DNS:example.com,DNS:www.example.com,DNS:x.example.com'] }],
    ['another common name', { subject: '/CN=api.example.com' }],
    ['an address', { extensions: ['subjectAltName=DNS:example.com,DNS:www.example.com,IP:10.0.0.1'] }],
  ] as const)('with %s is refused, and the order stays ready', async (_what, wish) => {
    const { orderUrl } = await bench.client.order(names);
    const refused = await bench.client.finalize(orderUrl, csrFor(names, wish));
    expect([refused.status, problemType(refused)]).toEqual([400, 'badCSR']);
    expect((await bench.client.post(orderUrl)).body['status']).toBe('ready');
  });

  test('with the key of the account is refused', async () => {
    const { key, csr } = csrWithKey();
    const client = new TestAcmeClient({ directoryUrl: bench.directoryUrl, key });
    await client.register(bench.binding);
    expect(problemType(await finalizeFor(['example.com'], csr, { ...bench, client }))).toBe('badCSR');
  });

  test('with a key that the endpoint does not allow is refused by the names of those that it does', async () => {
    const PublicCertificateAuthority = { AllowedKeyAlgorithms: ['EC_secp384r1' as const] };
    const strict = await acmeBench(aws, acm, { CertificateAuthority: { PublicCertificateAuthority } });
    const refused = await finalizeFor(names, csrFor(names), strict);
    expect(problemType(refused)).toBe('badCSR');
    expect(refused.body['detail']).toContain('EC_secp384r1');
    expect((await finalizeFor(names, csrFor(names, { key: 'P-384' }), strict)).status).toBe(200);
  });
});

describe('an issuance', () => {
  test('fails with dns when the CNAME is gone, and works again when it is back', async () => {
    const { client } = bench;
    const { name, value } = await recordOf(acm, bench.validationArn);
    await aws.setPublicRecord({ name });
    const { orderUrl } = await client.order(['www.example.com']);
    expect((await client.finalize(orderUrl, csrFor(['www.example.com']))).body['status']).toBe('processing');
    const failed = (await client.post(orderUrl)).body;
    expect(failed).toMatchObject({ status: 'invalid', error: { type: 'urn:ietf:params:acme:error:dns' } });
    expect((failed['error'] as { readonly detail: string }).detail).toContain(name);
    expect(await aws.publicCertificates()).toEqual([]);
    await aws.setPublicRecord({ name, cname: value });
    const again = await client.order(['www.example.com']);
    await client.finalize(again.orderUrl, csrFor(['www.example.com']));
    expect((await client.post(again.orderUrl)).body['status']).toBe('valid');
  });

  test('is refused to a role that is denied, with the action', async () => {
    await aws.deny({ principal: bench.roleArn, actions: ['acm:RequestCertificate'] });
    const refused = await finalizeFor(['example.com']);
    expect([refused.status, problemType(refused)]).toEqual([403, 'unauthorized']);
    expect(refused.body['detail']).toContain('acm:RequestCertificate');
    await aws.clearDenials();
    expect((await finalizeFor(['example.com'])).status).toBe(200);
  });

  test('is refused to a role that is gone or trusts ACM no more, whatever became of the binding', async () => {
    const own = await acmeBench(aws, acm);
    await acm.send(new DeleteAcmeExternalAccountBindingCommand({ AcmeExternalAccountBindingArn: own.binding.arn }));
    expect((await finalizeFor(['example.com'], undefined, own)).status).toBe(200);
    const name = own.roleArn.split('/')[1] ?? '';
    await aws.createRole({ name });
    expect(problemType(await finalizeFor(['example.com'], undefined, own))).toBe('unauthorized');
    await aws.deleteRole({ arn: own.roleArn });
    expect(problemType(await finalizeFor(['example.com'], undefined, own))).toBe('unauthorized');
    await aws.createRole({ name, trust: ['acm-acme.amazonaws.com'] });
    expect((await finalizeFor(['example.com'], undefined, own)).status).toBe(200);
  });

  test('needs acm:AddTagsToCertificate where certificates are tagged', async () => {
    const tagged = await acmeBench(aws, acm, { CertificateTags: [{ Key: 'a', Value: 'b' }] });
    await aws.deny({ principal: tagged.roleArn, actions: ['acm:AddTagsToCertificate'] });
    const refused = await finalizeFor(['example.com'], undefined, tagged);
    expect(refused.body['detail']).toContain('acm:AddTagsToCertificate');
    expect((await finalizeFor(['example.com'])).status).toBe(200);
  });

  test('fails on order', async () => {
    await aws.failNextOrder({ type: 'caa', detail: 'CAA forbids it.' });
    const { client } = bench;
    const { orderUrl } = await client.order(['example.com']);
    await client.finalize(orderUrl, csrFor(['example.com']));
    expect((await client.post(orderUrl)).body['error']).toMatchObject({
      type: 'urn:ietf:params:acme:error:caa',
      detail: 'CAA forbids it.',
    });
  });
});

describe('a revocation', () => {
  async function issued(key?: CsrWish['key']): Promise<{ readonly certificate: string }> {
    const { client } = bench;
    const { orderUrl } = await client.order(['example.com']);
    await client.finalize(orderUrl, csrFor(['example.com'], key ? { key } : {}));
    const { body } = await client.post(orderUrl);
    const [leaf = ''] = (await client.post(String(body['certificate']))).text.split(/(?<=END CERTIFICATE-----)\n/);
    return { certificate: pemToBase64Url(leaf) };
  }

  test('is for the account, once', async () => {
    const payload = await issued();
    const url = bench.client.url('revoke-cert');
    const other = new TestAcmeClient({ directoryUrl: bench.directoryUrl });
    await other.register(bench.binding);
    expect(problemType(await other.post(url, payload))).toBe('unauthorized');
    expect(problemType(await bench.client.post(url, { ...payload, reason: 7 }))).toBe('badRevocationReason');
    await aws.deny({ principal: bench.roleArn, actions: ['acm:RevokeCertificate'] });
    expect(problemType(await bench.client.post(url, payload))).toBe('unauthorized');
    await aws.clearDenials();
    expect((await bench.client.post(url, { ...payload, reason: 1 })).status).toBe(200);
    expect(problemType(await bench.client.post(url, payload))).toBe('alreadyRevoked');
  });

  test('is for the certificate’s own key', async () => {
    const { key, csr } = csrWithKey();
    const { orderUrl } = await bench.client.order(['example.com']);
    await bench.client.finalize(orderUrl, csr);
    const { body } = await bench.client.post(orderUrl);
    const [leaf = ''] = (await bench.client.post(String(body['certificate']))).text.split(
      /(?<=END CERTIFICATE-----)\n/,
    );
    const owner = new TestAcmeClient({ directoryUrl: bench.directoryUrl, key });
    const payload = { certificate: pemToBase64Url(leaf) };
    expect((await owner.post(owner.url('revoke-cert'), payload, { by: 'jwk' })).status).toBe(200);
  });
});

describe('quotas', () => {
  test('let one FinalizeOrder pass each second, for all endpoints of the account and Region', async () => {
    const second = await acmeBench(aws, acm);
    const urls = [
      (await bench.client.order(['example.com'])).orderUrl,
      (await second.client.order(['example.com'])).orderUrl,
    ];
    await aws.configure({ quotas: {} });
    const first = await bench.client.finalize(urls[0] ?? '', csrFor(['example.com']));
    const refused = await second.client.finalize(urls[1] ?? '', csrFor(['example.com']));
    expect(first.status).toBe(200);
    expect([refused.status, problemType(refused), refused.headers.get('retry-after')]).toEqual([
      429,
      'rateLimited',
      '1',
    ]);
    await clock.advance(1000);
    expect((await second.client.finalize(urls[1] ?? '', csrFor(['example.com']))).status).toBe(200);
  });

  test('can be set for the protocol’s operations alone', async () => {
    await aws.configure({ quotas: { 'acme:NewNonce': 0.1 } });
    const ask = async (): Promise<Response> => fetch(bench.client.url('new-nonce'), { method: 'HEAD' });
    expect((await ask()).status).toBe(200);
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '10']);
  });
});
