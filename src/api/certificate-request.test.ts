import { describe, expect, test } from '@jest/globals';
import type {
  CertificateRequest,
  CertificateRequestCondition,
  CertificateRequestStatus,
} from './certificate-request.ts';
import {
  approvedAt,
  hasCertificate,
  hasSpec,
  isApproved,
  isDenied,
  isFinished,
  isInvalid,
  readyCondition,
} from './certificate-request.ts';

function requestWith(status?: CertificateRequestStatus): CertificateRequest {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name: 'r', namespace: 'n', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-02T03:04:05Z' },
    ...(status === undefined ? {} : { status }),
  };
}
const withConditions = (...conditions: CertificateRequestCondition[]): CertificateRequest =>
  requestWith({ conditions });

describe.each([
  ['Approved', isApproved],
  ['Denied', isDenied],
  ['InvalidRequest', isInvalid],
] as const)('%s', (type, predicate) => {
  test.each([
    ['no status', requestWith(), false],
    ['no conditions', requestWith({}), false],
    ['True', withConditions({ type, status: 'True' }), true],
    ['False', withConditions({ type, status: 'False' }), false],
    ['Unknown', withConditions({ type, status: 'Unknown' }), false],
    ['another type', withConditions({ type: 'Other', status: 'True' }), false],
  ])('%s', (_name, request, expected) => {
    expect(predicate(request)).toBe(expected);
  });
});

test.each([
  ['not approved', requestWith(), undefined],
  ['approved without a time', withConditions({ type: 'Approved', status: 'True' }), undefined],
  ['approved', withConditions({ type: 'Approved', status: 'True', lastTransitionTime: 't' }), 't'],
  ['approval False', withConditions({ type: 'Approved', status: 'False', lastTransitionTime: 't' }), undefined],
])('approvedAt: %s', (_name, request, expected) => {
  expect(approvedAt(request)).toBe(expected);
});

describe('isFinished', () => {
  const ready = (status: 'True' | 'False' | 'Unknown', reason?: string): CertificateRequest =>
    withConditions({ type: 'Ready', status, ...(reason === undefined ? {} : { reason }) });
  test.each([
    ['nothing said', requestWith(), undefined, false],
    ['only approved', withConditions({ type: 'Approved', status: 'True' }), undefined, false],
    ['pending', ready('False', 'Pending'), 'Pending', false],
    ['initializing', ready('Unknown', 'Initializing'), 'Initializing', false],
    ['False without reason', ready('False'), undefined, false],
    ['issued', ready('True', 'Issued'), 'Issued', true],
    ['issued by reason alone', ready('False', 'Issued'), 'Issued', true],
    ['True with an unknown reason', ready('True', 'Whatever'), 'Whatever', true],
    ['failed', ready('False', 'Failed'), 'Failed', true],
    ['denied', ready('False', 'Denied'), 'Denied', true],
  ])('%s', (_name, request, reason, expected) => {
    expect(isFinished(request)).toBe(expected);
    expect(readyCondition(request)?.reason).toBe(reason);
  });
});

test.each([
  [requestWith(), false],
  [requestWith({ certificate: '' }), false],
  [requestWith({ certificate: 'AA==' }), true],
])('hasCertificate %#', (request, expected) => {
  expect(hasCertificate(request)).toBe(expected);
});

test('hasSpec tells a request that asks for something', () => {
  expect(hasSpec(requestWith())).toBe(false);
  expect(hasSpec({ ...requestWith(), spec: { request: '', issuerRef: { name: 'i' } } })).toBe(true);
});
