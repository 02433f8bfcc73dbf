import { request } from 'node:https';
import type { ACMClient } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { createTlsIdentity } from '../../support/tls-identity.ts';
import { acmClient, acmeBench, createEndpoint, type AcmeBench } from '../testing/acm.ts';
import { csrDigest } from '../testing/acme-client.ts';
import { extensionsIn, makeCsr, readCertificate, verifyChain } from '../testing/csr.ts';

let aws: AwsStandIn;
let acm: ACMClient;
let bench: AcmeBench;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off' });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  bench = await acmeBench(aws, acm);
});

afterEach(() => aws.reset());

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

const csrFor = (names: readonly string[], key: 'P-256' | 'rsa:2048' = 'P-256'): string =>
  makeCsr({ key, subject: '/', extensions: [`subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`] });

describe('from an order to a certificate', () => {
  test.each(['P-256', 'rsa:2048'] as const)('a certificate for a key %s', async (key) => {
    const { client } = bench;
    const names = ['www.example.com', 'example.com', '*.example.com'];
    const order = await client.order(names);
    expect(order).toMatchObject({ status: 201, body: { status: 'ready' } });
    const finalized = await client.finalize(order.orderUrl, csrFor(names, key));
    expect(finalized).toMatchObject({ status: 200, body: { status: 'processing' } });
    const done = await client.post(order.orderUrl);
    expect(done.body['status']).toBe('valid');
    const chain = await client.post(String(done.body['certificate']));
    expect(chain.headers.get('content-type')).toBe('application/pem-certificate-chain');
    const pems = chain.text.match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? [];
    expect(pems).toHaveLength(2);
    const [leaf = '', intermediate = ''] = pems;
    const family = key === 'P-256' ? 'ECDSA' : 'RSA';
    const authority = (await aws.publicAuthorities()).find(({ keyFamily }) => keyFamily === family);
    expect(verifyChain(leaf, [intermediate], authority?.rootPem ?? '')).toBe('/leaf: OK');
    const text = readCertificate(leaf);
    expect(text).toContain('Subject: CN=www.example.com');
    expect(extensionsIn(text)).toMatchObject({
      'X509v3 Subject Alternative Name': 'DNS:www.example.com, DNS:example.com, DNS:*.example.com',
      'X509v3 Basic Constraints': 'critical CA:FALSE',
      'X509v3 Extended Key Usage': 'TLS Web Server Authentication',
      'X509v3 Key Usage': `critical Digital Signature${family === 'RSA' ? ', Key Encipherment' : ''}`,
    });
  });

  test('counts as one public certificate, also when nobody asks for it', async () => {
    const csr = csrFor(['one.example.com']);
    const order = await bench.client.order(['one.example.com']);
    await bench.client.finalize(order.orderUrl, csr);
    expect(await aws.publicCertificates()).toMatchObject([
      {
        kind: 'ACME',
        names: ['one.example.com'],
        account: '111122223333',
        csrSha256: csrDigest(csr),
        acmeEndpointArn: bench.endpointArn,
        accountUrl: bench.client.accountUrl,
        orderUrl: order.orderUrl,
      },
    ]);
    await bench.client.post(order.orderUrl);
    expect(await aws.publicCertificates()).toHaveLength(1);
    expect(await aws.billed()).toEqual([]);
  });

  test('is recorded call by call', async () => {
    const order = await bench.client.order(['two.example.com']);
    await bench.client.finalize(order.orderUrl, csrFor(['two.example.com']));
    const calls = await aws.calls({ service: 'acme' });
    const names = ['two.example.com'];
    const common = { AcmeEndpointArn: bench.endpointArn, account: bench.client.accountUrl, names };
    expect(calls.filter(({ operation }) => operation !== 'NewNonce')).toMatchObject([
      { operation: 'NewOrder', outcome: 'ok', status: 201, parameters: { ...common, order: order.orderUrl } },
      { operation: 'FinalizeOrder', outcome: 'ok', status: 200, parameters: { ...common, order: order.orderUrl } },
    ]);
  });
});

test('the protocol can be served over TLS', async () => {
  const acmeTls = createTlsIdentity('stand-in');
  const secure = await startAwsStandIn({ quotas: 'off', acmeTls });
  const client = acmClient({ endpoint: secure.endpoint, identity: secure.identity });
  try {
    const { url } = await createEndpoint(client);
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:/);
    const { newOrder } = JSON.parse(await get(url, acmeTls.cert)) as { readonly newOrder: string };
    expect(newOrder).toBe(url.replace(/directory$/, 'new-order'));
  } finally {
    client.destroy();
    await secure.stop();
  }
});

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const answered = request(url, { ca, agent: false }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    answered.on('error', reject).end();
  });
}
