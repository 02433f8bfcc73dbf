import { describe, expect, test } from '@jest/globals';
import { awsError } from '../../../test/support/pca-bench.ts';
import type { Consequence } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import { type Asker, explainAws, isAwsConflict, isAwsNotFound } from './explain-aws.ts';

const identity = 'arn:aws:iam::111122223333:role/issuer';
const asker: Asker = { identity, roles: [], region: 'eu-west-1', tokenOwner: undefined };
const explained = (operation: string, code: string, consequence: Consequence, who: Partial<Asker> = {}) =>
  explainAws(awsError(operation, code, consequence), { ...asker, ...who });

describe('what follows from an error of AWS', () => {
  test.each<[Consequence, string, string, string]>([
    ['throttled', 'ThrottlingException', 'unknown', 'Unreachable'],
    ['transient', 'InternalServerException', 'unknown', 'Unreachable'],
    ['inProgress', 'X', 'unknown', 'Unreachable'],
    ['failed', 'X', 'unknown', 'Unreachable'],
    ['quota', 'ServiceQuotaExceededException', 'notReady', 'QuotaExceeded'],
    ['credentials', 'ExpiredTokenException', 'notReady', 'CredentialsRefused'],
    ['denied', 'AccessDeniedException', 'notReady', 'AccessDenied'],
    ['authority', 'ConflictException', 'notReady', 'Error'],
    ['request', 'ValidationException', 'notReady', 'Error'],
  ])('%s (%s): %s, %s', (consequence, code, kind, reason) =>
    expect(explained('DescribeAcmeEndpoint', code, consequence)).toMatchObject({ kind, reason }),
  );

  test('only refused credentials are fetched anew', () => {
    expect(explained('GetCallerIdentity', 'ExpiredTokenException', 'credentials').credentialsRefused).toBe(true);
    expect(explained('GetCallerIdentity', 'AccessDenied', 'denied')).not.toHaveProperty('credentialsRefused');
  });

  test('a turn that has not come is waited for as long as it takes', () => {
    const held = new HeldBack(awsError('ListAcmeEndpoints', 'Pacing', 'throttled'), 700);
    expect(explainAws(held, asker)).toMatchObject({ kind: 'unknown', reason: 'Unreachable', afterMs: 700 });
  });

  test.each<[Consequence, object]>([
    ['credentials', { kind: 'missing', reason: 'Error' }],
    ['transient', { kind: 'unknown', reason: 'CredentialsUnavailable' }],
  ])("a ServiceAccount's token: %s", (consequence, expected) =>
    expect(explained('TokenRequest', 'X', consequence)).toMatchObject(expected),
  );
});

describe('the message', () => {
  test.each<[string, string, Consequence, RegExp]>([
    [
      'CreateAcmeEndpoint',
      'AccessDeniedException',
      'denied',
      /role\/issuer may not call acm:CreateAcmeEndpoint .* Allow it acm:CreateAcmeEndpoint\./,
    ],
    ['CreateAcmeExternalAccountBinding', 'AccessDeniedException', 'denied', /and iam:PassRole on the role/],
    [
      'CreateAcmeExternalAccountBinding',
      'ValidationException',
      'request',
      /its trust policy has to allow acm-acme\.amazonaws\.com/,
    ],
    [
      'CreateAcmeEndpoint',
      'ServiceQuotaExceededException',
      'quota',
      /ACM in eu-west-1 is used up: ACME endpoints \(50 unless raised\)/,
    ],
    [
      'CreateAcmeDomainValidation',
      'ServiceQuotaExceededException',
      'quota',
      /domain validations of an endpoint \(1,500/,
    ],
    ['TagResource', 'ServiceQuotaExceededException', 'quota', /used up: what TagResource makes/],
    [
      'GetCallerIdentity',
      'ExpiredTokenException',
      'credentials',
      /does not accept the credentials .* Renew the access key/,
    ],
    [
      'ListAcmeEndpoints',
      'ThrottlingException',
      'throttled',
      /could not be asked in region eu-west-1 \(ListAcmeEndpoints: ThrottlingException\)/,
    ],
  ])('of %s with %s', (operation, code, consequence, message) =>
    expect(explained(operation, code, consequence).message).toMatch(message),
  );

  test('without a known identity', () =>
    expect(explained('ListAcmeEndpoints', 'AccessDeniedException', 'denied', { identity: undefined }).message).toMatch(
      /^The identity in use may not call/,
    ));
});

test('what is not there, and what somebody else is at, are told by their codes', () => {
  const [missing, conflict] = [
    awsError('DescribeAcmeEndpoint', 'ResourceNotFoundException', 'authority'),
    awsError('DeleteAcmeEndpoint', 'ConflictException', 'authority'),
  ];
  expect([missing, conflict, new Error('ConflictException')].map(isAwsNotFound)).toEqual([true, false, false]);
  expect([missing, conflict, new Error('ConflictException')].map(isAwsConflict)).toEqual([false, true, false]);
});
