import { describe, expect, test } from '@jest/globals';
import {
  approved,
  certificateRequest,
  startTime,
  withReady,
  withRequestStatus,
} from '../../../test/support/builders.ts';
import { certificate } from '../../../test/support/scripted-signer.ts';
import { failedStatus, issuedStatus, isWritten, type OwnStatus, pendingStatus, withOthers } from './request-status.ts';

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

describe('the whole status', () => {
  const types = ({ conditions = [] }: ReturnType<typeof withOthers>): string[] => conditions.map(({ type }) => type);

  test.each(statuses)('%s is said beside what others say', (_, own) => {
    expect(withOthers(fresh, own)).toEqual({
      ...own,
      conditions: [...(fresh.status?.conditions ?? []), ...own.conditions],
    });
    expect(types(withOthers(fresh, own))).toEqual(['Approved', 'Ready']);
  });

  test.each(statuses)('%s takes the place of what was said before, where it stands', (_, own) => {
    const [approval, ready] = pending.status?.conditions ?? [];
    const [condition] = own.conditions;
    const request = { ...pending, status: { conditions: [ready, approval].filter((known) => known !== undefined) } };
    expect(withOthers(request, own).conditions).toEqual([condition, approval]);
  });

  test.each(statuses)('%s keeps what others wrote, but no failureTime that it does not want', (_, own) => {
    const before = { ca: 'by others', failureTime: startTime, more: 'of a later version' };
    expect(withOthers({ ...pending, status: before }, own)).toEqual({ ca: before.ca, more: before.more, ...own });
  });

  test('issued without a root leaves no ca of before', () => {
    const own = issuedStatus(fresh, { ...certificate, caPem: '' }, later);
    expect(withOthers({ ...pending, status: { ca: 'of another chain' } }, own)).not.toHaveProperty('ca');
  });

  test('of a request without any', () => {
    const { status: _, ...bare } = fresh;
    expect(types(withOthers(bare, pendingStatus(bare, 'because', later)))).toEqual(['Ready']);
  });
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
