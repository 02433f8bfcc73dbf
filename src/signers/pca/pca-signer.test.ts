import { describe, expect, test } from '@jest/globals';
import {
  account,
  authorityArn,
  awsError,
  certificateArn,
  chainOf,
  chainPem,
  createPcaBench,
  issueLeaf,
  rootPem,
  tlsUsage,
} from '../../../test/support/pca-bench.ts';
import { dnsSan, ecKey, nameOf } from '../../../test/support/pki.ts';
import { atHop, type Consequence, toAwsError } from '../../aws/errors.ts';

const leaf = issueLeaf();
const inProgress = awsError('GetCertificate', 'RequestInProgressException', 'inProgress');
const denied = (operation: string) => awsError(operation, 'AccessDeniedException', 'denied');

describe('begin and collect', () => {
  test('issue and fetch in one pass when the CA is fast', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench();
    aws.get.push(chainOf(leaf));
    await expect(signer.begin(request, attempt)).resolves.toEqual({
      kind: 'begun',
      reference: certificateArn,
      terms: expect.stringMatching(/^EndEntityServerAuthCertificate\/V1 until 2026-/),
    });
    await expect(signer.collect(request, certificateArn)).resolves.toEqual({
      kind: 'issued',
      notices: [],
      chainPem: chainPem(leaf),
      caPem: rootPem,
      serial: expect.stringMatching(/^40[0-9a-f]{16}$/),
      notAfter: new Date('2036-01-01T00:00:00Z'),
    });
    expect(aws).toMatchObject({ issued: [{ csrPem: request.csrPem }], fetched: [certificateArn], described: 0 });
    expect(clock.pending).toBe(0);
  });

  test('a call that is withheld at the last moment is not made, and asked for only when it could be', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    await expect(signer.begin(request, attempt, async () => false)).resolves.toEqual({ kind: 'withheld' });
    expect(aws.issued).toEqual([]);
  });

  test('a certificate is judged by the template under which it was asked for', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    await signer.begin(request, attempt);
    aws.get.push(chainOf(leaf), chainOf(leaf));
    const present = await signer.collect(request, certificateArn, 'SubordinateCACertificate_PathLen0/V1');
    expect(present.kind).toBe('rejected');
    const past = await signer.collect(request, certificateArn, 'EndEntityServerAuthCertificate/V1');
    expect(past.kind).toBe('issued');
  });

  test('the same request and attempt make the same call, another attempt another one', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    await signer.begin(request, attempt);
    await signer.begin(request, { ...attempt });
    await signer.begin(request, { ...attempt, number: 2 });
    const [first, second, third] = aws.issued;
    expect(second).toEqual(first);
    expect(third?.idempotencyToken).not.toBe(first?.idempotencyToken);
  });

  test('a certificate in progress is looked at again, and the CA is known to be slow from then on', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench();
    aws.get.push(inProgress, chainOf(leaf));
    await signer.begin(request, attempt);
    await clock.advance(1000);
    await expect(signer.collect(request, certificateArn)).resolves.toEqual({ kind: 'pending', afterMs: 100 });
    await clock.advance(1000);
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issued' });
    await signer.begin(request, attempt);
    await expect(signer.collect(request, certificateArn)).resolves.toEqual({ kind: 'pending', afterMs: 2000 });
    expect(aws.fetched).toHaveLength(2);
  });

  test('what another process began is looked at at once', async () => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(inProgress, chainOf(leaf));
    await expect(signer.collect(request, certificateArn)).resolves.toEqual({ kind: 'pending', afterMs: 50 });
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issued' });
  });

  test('a certificate that AWS gave up on asks for a new attempt', async () => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(awsError('GetCertificate', 'RequestFailedException', 'failed'));
    const outcomes = [];
    for (let look = 0; look < 3; look++) outcomes.push((await signer.collect(request, certificateArn)).kind);
    // It may have been the look that failed: only what is said three times is worth another certificate.
    expect(outcomes).toEqual(['retry', 'retry', 'attemptFailed']);
  });

  test('a CSR that the service would refuse costs no call', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    const bad = { ...request, csrPem: 'garbage' };
    await expect(signer.begin(bad, attempt)).resolves.toMatchObject({ kind: 'rejected', code: 'InvalidCSR' });
    await expect(signer.collect(bad, certificateArn)).resolves.toMatchObject({ kind: 'rejected', code: 'InvalidCSR' });
    await expect(signer.adopt(bad, certificateArn, 0)).resolves.toMatchObject({ kind: 'rejected', code: 'InvalidCSR' });
    expect(aws).toMatchObject({ issued: [], fetched: [] });
  });

  test('a fault of this program goes up as it is', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.unshift(new TypeError('a bug'));
    aws.get.push(new TypeError('a bug'));
    await expect(signer.begin(request, attempt)).rejects.toThrow('a bug');
    await expect(signer.collect(request, certificateArn)).rejects.toThrow('a bug');
  });
});

