import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { account, awsError } from '../../../test/support/pca-bench.ts';
import { Pacer } from '../../aws/pacing.ts';
import { type PacedOperation, PcaQuota, type PcaRates } from './quota.ts';

const operations: PacedOperation[] = ['IssueCertificate', 'GetCertificate', 'DescribeCertificateAuthority'];
const one: PcaRates = { IssueCertificate: 1, GetCertificate: 1, DescribeCertificateAuthority: 1 };
const none: PcaRates = { IssueCertificate: 0, GetCertificate: 0, DescribeCertificateAuthority: 0 };

function createBench(rates: PcaRates = one) {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const quotaOf = (issuerKey: string) => new PcaQuota({ pacer, rates, account, region: 'eu-west-1', issuerKey });
  return { clock, pacer, quotaOf, quota: quotaOf('issuer') };
}

const done = async () => ({ kind: 'done' }) as const;
const throttled = (operation: string) => awsError(operation, 'ThrottlingException', 'throttled');

describe('a turn', () => {
  test.each(operations)('of %s comes once a second, and each operation has its own', async (operation) => {
    const { quota, clock } = createBench();
    const ask = (ticket: string) => quota.inTurn(operation, ticket, (call) => call(done));
    expect(await ask('a')).toEqual({ kind: 'done' });
    expect(await ask('b')).toMatchObject({ kind: 'retry', code: 'Pacing', afterMs: 1000, outcomeUnknown: false });
    for (const other of operations.filter((each) => each !== operation))
      expect(await quota.inTurn(other, 'b', (call) => call(done))).toEqual({ kind: 'done' });
    await clock.advance(1000);
    expect(await ask('b')).toEqual({ kind: 'done' });
  });

  test.each(operations)('of %s comes at once when the rate is 0, throttled or not', async (operation) => {
    const { quota } = createBench({ ...one, [operation]: 0 });
    const fail = () => quota.inTurn(operation, 'a', (call) => call(() => Promise.reject(throttled(operation))));
    for (let i = 0; i < 100; i++) await expect(fail()).rejects.toThrow('ThrottlingException');
  });

  test.each([
    ['makes no call', done],
    ['fails before it makes one', () => Promise.reject(new Error('a bug'))],
  ])('goes back when the work %s', async (_, work) => {
    const { quota } = createBench();
    await quota.inTurn('IssueCertificate', 'a', work).catch(() => undefined);
    expect(await quota.inTurn('IssueCertificate', 'b', done)).toEqual({ kind: 'done' });
  });

  test('is over when the call is answered, whatever the work does afterwards', async () => {
    const { quota, clock } = createBench();
    void quota.inTurn('IssueCertificate', 'a', async (call) => {
      await call(done);
      return new Promise<{ kind: 'never' }>(() => undefined);
    });
    await clock.advance(1000);
    expect(await quota.inTurn('IssueCertificate', 'b', done)).toEqual({ kind: 'done' });
  });

  test('says what is waited for and what can be done, in words that do not change', async () => {
    const { quota, clock } = createBench({ IssueCertificate: 1, GetCertificate: 0.5, DescribeCertificateAuthority: 1 });
    for (const operation of operations) {
      await quota.inTurn(operation, 'a', (call) => call(done));
      const first = await quota.inTurn(operation, 'b', done);
      await clock.advance(300);
      const second = await quota.inTurn(operation, 'b', done);
      expect(second).toEqual({ ...first, afterMs: expect.any(Number) });
    }
    const said = async (operation: PacedOperation) => {
      await quota.inTurn(operation, 'c', (call) => call(done));
      return ((await quota.inTurn(operation, 'd', done)) as { message?: string }).message;
    };
    expect(await said('IssueCertificate')).toBe(
      `It waits its turn: all issuers of account ${account} in eu-west-1 together make at most 1 IssueCertificate calls a second, ` +
        'within the AWS quota "Rate of IssueCertificate requests". To go faster, have AWS raise it (L-CAFB4993), then --pca-issue-rate.',
    );
    expect(await said('GetCertificate')).toMatch(/at most 0\.5 GetCertificate calls.*L-1725E639.*--pca-get-rate/);
    expect(await said('DescribeCertificateAuthority')).toMatch(/L-46ADAC63.*--pca-describe-rate/);
  });
});

describe('a throttle', () => {
  const fail = (quota: PcaQuota, operation: PacedOperation, error: Error) =>
    quota.inTurn(operation, 'a', async (call) => {
      await call(() => Promise.reject(error)).catch(() => undefined);
      return { kind: 'retry', code: 'X', message: 'said', outcomeUnknown: false } as const;
    });
  const fast = { IssueCertificate: 25, GetCertificate: 75, DescribeCertificateAuthority: 20 };

  test.each(operations)('of %s slows down all issuers, and no other operation', async (operation) => {
    const { quota, quotaOf } = createBench(fast);
    expect(await fail(quota, operation, throttled(operation))).toEqual({
      ...{ kind: 'retry', code: 'X', message: 'said', outcomeUnknown: false },
      afterMs: expect.any(Number),
    });
    for (const each of operations) {
      const kind = each === operation ? 'retry' : 'done';
      expect(await quotaOf('another').inTurn(each, 'b', done)).toMatchObject({ kind });
    }
  });

  test.each([
    ['of STS, while credentials were fetched', awsError('AssumeRole', 'Throttling', 'throttled')],
    ['by a limit that time does not lift', awsError('IssueCertificate', 'LimitExceededException', 'quota')],
    ['by nobody: the service failed', awsError('IssueCertificate', 'ServiceUnavailable', 'transient')],
  ])('%s does not', async (_, error) => {
    const { quota } = createBench(fast);
    const outcome = await fail(quota, 'IssueCertificate', error);
    expect(outcome).not.toHaveProperty('afterMs');
    expect(await quota.inTurn('IssueCertificate', 'b', done)).toEqual({ kind: 'done' });
  });

  test('without pacing leaves the delay to the caller', async () => {
    const { quota } = createBench(none);
    expect(await fail(quota, 'IssueCertificate', throttled('IssueCertificate'))).not.toHaveProperty('afterMs');
  });
});

test('an issuer with many calls does not keep another one waiting', async () => {
  const { quotaOf, clock } = createBench();
  const ask = (issuer: string, ticket: string) =>
    quotaOf(issuer).inTurn('IssueCertificate', ticket, (call) => call(done));
  for (let index = 0; index < 50; index++) await ask('many', `${index}`);
  expect(await ask('one', 'single')).toMatchObject({ afterMs: 1000 });
  await clock.advance(1000);
  expect(await ask('one', 'single')).toEqual({ kind: 'done' });
});
