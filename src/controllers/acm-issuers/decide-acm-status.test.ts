import { describe, expect, test } from '@jest/globals';
import {
  clusterIssuer,
  startTime,
  withIssuerReady,
  withIssuerStatus,
  withMetadata,
} from '../../../test/support/builders.ts';
import { graceMs } from '../issuers/decide-status.ts';
import { type AcmFinding, decideAcmStatus, kindOfFinding } from './decide-acm-status.ts';
import type { ObstacleKind } from './obstacle.ts';

const now = Date.parse('2026-01-02T04:00:00Z');
const nowTime = '2026-01-02T04:00:00Z';
const identity = { arn: 'arn:aws:sts::111122223333:assumed-role/a', account: '111122223333', source: 'ambient' };
const acm = { subject: 'acme-endpoint/1', account: { url: 'https://a/acct/1', status: 'valid' } };
const fresh = clusterIssuer('i', withMetadata({ generation: 3 }));
const known = clusterIssuer(
  'i',
  withMetadata({ generation: 3 }),
  withIssuerReady(),
  withIssuerStatus({ identity, acm }),
);
const met = (kind: ObstacleKind, more: Partial<AcmFinding['obstacle'] & object> = {}): AcmFinding => ({
  seen: {},
  obstacle: { kind, reason: 'Because', message: 'It is so.', ...more },
});
const condition = (status: string, reason: string, message: string, lastTransitionTime: string) => ({
  ...{ type: 'Ready', status, reason, message, lastTransitionTime, observedGeneration: 3 },
});

test('without obstacle it is Ready', () => {
  expect(decideAcmStatus(fresh, { seen: acm, identity }, now, 0)).toEqual({
    ready: true,
    status: { conditions: [condition('True', 'Verified', 'Issuer verified', nowTime)], identity, acm },
  });
});

test('a concern is told, and looked at again soon', () => {
  const decision = decideAcmStatus(known, { seen: acm, concern: 'a.example: May not.', afterMs: 700 }, now, 0);
  expect(decision).toMatchObject({ ready: true, recheckMs: 700 });
  expect(decision.status.conditions).toEqual([
    condition('True', 'Verified', 'Issuer verified. a.example: May not.', startTime),
  ]);
});

test('what was not found out stays as it was', () => {
  const seen = { account: { url: 'https://a/acct/2', status: 'valid' } };
  expect(decideAcmStatus(known, { ...met('notReady'), seen }, now, 0).status).toMatchObject({
    conditions: [{ status: 'False' }],
    identity,
    acm: { subject: 'acme-endpoint/1', account: { url: 'https://a/acct/2' } },
  });
});

describe('with an obstacle', () => {
  test.each([
    ['missing', {}, 0, 2_000],
    ['missing', {}, 8_000, 8_000],
    ['missing', {}, 60_000, 15_000],
    ['notReady', {}, 0, 60_000],
    ['notReady', { afterMs: 15_000 }, 0, 15_000],
    ['notReady', { afterMs: 3_600_000 }, 0, 60_000],
    ['notReady', { credentialsRefused: true }, 0, 2_000],
    ['onItsWay', {}, 0, 1_000],
    ['onItsWay', {}, 40_000, 10_000],
    ['onItsWay', {}, 4_000_000, 60_000],
    ['onItsWay', { afterMs: 1_234 }, 0, 1_234],
    ['unknown', {}, 0, 10_000],
    ['unknown', { afterMs: 50 }, 0, 50],
  ] as const)('%s %j after %d ms: again in %d', (kind, more, lastingMs, recheckMs) => {
    expect(decideAcmStatus(fresh, met(kind, more), now, lastingMs)).toEqual({
      ready: false,
      recheckMs,
      status: { conditions: [condition('False', 'Because', 'It is so.', nowTime)] },
    });
  });

  test('that nothing but a change mends: not again', () => {
    const finding: AcmFinding = { seen: {}, obstacle: { kind: 'invalid', reason: 'Validation', message: 'No.' } };
    expect(decideAcmStatus(fresh, finding, now, 0)).toEqual({
      ready: false,
      status: { conditions: [condition('False', 'Validation', 'No.', nowTime)] },
    });
  });
});

describe('when nobody answers', () => {
  test('a Ready outlives it for a while', () => {
    const decision = decideAcmStatus(known, met('unknown'), now, graceMs - 1);
    expect(decision).toEqual({ ready: true, recheckMs: 10_000, status: known.status });
  });

  test('and then not', () => {
    expect(decideAcmStatus(known, met('unknown'), now, graceMs)).toMatchObject({
      ready: false,
      status: { identity, acm },
    });
  });

  test('nor does one of another generation', () => {
    const changed = clusterIssuer('i', withMetadata({ generation: 4 }), withIssuerReady({ observedGeneration: 3 }));
    expect(decideAcmStatus(changed, met('unknown'), now, 0).ready).toBe(false);
  });
});

test('findings are the same as long as they say the same', () => {
  expect(kindOfFinding({ seen: {} })).toBe('ready');
  expect(kindOfFinding(met('missing'))).toBe(kindOfFinding(met('missing', { afterMs: 5 })));
  expect(kindOfFinding(met('missing'))).not.toBe(kindOfFinding(met('missing', { message: 'Else.' })));
});

test('whatever kept it from being found out is the same: the time for which a Ready outlives it does not begin anew', () => {
  const timeout = met('unknown', { message: 'AWS could not be asked (ETIMEDOUT).' });
  const reset = met('unknown', { reason: 'CredentialsUnavailable', message: 'AWS could not be asked (ECONNRESET).' });
  expect(kindOfFinding(timeout)).toBe(kindOfFinding(reset));
});
