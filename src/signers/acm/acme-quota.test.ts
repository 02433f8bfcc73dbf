import { describe, expect, test } from '@jest/globals';
import { problem, unreachable } from '../../../test/support/acme-bench.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { Pacer } from '../../aws/pacing.ts';
import { AcmeQuota, acmRates, directoryRates } from './acme-quota.ts';

const done = async () => ({ kind: 'done' }) as const;

function createBench() {
  const pacer = new Pacer(new FakeClock());
  const quotaOf = (issuerKey: string, region = 'eu-west-1') =>
    new AcmeQuota({ pacer, rates: region === '' ? directoryRates : acmRates, account: '1111', region, issuerKey });
  return { pacer, quotaOf };
}

test('one order is finalised a second for an account and region, whoever asks', async () => {
  const { quotaOf } = createBench();
  const ask = (issuer: string, region?: string) =>
    quotaOf(issuer, region).inTurn('FinalizeOrder', 'a', (call) => call(done));
  expect(await ask('one')).toEqual({ kind: 'done' });
  expect(await ask('two')).toMatchObject({ kind: 'retry', code: 'Pacing', afterMs: 1_000 });
  expect(await ask('two', 'eu-west-2')).toEqual({ kind: 'done' });
});

test('says whose turn is waited for', async () => {
  const { quotaOf } = createBench();
  const held = async (region: string, calls: number) => {
    const quota = quotaOf('one', region);
    for (let call = 0; call < calls; call++) await quota.inTurn('FinalizeOrder', `${call}`, (make) => make(done));
    return quota.stillHeld('FinalizeOrder', `${calls - 1}`)?.message;
  };
  expect(await held('eu-west-1', 2)).toBe(
    'It waits its turn: all issuers of account 1111 in eu-west-1 together make at most 1 FinalizeOrder calls a second.',
  );
  expect(await held('', 6)).toBe(
    'It waits its turn: all issuers of the server 1111 together make at most 5 FinalizeOrder calls a second.',
  );
});

test('who met the limit of a domain waits for as long as the server says, and others call at the rate that they had', async () => {
  const { pacer } = createBench();
  const quotaOf = (issuerKey: string) =>
    new AcmeQuota({ pacer, rates: directoryRates, account: 'acme.test', region: '', issuerKey });
  const limited = {
    kind: 'retry',
    code: 'rateLimited',
    message: 'said',
    afterMs: 3_600_000,
    outcomeUnknown: false,
  } as const;
  const outcome = await quotaOf('one').inTurn('NewOrder', 'a', async (call) => {
    const error = problem('newOrder', 'rateLimited', { status: 429, retryAfterMs: 7_200_000 });
    await call(() => Promise.reject(error)).catch(() => undefined);
    return limited;
  });
  expect(outcome).toEqual(limited);
  for (const ticket of ['b', 'c', 'd'])
    expect(await quotaOf('two').inTurn('NewOrder', ticket, (call) => call(done))).toEqual({ kind: 'done' });
});

describe('what slows an operation down', () => {
  const throttled = (operation: string) => problem(operation, 'rateLimited', { status: 429 });

  test.each([
    ['its own throttle', throttled('finalize'), true],
    ['its own throttle for a minute', problem('finalize', 'rateLimited', { status: 429, retryAfterMs: 60_000 }), true],
    [
      'a limit that is over much later, such as that of one domain',
      problem('finalize', 'rateLimited', { status: 429, retryAfterMs: 61_000 }),
      false,
    ],
    ['HTTP status 429 without a type', problem('finalize', 'other', { status: 429 }), true],
    ['a throttle of another call on the way, such as that for a nonce', throttled('newNonce'), false],
    ['a failure', problem('finalize', 'serverInternal', { status: 500 }), false],
    ['no answer', unreachable(), false],
  ])('%s: %s', async (_, error, isSlower) => {
    const { quotaOf } = createBench();
    const outcome = await quotaOf('one').inTurn('FinalizeOrder', 'a', async (call) => {
      await call(() => Promise.reject(error)).catch(() => undefined);
      return { kind: 'retry', code: 'X', message: 'said', outcomeUnknown: false } as const;
    });
    expect('afterMs' in outcome).toBe(isSlower);
  });
});