describe('a certificate that is not what was asked for', () => {
  test.each([
    ['another key', issueLeaf({ key: ecKey() }), /another key/],
    ['another name', issueLeaf({ extensions: [dnsSan('b.example'), tlsUsage] }), /has the name b\.example/],
    ['another common name', issueLeaf({ subject: nameOf('c.example') }), /has the name c\.example/],
  ])('%s: foreign', async (_, other, message) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(chainOf(other));
    const expected = { kind: 'foreign', message: expect.stringMatching(message) };
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject(expected);
  });

  test.each([
    ['usages that the template does not give', issueLeaf({ extensions: [dnsSan('a.example')] }), /key usages differ/],
    ['already over', issueLeaf({ notAfter: new Date('2026-01-02T00:00:00Z') }), /has ended/],
  ])('%s: rejected', async (_, other, message) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(chainOf(other));
    const expected = { kind: 'rejected', message: expect.stringMatching(message) };
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject(expected);
  });

  test.each([
    ['nothing', { certificate: '', chain: '' }],
    ['garbage', { certificate: chainOf(leaf).certificate.replace('MII', 'AAA'), chain: '' }],
    ['a chain that is none', { ...chainOf(leaf), chain: rootPem }],
  ])('AWS returns %s: nobody here is at fault, so it waits', async (_, answer) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(answer);
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'blocked', afterMs: 60_000 });
  });

  test('a lone leaf has no ca', async () => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push({ ...chainOf(leaf), chain: '' });
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issued', caPem: '' });
  });
});

