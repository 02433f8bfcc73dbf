import { describe, expect, test } from '@jest/globals';
import {
  approved,
  certificateRequest,
  startTime,
  withReady,
  withRequestStatus,
} from '../../../test/support/builders.ts';
import { certificate } from '../../../test/support/scripted-signer.ts';
import { failedStatus, issuedStatus, isWritten, type OwnStatus, pendingStatus } from './request-status.ts';

const laterTime = '2026-01-02T03:10:00Z';
const later = Date.parse(laterTime) + 999;
const fresh = certificateRequest('cr1', approved());
const pending = certificateRequest('cr1', approved(), withReady('False', 'Pending', 'because', startTime));

const statuses: [string, OwnStatus][] = [
  ['issued', issuedStatus(fresh, certificate, later)],
  ['pending', pendingStatus(fresh, 'because', later)],
  ['failed', failedStatus(fresh, 'Failed', 'because', later)],
  ['denied', failedStatus(fresh, 'Denied', 'because', later)],
];

test.each(statuses)('%s speaks of Ready alone: Approved and Denied are others’', (_, { conditions }) => {
  expect(conditions.map(({ type }) => type)).toEqual(['Ready']);
});

test.each(statuses)('%s has a failureTime exactly if cert-manager is to retry', (name, status) => {
  expect(status.failureTime).toBe(['failed', 'denied'].includes(name) ? laterTime : undefined);
});

describe('the issued status', () => {
  test('holds certificate and ca in base64', () => {
    const { certificate: chain, ca, conditions } = issuedStatus(fresh, certificate, later);
    expect(Buffer.from(chain ?? '', 'base64').toString()).toBe(certificate.chainPem);
    expect(Buffer.from(ca ?? '', 'base64').toString()).toBe(certificate.caPem);
    expect(conditions).toEqual([
      {
        type: 'Ready',
        status: 'True',
        reason: 'Issued',
        message: 'certificate issued',
        lastTransitionTime: laterTime,
      },
    ]);
  });

  test('has no ca where none is known', () => {
    expect(issuedStatus(fresh, { ...certificate, caPem: '' }, later)).not.toHaveProperty('ca');
  });
});

describe('lastTransitionTime', () => {
  test.each<[string, OwnStatus, string]>([
    ['is now at first', pendingStatus(fresh, 'because', later), laterTime],
    ['stays while only the message changes', pendingStatus(pending, 'other', later), startTime],
    ['stays while only the reason changes', failedStatus(pending, 'Failed', 'other', later), startTime],
    ['moves with the status', issuedStatus(pending, certificate, later), laterTime],
  ])('%s', (_, { conditions: [condition] }, expected) => {
    expect(condition.lastTransitionTime).toBe(expected);
  });
});

describe('a status is written already', () => {
  test.each<[string, OwnStatus, boolean]>([
    ['when status, reason and message are the same', pendingStatus(pending, 'because', later), true],
    ['not when the message differs', pendingStatus(pending, 'other', later), false],
    ['not when the reason differs', failedStatus(pending, 'Failed', 'because', later), false],
    ['not when the status differs', issuedStatus(pending, certificate, later), false],
  ])('%s', (_, wanted, expected) => {
    expect(isWritten(pending, wanted)).toBe(expected);
  });

  test('not when there is no condition', () => {
    expect(isWritten(fresh, pendingStatus(fresh, 'because', later))).toBe(false);
  });

  test('not when the certificate is missing', () => {
    const wanted = issuedStatus(fresh, certificate, later);
    const told = certificateRequest('cr1', withReady('True', 'Issued', 'certificate issued'));
    expect(isWritten(told, wanted)).toBe(false);
    const { certificate: chain = '' } = wanted;
    expect(isWritten({ ...told, ...withRequestStatus({ certificate: chain })(told) }, wanted)).toBe(true);
  });
});
