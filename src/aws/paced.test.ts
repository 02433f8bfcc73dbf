import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { unscripted } from '../../test/support/unscripted.ts';
import type { AcmCalls } from './acm/acm-calls.ts';
import { AwsError, type Consequence } from './errors.ts';
import { HeldBack, pacedAcm, pacedRoute53 } from './paced.ts';
import { Pacer } from './pacing.ts';
import type { Route53Calls } from './route53/route53-calls.ts';

const rates = { read: 5, write: 2, validation: 1 };
const scope = { account: '111122223333', region: 'eu-west-1', claimant: 'ns/issuer' };
const arn = 'arn:aws:acm:eu-west-1:111122223333:acme-endpoint/1';

/** How many calls pass at once, each another one. */
async function burstOf(make: (index: number) => Promise<unknown>): Promise<number> {
  const ends = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => make(index)));
  expect(ends.every((end) => end.status === 'fulfilled' || end.reason instanceof HeldBack)).toBe(true);
  return ends.filter(({ status }) => status === 'fulfilled').length;
}

const answering = (): AcmCalls & Route53Calls => {
  const answer = async (): Promise<never> => undefined as never;
  return new Proxy({} as AcmCalls & Route53Calls, { get: () => answer });
};

describe('each kind of call has its own pace', () => {
  const acm = (): AcmCalls => pacedAcm(answering(), rates, { ...scope, pacer: new Pacer(new FakeClock()) });
  test.each<[string, (calls: AcmCalls, index: number) => Promise<unknown>, number]>([
    ['reads', (calls, index) => calls.describeAcmeEndpoint(`${arn}${index}`), 4],
    ['writes', (calls, index) => calls.deleteAcmeEndpoint(`${arn}${index}`), 1],
    ['validations', (calls, index) => calls.deleteAcmeDomainValidation(`${arn}${index}`), 1],
  ])('%s', async (_, make, passing) => {
    const calls = acm();
    expect(await burstOf((index) => make(calls, index))).toBe(passing);
    expect(await calls.listTagsForResource('another').catch(() => 'held')).toBe(passing === 4 ? 'held' : undefined);
  });

  test('all calls to Route 53 have one, in whatever region', async () => {
    const pacer = new Pacer(new FakeClock());
    const calls = ['a', 'b'].map((claimant) => pacedRoute53(answering(), 5, { account: '1', claimant, pacer }));
    const [first, second] = calls as [Route53Calls, Route53Calls];
    expect(
      await burstOf((i) => (i % 2 ? first.getChange(`C${i}`) : second.listResourceRecordSets({ zoneId: `Z${i}` }))),
    ).toBe(4);
  });

  test('0 is none', async () => {
    const calls = pacedRoute53(answering(), 0, { account: '1', claimant: 'a', pacer: new Pacer(new FakeClock()) });
    expect(await burstOf((index) => calls.getChange(`C${index}`))).toBe(20);
  });
});

test('who has to wait is told for how long, and has the turn then', async () => {
  const clock = new FakeClock();
  const calls = pacedAcm(answering(), rates, { ...scope, pacer: new Pacer(clock) });
  await calls.deleteAcmeDomainValidation('first');
  const held = await calls.deleteAcmeDomainValidation('second').catch((error: unknown) => error as HeldBack);
  expect(held).toMatchObject({
    ...{ operation: 'DeleteAcmeDomainValidation', code: 'Pacing', consequence: 'throttled', refused: true },
    afterMs: 1_000,
  });
  await clock.advance(1_000);
  await expect(calls.deleteAcmeDomainValidation('second')).resolves.toBeUndefined();
});

describe('a throttle of AWS', () => {
  const failing = (operation: string, code: string, consequence: Consequence): AcmCalls => ({
    ...unscripted(),
    describeAcmeEndpoint: () => Promise.reject(new AwsError(operation, code, consequence, 'said', true, undefined)),
  });
  const asked = (operation: string, code: string, consequence: Consequence): Promise<unknown> => {
    const paced = pacedAcm(failing(operation, code, consequence), rates, {
      ...scope,
      pacer: new Pacer(new FakeClock()),
    });
    return paced.describeAcmeEndpoint(arn).catch((error: unknown) => error);
  };

  test('holds its call back, with the words of AWS', async () => {
    const held = await asked('DescribeAcmeEndpoint', 'ThrottlingException', 'throttled');
    expect(held).toBeInstanceOf(HeldBack);
    expect(held).toMatchObject({ code: 'ThrottlingException', detail: 'said' });
    expect((held as HeldBack).afterMs).toBeGreaterThanOrEqual(500);
  });

  test.each<[string, string, string, Consequence]>([
    ['on the way to the credentials is that of STS', 'AssumeRole', 'Throttling', 'throttled'],
    ['that is none', 'DescribeAcmeEndpoint', 'AccessDeniedException', 'denied'],
  ])('%s passes through', async (_, operation, code, consequence) => {
    const error = await asked(operation, code, consequence);
    expect(error).not.toBeInstanceOf(HeldBack);
    expect(error).toMatchObject({ operation, code });
  });
});