describe('errors of IssueCertificate', () => {
  test.each<[Consequence, boolean, object]>([
    ['request', true, { kind: 'rejected' }],
    ['credentials', true, { kind: 'issuerFault', credentialsRefused: true }],
    ['throttled', true, { kind: 'retry', outcomeUnknown: false }],
    ['transient', true, { kind: 'retry', outcomeUnknown: false }],
    ['transient', false, { kind: 'retry', outcomeUnknown: true }],
  ])('%s (refused: %s) needs no description', async (consequence, refused, expected) => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.unshift(awsError('IssueCertificate', 'SomeCode', consequence, refused));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject(expected);
    expect(aws.described).toBe(0);
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'begun' });
  });

  test('a CA that is not active is the fault of the issuer', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.unshift(awsError('IssueCertificate', 'InvalidStateException', 'authority'));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({
      kind: 'issuerFault',
      code: 'InvalidStateException',
    });
    expect(aws.described).toBe(0);
  });

  test.each([
    ['InvalidArnException', 'rejected'],
    ['ResourceNotFoundException', 'blocked'],
  ])('%s with a CA that can be described means the template: %s', async (code, kind) => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.unshift(awsError('IssueCertificate', code, 'authority'));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({
      kind,
      code,
      message: expect.stringContaining('EndEntityServerAuthCertificate/V1'),
    });
    expect(aws.described).toBe(1);
  });

  test('a limit of the account is tried by one request a minute, and never fast', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench();
    aws.issue.unshift(awsError('IssueCertificate', 'LimitExceededException', 'quota'));
    const blocked = await signer.begin(request, attempt);
    expect(blocked).toMatchObject({ kind: 'blocked', afterMs: 60_000, message: expect.stringContaining('quota') });
    await expect(signer.begin({ ...request, uid: 'uid-2' }, attempt)).resolves.toEqual(blocked);
    expect(aws).toMatchObject({ issued: [{}], described: 0 });
    await clock.advance(60_000);
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'begun' });
  });

  test.each<[string, string, Consequence]>([
    ['AssumeRole', 'AccessDenied', 'denied'],
    ['AssumeRole', 'ValidationError', 'authority'],
    ['AssumeRoleWithWebIdentity', 'RegionDisabledException', 'authority'],
  ])(
    '%s that fails with %s is the fault of the issuer, and nobody asks the CA',
    async (operation, code, consequence) => {
      const { signer, aws, request, attempt } = createPcaBench();
      aws.issue.unshift(awsError(operation, code, consequence));
      await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'issuerFault', code });
      expect(aws.described).toBe(0);
    },
  );

  test.each<[string, Consequence, object]>([
    ['AccessDeniedException', 'denied', { kind: 'issuerFault', credentialsRefused: false }],
    ['ResourceNotFoundException', 'authority', { kind: 'issuerFault' }],
    ['ValidationException', 'authority', { kind: 'issuerFault' }],
    ['ExpiredTokenException', 'credentials', { kind: 'issuerFault', credentialsRefused: true }],
    ['ThrottlingException', 'throttled', { kind: 'retry', outcomeUnknown: false }],
    ['TimeoutError', 'transient', { kind: 'retry', outcomeUnknown: false }],
  ])('a denial, and the description fails with %s', async (code, consequence, expected) => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.unshift(denied('IssueCertificate'));
    aws.describe.unshift(awsError('DescribeCertificateAuthority', code, consequence, false));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ ...expected, code });
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'begun' });
  });

  test('a denial, and the CA turns out to be disabled', async () => {
    const { signer, aws, request, attempt, authority } = createPcaBench();
    aws.issue.unshift(denied('IssueCertificate'));
    aws.describe.unshift({ ...authority, status: 'DISABLED' });
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({
      kind: 'issuerFault',
      code: 'CertificateAuthorityDisabled',
    });
  });
});

describe('a template that is denied', () => {
  test('blocks its own requests, tried again every minute, and no others', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench();
    aws.issue.unshift(denied('IssueCertificate'));
    const blocked = await signer.begin(request, attempt);
    expect(blocked).toMatchObject({
      kind: 'blocked',
      afterMs: 60_000,
      message: expect.stringMatching(/acm-pca:IssueCertificate with template EndEntityServerAuthCertificate\/V1/),
    });
    await clock.advance(20_000);
    await expect(signer.begin({ ...request, uid: 'uid-2' }, attempt)).resolves.toEqual({ ...blocked, afterMs: 40_000 });
    await expect(signer.begin({ ...request, usages: ['client auth'] }, attempt)).resolves.toMatchObject({
      kind: 'begun',
    });
    expect(aws).toMatchObject({ issued: [{}, {}], described: 1 });
    await clock.advance(40_000);
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'begun' });
    await expect(signer.begin({ ...request, uid: 'uid-2' }, attempt)).resolves.toMatchObject({ kind: 'begun' });
  });

  test('many denials at once cost one description', async () => {
    const { signer, aws, request, attempt } = createPcaBench();
    aws.issue.splice(0, 1, denied('IssueCertificate'));
    const uids = Array.from({ length: 20 }, (_, index) => `uid-${index}`);
    const outcomes = await Promise.all(uids.map((uid) => signer.begin({ ...request, uid }, attempt)));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['blocked']));
    expect(aws.described).toBe(1);
  });
});

