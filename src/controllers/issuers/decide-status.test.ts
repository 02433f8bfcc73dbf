import { describe, expect, test } from '@jest/globals';
import {
  authorityArn,
  issuer,
  startTime,
  withIssuerReady,
  withIssuerStatus,
  withMetadata,
} from '../../../test/support/builders.ts';
import { decideStatus, graceMs, type IssuerFinding } from './decide-status.ts';

const now = Date.parse('2026-01-02T04:00:00Z');
const nowTime = '2026-01-02T04:00:00Z';
const minute = 60_000;

const nameless = {
  arn: authorityArn,
  type: 'ROOT',
  status: 'ACTIVE',
  keyAlgorithm: 'RSA_2048',
  signingAlgorithm: 'SHA256WITHRSA',
  usageMode: 'GENERAL_PURPOSE',
  notAfter: new Date('2030-01-01T00:00:00.900Z'),
};
const authority = { ...nameless, subject: 'CN=root' };
const identity = { arn: 'arn:aws:sts::111122223333:assumed-role/pca', account: '111122223333' };
const passed: IssuerFinding = {
  kind: 'checked',
  check: { kind: 'ready', authority, identity },
  source: 'Secret team/key',
};
const hiccup: IssuerFinding = {
  kind: 'checked',
  check: {
    kind: 'unknown',
    code: 'ThrottlingException',
    reason: 'Unreachable',
    message: 'AWS could not be asked; it is tried again.',
  },
  source: 'Secret team/key',
};
const fresh = issuer('i', withMetadata({ generation: 3 }));
const ready = issuer('i', withMetadata({ generation: 3 }), withIssuerReady());

describe('a check that passed', () => {
  test('makes the issuer Ready, and tells what was found', () => {
    const decision = decideStatus(fresh, passed, now, 0);
    expect(decision).toEqual({
      ready: true,
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'Verified',
            message: 'Issuer verified',
            observedGeneration: 3,
            lastTransitionTime: nowTime,
          },
        ],
        identity: { ...identity, source: 'Secret team/key' },
        certificateAuthority: { ...authority, notAfter: '2030-01-01T00:00:00Z' },
      },
    });
  });

  test('names a CA without subject by its id', () => {
    const finding: IssuerFinding = { ...passed, check: { kind: 'ready', authority: nameless, identity } };
    expect(decideStatus(fresh, finding, now, 0).status.certificateAuthority?.subject).toBe(
      '11111111-2222-3333-4444-555555555555',
    );
  });

  test('keeps the transition time of an issuer that was Ready, whatever its generation', () => {
    const changed = issuer('i', withMetadata({ generation: 4 }), withIssuerReady({ observedGeneration: 3 }));
    const { status } = decideStatus(changed, passed, now, 0);
    expect(status.conditions).toMatchObject([{ observedGeneration: 4, lastTransitionTime: startTime }]);
  });
});

describe('what turns an issuer at once, however fresh its Ready is', () => {
  const notReady = (more: object): IssuerFinding => ({
    kind: 'checked',
    check: { kind: 'notReady', code: 'CertificateAuthorityDisabled', message: 'm', credentialsRefused: false, ...more },
    source: 's',
  });

  test.each<[string, IssuerFinding, string, number | undefined]>([
    ['a faulty spec', { kind: 'invalid', reason: 'Validation', message: 'm' }, 'Validation', undefined],
    ['credentials that are not allowed', { kind: 'invalid', reason: 'Error', message: 'm' }, 'Error', undefined],
    ['a missing object', { kind: 'missing', message: 'm' }, 'Error', 2_000],
    [
      'a missing token',
      { kind: 'checked', check: { kind: 'missing', code: 'ServiceAccountNotFound', message: 'm' }, source: 's' },
      'Error',
      2_000,
    ],
    ['a CA that cannot issue', notReady({}), 'CertificateAuthorityDisabled', 60_000],
    [
      'credentials that AWS refuses',
      notReady({ code: 'CredentialsRefused', credentialsRefused: true }),
      'CredentialsRefused',
      2_000,
    ],
  ])('%s', (_, finding, reason, recheckMs) => {
    const decision = decideStatus(ready, finding, now, 0);
    expect(decision.ready).toBe(false);
    expect(decision.recheckMs).toBe(recheckMs);
    expect(decision.status.conditions).toEqual([
      { type: 'Ready', status: 'False', reason, message: 'm', observedGeneration: 3, lastTransitionTime: nowTime },
    ]);
  });

  test.each([
    [1_000, 2_000],
    [5_000, 5_000],
    [60_000, 15_000],
  ])('after %i ms something that is missing is looked for after %i ms', (lastingMs, recheckMs) =>
    expect(decideStatus(ready, { kind: 'missing', message: 'm' }, now, lastingMs)).toMatchObject({ recheckMs }),
  );

  test('it tells as much of identity and CA as was found out', () => {
    const { status } = decideStatus(ready, notReady({ identity, authority }), now, 0);
    expect(status).toMatchObject({
      identity: { ...identity, source: 's' },
      certificateAuthority: { arn: authorityArn },
    });
    expect(decideStatus(ready, notReady({}), now, 0).status).not.toHaveProperty('identity');
  });
});

