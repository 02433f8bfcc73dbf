import { describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { account, awsError, createPcaBench, ScriptedAws } from '../../../test/support/pca-bench.ts';
import type { CertificateAuthority } from '../../aws/clients.ts';
import { Pacer } from '../../aws/pacing.ts';
import { AuthorityProbe } from './authority-probe.ts';
import { PcaQuota, type PcaRates } from './quota.ts';

const operation = 'DescribeCertificateAuthority';
const { authority } = createPcaBench();
const denied = awsError('IssueCertificate', 'AccessDeniedException', 'denied');
const throttled = awsError(operation, 'ThrottlingException', 'throttled');
const disabled = { ...authority, status: 'DISABLED' };
const held = { kind: 'retry', code: 'Pacing', outcomeUnknown: false, message: expect.stringContaining(operation) };

/** Probes of issuers of one account, each with an AWS that answers as it is told; the last answer for ever. */
function createBench(perSecond = 1) {
  const clock = new FakeClock();
  const pacer = new Pacer(clock);
  const rates: PcaRates = { IssueCertificate: 1, GetCertificate: 1, DescribeCertificateAuthority: perSecond };
  const quotaOf = (issuerKey: string) => new PcaQuota({ pacer, rates, account, region: 'eu-west-1', issuerKey });
  const createProbe = (issuerKey: string, ...answers: (CertificateAuthority | Error)[]) => {
    const aws = new ScriptedAws();
    aws.describe.push(...answers);
    return { aws, probe: new AuthorityProbe({ api: aws, authority, clock, quota: quotaOf(issuerKey) }) };
  };
  return { clock, pacer, quotaOf, createProbe };
}

describe('pacing', () => {
  test('a description waits for the turn of its operation, and calls only then', async () => {
    const { clock, createProbe } = createBench();
    const first = createProbe('first', authority);
    const second = createProbe('second', authority);
    await expect(first.probe.refresh(0)).resolves.toBeUndefined();
    await expect(second.probe.refresh(0)).resolves.toMatchObject({ ...held, afterMs: 1000 });
    expect(second.aws.described).toBe(0);
    await clock.advance(900);
    await expect(second.probe.refresh(0)).resolves.toMatchObject({ ...held, afterMs: 100 });
    await clock.advance(100);
    await expect(second.probe.refresh(0)).resolves.toBeUndefined();
    expect([first.aws.described, second.aws.described]).toEqual([1, 1]);
  });

  test('whoever asks for the same issuer has one place', async () => {
    const { pacer, createProbe } = createBench();
    await createProbe('first', authority).probe.refresh(0);
    const { probe } = createProbe('second', authority);
    const answers = await Promise.all(Array.from({ length: 50 }, () => probe.judge(denied)));
    answers.push(await probe.refresh(60_000));
    for (const answer of answers) expect(answer).toMatchObject({ ...held, afterMs: 1000 });
    expect(pacer.waiting()).toEqual([{ scope: expect.objectContaining({ operation }), calls: 1 }]);
  });

  test('many that ask at once are answered by one call', async () => {
    const { createProbe } = createBench();
    const { probe, aws } = createProbe('first', authority);
    const answers = await Promise.all(Array.from({ length: 50 }, () => probe.refresh(0)));
    expect(new Set(answers)).toEqual(new Set([undefined]));
    expect(aws.described).toBe(1);
  });

  test('while a description is fresh enough no turn is asked for', async () => {
    const { clock, pacer, createProbe } = createBench();
    const { probe, aws } = createProbe('first', authority);
    await probe.judge(denied);
    await clock.advance(9_999);
    for (let index = 0; index < 10; index++) await expect(probe.judge(denied)).resolves.toBeUndefined();
    await expect(probe.refresh(60_000)).resolves.toBeUndefined();
    expect(aws.described).toBe(1);
    expect(pacer.waiting()).toMatchObject([{ calls: 0 }]);
    await clock.advance(1);
    await probe.judge(denied);
    expect(aws.described).toBe(2);
  });

  test('a fault is described anew each time that it is asked about, as fast as the turns come', async () => {
    const { clock, createProbe } = createBench();
    const { probe, aws } = createProbe('first', disabled);
    const fault = { kind: 'issuerFault', code: 'CertificateAuthorityDisabled' };
    await expect(probe.refresh(60_000)).resolves.toMatchObject(fault);
    await expect(probe.refresh(60_000)).resolves.toMatchObject({ ...held, afterMs: 1000 });
    await clock.advance(1000);
    await expect(probe.refresh(60_000)).resolves.toMatchObject(fault);
    expect(aws.described).toBe(2);
    // What cannot issue does not replace what is known: the next plan is made by the last that could.
    expect(probe.authority).toBe(authority);
  });

  test('a throttle says when to ask again, and slows down the descriptions of all issuers and nothing else', async () => {
    const { createProbe, quotaOf } = createBench(20);
    const { probe } = createProbe('first', throttled);
    await expect(probe.judge(denied)).resolves.toMatchObject({
      ...{ kind: 'retry', code: 'ThrottlingException', outcomeUnknown: false },
      afterMs: expect.any(Number),
    });
    await expect(createProbe('second', authority).probe.refresh(0)).resolves.toMatchObject(held);
    const done = async () => ({ kind: 'done' }) as const;
    for (const other of ['IssueCertificate', 'GetCertificate'] as const)
      await expect(quotaOf('second').inTurn(other, 'x', (call) => call(done))).resolves.toEqual({ kind: 'done' });
  });

  test('a rate of 0 means none', async () => {
    const { createProbe, pacer } = createBench(0);
    const { probe, aws } = createProbe('first', throttled, throttled, disabled);
    for (let index = 0; index < 100; index++) await probe.refresh(0);
    expect(aws.described).toBe(100);
    expect(pacer.waiting()).toEqual([]);
  });

  test('a fault of this program gives its turn back and goes up as it is', async () => {
    const { createProbe, clock } = createBench();
    const { probe, aws } = createProbe('first', new TypeError('a bug'), authority);
    await expect(probe.refresh(0)).rejects.toThrow('a bug');
    await clock.advance(1000);
    await expect(probe.refresh(0)).resolves.toBeUndefined();
    expect(aws.described).toBe(2);
  });
});
