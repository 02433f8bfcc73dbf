import type { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../support/fake-clock.ts';
import { connectAwsStandIn, startAwsStandIn, type Authority, type AwsStandIn, type Controls } from './index.ts';
import { fetchCertificate, issue, outcomeOf, pcaClient } from './testing/clients.ts';
import { makeCsr } from './testing/csr.ts';

describe.each(['within the process', 'over HTTP'])('faults ordered %s', (way) => {
  const csr = makeCsr();
  const clock = new FakeClock();
  let aws: AwsStandIn;
  let control: Controls;
  let client: ACMPCAClient;
  let authority: Authority;

  beforeAll(async () => {
    aws = await startAwsStandIn({ clock, quotas: 'off' });
    control = way === 'over HTTP' ? connectAwsStandIn(aws.endpoint) : aws;
    client = pcaClient(aws);
    authority = await control.createCertificateAuthority();
  });

  afterEach(() => control.reset());

  afterAll(async () => {
    client.destroy();
    await aws.stop();
  });

  const issueOnce = (IdempotencyToken?: string): Promise<string> =>
    issue(client, { CertificateAuthorityArn: authority.arn, csr, ...(IdempotencyToken && { IdempotencyToken }) });

  test('an error for the next calls of one operation, after some that pass', async () => {
    const message = 'not now';
    await control.failNext({
      operation: 'IssueCertificate',
      code: 'LimitExceededException',
      message,
      count: 2,
      skip: 1,
    });
    const arn = await issueOnce();
    await expect(issueOnce()).rejects.toMatchObject({ name: 'LimitExceededException', message: 'not now' });
    expect(await outcomeOf(fetchCertificate(client, arn))).toBe('ok');
    expect(await outcomeOf(issueOnce())).toBe('LimitExceededException');
    expect(await outcomeOf(issueOnce())).toBe('ok');
    const calls = await control.calls({ operation: 'IssueCertificate' });
    expect(calls.map(({ outcome, fault }) => [outcome, fault])).toEqual([
      ['ok', undefined],
      ['LimitExceededException', 'LimitExceededException'],
      ['LimitExceededException', 'LimitExceededException'],
      ['ok', undefined],
    ]);
  });

  test('an answer of something else than AWS, before or after the operation took effect', async () => {
    const html = { operation: 'IssueCertificate', kind: 'raw', status: 502, body: '<html></html>' } as const;
    await control.failNext(html);
    await control.failNext({ ...html, status: 200, contentType: 'application/json', body: '{"Certifi', after: true });
    expect(await outcomeOf(issueOnce())).toBe('SyntaxError');
    expect(await control.billed()).toHaveLength(0);
    expect((await control.calls()).map(({ status }) => status)).toEqual([502]);
    expect(await outcomeOf(issueOnce())).toBe('SyntaxError');
    expect(await control.billed()).toHaveLength(1);
  });

  test('a status of the server, for every operation, or for one authority only', async () => {
    await control.failNext({ operation: '*', code: 'ServiceUnavailable' });
    await expect(issueOnce()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await control.failNext({ operation: '*', certificateAuthorityArn: 'another' });
    expect(await outcomeOf(issueOnce())).toBe('ok');
    await control.failNext({ operation: '*', certificateAuthorityArn: authority.arn, count: 9 });
    expect(await outcomeOf(issueOnce())).toBe('InternalFailure');
    await control.clearFaults({ roleArn: 'another' });
    expect(await outcomeOf(issueOnce())).toBe('InternalFailure');
    await control.clearFaults({ certificateAuthorityArn: authority.arn });
    expect(await outcomeOf(issueOnce())).toBe('ok');
    await control.failNext({ operation: '*', status: 502 });
    await expect(issueOnce()).rejects.toMatchObject({ $metadata: { httpStatusCode: 502 } });
  });

  test('a dropped connection after the certificate was issued and billed: the token finds it again', async () => {
    await control.failNext({ operation: 'IssueCertificate', kind: 'reset', after: true });
    await expect(issueOnce('token')).rejects.toThrow('ECONNRESET');
    const billed = await control.billed();
    expect(billed).toHaveLength(1);
    expect(await issueOnce('token')).toBe(billed[0]?.certificateArn);
    expect(await control.billed()).toHaveLength(1);
  });

  test('a dropped connection before anything happened', async () => {
    await control.failNext({ operation: 'IssueCertificate', kind: 'reset' });
    await expect(issueOnce()).rejects.toThrow('ECONNRESET');
    expect(await control.billed()).toEqual([]);
    expect(await control.calls()).toMatchObject([{ outcome: 'reset', status: 0, fault: 'reset' }]);
  });

  test('an answer cut in the middle', async () => {
    await control.failNext({ operation: 'IssueCertificate', kind: 'cut' });
    expect(await outcomeOf(issueOnce())).not.toBe('ok');
    expect(await control.billed()).toHaveLength(1);
    expect(await outcomeOf(issueOnce())).toBe('ok');
  });

  test('a socket that never answers', async () => {
    await control.failNext({ operation: 'GetCertificate', kind: 'silence' });
    const arn = await issueOnce();
    let isSettled = false;
    const get = outcomeOf(fetchCertificate(client, arn)).finally(() => (isSettled = true));
    await expectEventually(async () => (await control.calls({ operation: 'GetCertificate' })).length === 1);
    expect(await outcomeOf(issueOnce())).toBe('ok');
    expect(isSettled).toBe(false);
    client.destroy();
    expect(await get).not.toBe('ok');
    client = pcaClient(aws);
  });

  test.each([
    ['a lasting latency', (): Promise<void> => control.setLatency({ operation: 'IssueCertificate', latencyMs: 5000 })],
    [
      'a delay of one call',
      (): Promise<void> => control.failNext({ operation: 'IssueCertificate', kind: 'delay', delayMs: 5000 }),
    ],
  ])('a late answer by %s', async (_name, order) => {
    await order();
    let isSettled = false;
    const late = outcomeOf(issueOnce()).finally(() => (isSettled = true));
    await expectEventually(() => Promise.resolve(clock.pending === 1));
    await clock.advance(4999);
    expect(isSettled).toBe(false);
    await clock.advance(1);
    expect(await late).toBe('ok');
  });

  test('an order that cannot be carried out is refused', async () => {
    await expect(control.updateCertificateAuthority({ arn: 'none' })).rejects.toThrow('no certificate authority none');
    await expect(control.createCertificateAuthority({ parent: 'none' })).rejects.toThrow('none');
    await expect(control.deleteAccessKey({ accessKeyId: 'none' })).rejects.toThrow('none');
  });

  test('every call is on record, with who made it and without the request’s bytes', async () => {
    const arn = await issueOnce('recorded');
    const [call] = await control.calls({ operation: 'IssueCertificate', service: 'acm-pca' });
    expect(call).toMatchObject({
      identity: aws.identity.arn,
      accessKeyId: aws.identity.accessKeyId,
      region: 'us-east-1',
      outcome: 'ok',
      status: 200,
      parameters: { CertificateAuthorityArn: authority.arn, IdempotencyToken: 'recorded' },
    });
    const [bill] = await control.billed();
    expect(bill).toMatchObject({ certificateArn: arn, token: 'recorded', csrSha256: call?.parameters['CsrSha256'] });
    expect(call?.parameters).not.toHaveProperty('Csr');
    await control.reset();
    expect(await control.calls()).toEqual([]);
    expect(await control.billed()).toEqual([]);
  });
});

test('stopping ends what waits: a silent socket, and a late answer', async () => {
  const clock = new FakeClock();
  const aws = await startAwsStandIn({ clock, quotas: 'off' });
  const client = pcaClient(aws);
  const { arn } = await aws.createCertificateAuthority();
  const call = (): Promise<string> => outcomeOf(issue(client, { CertificateAuthorityArn: arn, csr: makeCsr() }));
  await aws.failNext({ operation: 'IssueCertificate', kind: 'silence' });
  await aws.failNext({ operation: 'IssueCertificate', kind: 'delay', delayMs: 60_000 });
  const waiting = [call(), call()];
  await expectEventually(() => Promise.resolve(clock.pending === 1));
  await aws.stop();
  expect(await Promise.all(waiting)).not.toContain('ok');
  expect(clock.pending).toBe(0);
  client.destroy();
});

/** Polls until `isSo`; jest's own time limit ends a test that waits in vain. */
async function expectEventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
}