describe('a check that could not ask', () => {
  test.each([
    ['a Ready issuer stays as it is, when it is the first', ready, 0, true],
    ['and for a quarter of an hour', ready, graceMs - 1, true],
    ['but no longer', ready, graceMs, false],
    ['an issuer that was never checked stays not ready', fresh, 0, false],
    [
      'so does one whose spec changed',
      issuer('i', withMetadata({ generation: 3 }), withIssuerReady({ observedGeneration: 2 })),
      0,
      false,
    ],
    [
      'so does one that was not Ready',
      issuer('i', withMetadata({ generation: 3 }), withIssuerReady({ status: 'False' })),
      0,
      false,
    ],
  ])('%s', (_, before, failingForMs, stays) => {
    const { status, ready: isReady } = decideStatus(before, hiccup, now, failingForMs);
    expect(isReady).toBe(stays);
    if (stays) expect(status).toBe(before.status);
    else expect(status.conditions).toMatchObject([{ status: 'False', reason: 'Unreachable', observedGeneration: 3 }]);
  });

  const seenOnce = issuer('i', withIssuerStatus({ certificateAuthority: { arn: authorityArn } }));
  test.each([
    [0, 10_000, 10_000],
    [25_000, 25_000, 10_000],
    [3_600_000, 60_000, 10_000],
  ])('after %i ms comes again after %i ms where no CA was ever seen, else after %i ms', (lastingMs, never, once) => {
    expect(decideStatus(fresh, hiccup, now, lastingMs)).toMatchObject({ recheckMs: never });
    expect(decideStatus(seenOnce, hiccup, now, lastingMs)).toMatchObject({ recheckMs: once });
    const elsewhere = { ...seenOnce, spec: { ...seenOnce.spec, arn: authorityArn.replace('eu-west-1', 'nowhere') } };
    expect(decideStatus(elsewhere, hiccup, now, lastingMs)).toMatchObject({ recheckMs: never });
  });

  test('the grace is fifteen minutes', () => {
    expect(graceMs).toBe(15 * minute);
  });

  test('says the same each time', () => {
    const first = decideStatus(fresh, hiccup, now, 0).status;
    const again = decideStatus({ ...fresh, status: first }, hiccup, now + 3 * minute, 0).status;
    expect(again).toEqual(first);
  });

  test('keeps what was seen before, also when its time is over', () => {
    const seen = { identity: { ...identity, source: 'Secret team/key' }, certificateAuthority: { arn: authorityArn } };
    const before = { ...ready, status: { ...ready.status, ...seen } };
    expect(decideStatus(before, hiccup, now, graceMs).status).toMatchObject(seen);
  });

  test('a Secret that could not be read is no different', () => {
    const finding: IssuerFinding = { kind: 'unknown', message: 'failed to retrieve secret: it is tried again.' };
    expect(decideStatus(ready, finding, now, 0)).toMatchObject({ ready: true, status: ready.status });
    expect(decideStatus(fresh, finding, now, 0).status.conditions).toMatchObject([
      { status: 'False', reason: 'Unreachable', message: 'failed to retrieve secret: it is tried again.' },
    ]);
  });
});
