import type { ACMClient } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { connectAwsStandIn, startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmeBench, acmClient, recordOf, type AcmeBench } from '../testing/acm.ts';
import { problemType, TestAcmeClient } from '../testing/acme-client.ts';
import { makeCsr } from '../testing/csr.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;
let bench: AcmeBench;
const names = ['example.com'];

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  bench = await acmeBench(aws, acm);
});

afterEach(() => aws.reset());

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

describe('faults of the ACME protocol', () => {
  test('an error is a problem of the ordered type, status and headers', async () => {
    const headers = { 'retry-after': '7' };
    await aws.failNext({ operation: 'NewOrder', code: 'rateLimited', headers });
    const limited = await bench.client.order(names);
    expect([limited.status, problemType(limited), limited.headers.get('retry-after')]).toEqual([
      429,
      'rateLimited',
      '7',
    ]);
    expect(limited.headers.get('replay-nonce')).toEqual(expect.any(String));
    await aws.failNext({ operation: 'NewOrder', code: 'unauthorized', status: 418 });
    const odd = await bench.client.order(names);
    expect([odd.status, problemType(odd)]).toEqual([418, 'unauthorized']);
    await aws.failNext({ operation: 'NewOrder' });
    const usual = await bench.client.order(names);
    expect([usual.status, problemType(usual)]).toEqual([500, 'serverInternal']);
    expect((await bench.client.order(names)).status).toBe(201);
  });

  test.each(['reset', 'cut'] as const)('%s after the effect loses the answer of FinalizeOrder', async (kind) => {
    const { orderUrl } = await bench.client.order(names);
    await aws.failNext({ operation: 'FinalizeOrder', kind, after: true });
    const call = bench.client.finalize(orderUrl, makeCsr({ subject: '/CN=example.com' }));
    await expect(call).rejects.toMatchObject({ message: kind === 'cut' ? 'terminated' : 'fetch failed' });
    expect((await bench.client.post(orderUrl)).body['status']).toBe('valid');
  });

  test('silence leaves the caller alone', async () => {
    await aws.failNext({ operation: 'GetDirectory', kind: 'silence' });
    const signal = AbortSignal.timeout(200);
    await expect(fetch(bench.directoryUrl, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('raw answers as a proxy would', async () => {
    await aws.failNext({
      operation: 'GetDirectory',
      kind: 'raw',
      status: 503,
      body: '<html>',
      headers: { 'retry-after': '3' },
    });
    const response = await fetch(bench.directoryUrl);
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([503, '3', '<html>']);
  });

  test('delays go by the clock', async () => {
    await aws.failNext({ operation: 'NewNonce', kind: 'delay', delayMs: 5000 });
    let isAnswered = false;
    const asked = fetch(bench.client.url('new-nonce')).then(() => (isAnswered = true));
    while (clock.pending === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(isAnswered).toBe(false);
    await clock.advance(5000);
    expect(await asked).toBe(true);
  });

  test('can be for one endpoint, and are recorded', async () => {
    const second = await acmeBench(aws, acm);
    await aws.failNext({ operation: 'NewOrder', code: 'serverInternal', acmeEndpointArn: second.endpointArn });
    expect((await bench.client.order(names)).status).toBe(201);
    expect((await second.client.order(names)).status).toBe(500);
    const [, failed] = await aws.calls({ operation: 'NewOrder' });
    expect(failed).toMatchObject({
      service: 'acme',
      region: 'us-east-1',
      outcome: 'serverInternal',
      status: 500,
      fault: 'serverInternal',
      parameters: { AcmeEndpointArn: second.endpointArn },
    });
  });

  test('refusals are recorded with who asked for what', async () => {
    await bench.client.order(['other.example']);
    const [call] = await aws.calls({ operation: 'NewOrder' });
    expect(call).toMatchObject({
      outcome: 'rejectedIdentifier',
      status: 400,
      parameters: { account: bench.client.accountUrl, names: ['other.example'] },
    });
  });
});

test('every order works from elsewhere', async () => {
  const remote = connectAwsStandIn(aws.endpoint);
  const own = await acmeBench(aws, acm, { domain: 'remote.example' });
  const { name } = await recordOf(acm, own.validationArn);
  await remote.setPublicRecord({ name, cname: 'elsewhere.example' });
  await remote.failNextOrder({ type: 'dns' });
  await remote.updateAcmeDomainValidation({ arn: own.validationArn, status: 'VALIDATING' });
  expect(problemType(await own.client.order(['remote.example']))).toBe('rejectedIdentifier');
  await remote.deleteAcmeDomainValidation({ arn: own.validationArn });
  await remote.expireAcmeExternalAccountBinding({ arn: own.binding.arn });
  await remote.revokeAcmeExternalAccountBinding({ arn: own.binding.arn });
  expect((await new TestAcmeClient({ directoryUrl: own.directoryUrl }).register(own.binding)).status).toBe(403);
  await remote.revokeAcmeAccount({ accountUrl: own.client.accountUrl ?? '' });
  await remote.updateAcmeEndpoint({ arn: own.endpointArn, failureReason: 'x' });
  expect((await fetch(own.directoryUrl)).status).toBe(404);
  await remote.updateAcmeEndpoint({ arn: own.endpointArn, failureReason: null });
  expect((await fetch(own.directoryUrl)).status).toBe(200);
  await remote.deleteAcmeEndpoint({ arn: own.endpointArn });
  await remote.deleteRole({ arn: own.roleArn });
  expect(await remote.publicCertificates()).toEqual([]);
  expect((await remote.publicAuthorities()).map(({ keyFamily }) => keyFamily)).toEqual(['ECDSA', 'RSA']);
  await expect(remote.deleteAcmeEndpoint({ arn: 'none' })).rejects.toThrow('there is no none');
});