describe('errors of GetCertificate', () => {
  test.each<[Consequence, boolean, object]>([
    ['credentials', true, { kind: 'issuerFault', credentialsRefused: true }],
    ['throttled', true, { kind: 'retry' }],
    ['transient', false, { kind: 'retry' }],
    ['quota', true, { kind: 'blocked', afterMs: 60_000 }],
  ])('%s needs no description', async (consequence, refused, expected) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(awsError('GetCertificate', 'SomeCode', consequence, refused));
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject(expected);
    expect(aws.described).toBe(0);
  });

  test('a denial with a CA that can be described is named, and waits', async () => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(denied('GetCertificate'));
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({
      kind: 'blocked',
      message: expect.stringMatching(/acm-pca:GetCertificate/),
    });
  });

  test('a denial with a CA that cannot be described is the fault of the issuer', async () => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(denied('GetCertificate'));
    aws.describe.unshift(denied('DescribeCertificateAuthority'));
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issuerFault' });
  });

  test.each(['ResourceNotFoundException', 'InvalidArnException', 'ValidationException'])(
    'an ARN that gets %s is not ours, unless AWS gave it to us a moment ago',
    async (code) => {
      const { signer, aws, request, attempt } = createPcaBench();
      aws.get.push(awsError('GetCertificate', code, 'authority'));
      await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({
        kind: 'foreign',
        isUnknown: true,
      });
      await signer.begin(request, attempt);
      await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({
        kind: 'retry',
        outcomeUnknown: false,
      });
    },
  );

  test.each(['garbage', authorityArn, certificateArn.replace('0a1b', '0f0f')])(
    '%s costs no call',
    async (reference) => {
      const { signer, aws, request } = createPcaBench();
      await expect(signer.collect(request, reference)).resolves.toMatchObject({ kind: 'foreign' });
      await expect(signer.adopt(request, reference, 0)).resolves.toMatchObject({ kind: 'foreign' });
      expect(aws).toMatchObject({ fetched: [], described: 0 });
    },
  );
});

describe('the way to the credentials fails', () => {
  const hop = { role: 'arn:aws:iam::111122223333:role/pca', operation: 'AssumeRole' } as const;
  test.each(
    ['ValidationError', 'AccessDenied', 'RegionDisabledException', 'InvalidClientTokenId'].flatMap((code) => [
      [code, 'AssumeRole'] as const,
      [code, 'GetCredentials'] as const,
    ]),
  )('%s of %s is the issuer’s, and no word about the request or its certificate', async (code, operation) => {
    const { signer, aws, request, attempt } = createPcaBench();
    const error = atHop(toAwsError(operation, Object.assign(new Error('what was said'), { name: code })), hop);
    aws.issue.unshift(error);
    aws.get.push(error);
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'issuerFault', code });
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issuerFault', code });
    await expect(signer.adopt(request, certificateArn, 0)).resolves.toMatchObject({ kind: 'issuerFault', code });
    expect(aws.described).toBe(0);
  });
});

describe('adopt', () => {
  const notBefore = new Date('2026-01-02T00:00:00Z');
  const issuedAtMs = notBefore.getTime() + 900_000;

  test.each([
    ['issued after the request was made', issuedAtMs - 5000, 'issued'],
    ['issued in the second of the request', issuedAtMs + 999, 'issued'],
    ['issued before the request was made', issuedAtMs + 1000, 'foreign'],
  ])('%s: %s', async (_, requestedAtMs, kind) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(chainOf(issueLeaf({ notBefore })));
    await expect(signer.adopt(request, certificateArn, requestedAtMs)).resolves.toMatchObject({ kind });
  });

  test.each([
    ['another key', issueLeaf({ key: ecKey() })],
    ['other names', issueLeaf({ extensions: [dnsSan('b.example')] })],
    ['other usages', issueLeaf({ extensions: [dnsSan('a.example')] })],
    ['the past', issueLeaf({ notAfter: new Date('2026-01-02T00:00:00Z') })],
  ])('a certificate with %s fails no request', async (_, other) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(chainOf(other));
    await expect(signer.adopt(request, certificateArn, 0)).resolves.toMatchObject({ kind: 'foreign' });
  });

  test.each<[string, Consequence, string]>([
    ['RequestInProgressException', 'inProgress', 'pending'],
    ['RequestFailedException', 'failed', 'retry'],
    ['ResourceNotFoundException', 'authority', 'foreign'],
    ['ValidationException', 'authority', 'foreign'],
    ['InternalFailure', 'transient', 'retry'],
    ['InvalidStateException', 'authority', 'issuerFault'],
    ['AccessDeniedException', 'denied', 'blocked'],
  ])('%s (%s): %s', async (code, consequence, kind) => {
    const { signer, aws, request } = createPcaBench();
    aws.get.push(awsError('GetCertificate', code, consequence));
    await expect(signer.adopt(request, certificateArn, 0)).resolves.toMatchObject({ kind });
  });
});

describe('pacing', () => {
  test('a call that must wait says for how long, and costs nothing', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench({
      rates: { IssueCertificate: 1, GetCertificate: 1 },
    });
    aws.get.push(chainOf(leaf));
    const other = { ...request, uid: 'uid-2' };
    await signer.begin(request, attempt);
    const waiting = { kind: 'retry', code: 'Pacing', afterMs: 1000, outcomeUnknown: false };
    await expect(signer.begin(other, attempt)).resolves.toMatchObject({
      ...waiting,
      message: expect.stringContaining(account),
    });
    await expect(signer.collect(request, certificateArn)).resolves.toMatchObject({ kind: 'issued' });
    await expect(signer.collect(other, certificateArn)).resolves.toMatchObject(waiting);
    expect(aws).toMatchObject({ issued: [{}], fetched: [certificateArn] });
    await clock.advance(1000);
    await expect(signer.begin(other, attempt)).resolves.toMatchObject({ kind: 'begun' });
    await expect(signer.collect(other, certificateArn)).resolves.toMatchObject({ kind: 'issued' });
  });

  test('whoever waits asks again without its CSR being read', async () => {
    const { signer, aws, request, attempt, clock } = createPcaBench({
      rates: { IssueCertificate: 1, GetCertificate: 1 },
    });
    aws.get.push(chainOf(leaf));
    await signer.begin(request, attempt);
    await signer.collect(request, certificateArn);
    let reads = 0;
    // Each read takes some tenths of a millisecond: parsing, and the check of a signature.
    const other = {
      ...{ ...request, uid: 'uid-2' },
      get csrPem() {
        reads += 1;
        return request.csrPem;
      },
    };
    const ask = {
      begin: () => signer.begin(other, attempt),
      collect: () => signer.collect(other, certificateArn),
      adopt: () => signer.adopt(other, certificateArn, 0),
    };
    await ask.begin();
    await ask.collect();
    const first = reads;
    for (let index = 0; index < 10; index++) {
      await clock.advance(50);
      for (const again of Object.values(ask)) await expect(again()).resolves.toMatchObject({ code: 'Pacing' });
    }
    expect(reads).toBe(first);
    await clock.advance(500);
    await expect(ask.begin()).resolves.toMatchObject({ kind: 'begun' });
    await expect(ask.collect()).resolves.toMatchObject({ kind: 'issued' });
  });

  test('a CSR that cannot be read is refused at once, also where others wait', async () => {
    const { signer, request, attempt } = createPcaBench({ rates: { IssueCertificate: 1 } });
    await signer.begin(request, attempt);
    await expect(signer.begin({ ...request, uid: 'uid-2' }, attempt)).resolves.toMatchObject({ code: 'Pacing' });
    const unreadable = { ...request, uid: 'uid-3', csrPem: 'garbage' };
    await expect(signer.begin(unreadable, attempt)).resolves.toMatchObject({ kind: 'rejected', code: 'InvalidCSR' });
  });

  test('a throttle slows the account down', async () => {
    const { signer, aws, request, attempt } = createPcaBench({ rates: { IssueCertificate: 25 } });
    aws.issue.unshift(awsError('IssueCertificate', 'ThrottlingException', 'throttled'));
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'retry', code: 'ThrottlingException' });
    await expect(signer.begin(request, attempt)).resolves.toMatchObject({ kind: 'retry', code: 'Pacing' });
    expect(aws.issued).toHaveLength(1);
  });
});
