import { describe, expect, test } from '@jest/globals';
import { AwsError, type Consequence } from '../../aws/errors.ts';
import { toSetback } from './setbacks.ts';

const failure = (consequence: Consequence, refused = true): AwsError =>
  new AwsError('IssueCertificate', 'SomeCode', consequence, 'what was said', refused, undefined);

describe('toSetback', () => {
  test.each<[Consequence, object]>([
    ['request', { kind: 'rejected' }],
    ['authority', { kind: 'issuerFault', credentialsRefused: false }],
    ['denied', { kind: 'issuerFault', credentialsRefused: false }],
    ['credentials', { kind: 'issuerFault', credentialsRefused: true }],
    ['throttled', { kind: 'retry', outcomeUnknown: false }],
    ['quota', { kind: 'blocked', afterMs: 60_000 }],
    ['transient', { kind: 'retry', outcomeUnknown: false }],
    ['inProgress', { kind: 'retry', outcomeUnknown: false }],
    ['failed', { kind: 'retry', outcomeUnknown: false }],
  ])('%s', (consequence, expected) => {
    const setback = toSetback(failure(consequence));
    expect(setback).toMatchObject({ ...expected, code: 'SomeCode' });
    expect(setback.message).toContain('IssueCertificate');
  });

  test('a call that may have been carried out is one whose outcome is unknown', () => {
    expect(toSetback(failure('transient', false))).toMatchObject({ kind: 'retry', outcomeUnknown: true });
  });

  test.each<Consequence>(['request', 'authority', 'denied', 'credentials', 'quota'])(
    '%s tells what AWS said',
    (consequence) => expect(toSetback(failure(consequence)).message).toContain('what was said'),
  );

  test.each<Consequence>(['authority', 'denied', 'credentials'])(
    'on the way to the credentials %s is the issuer’s fault, never the request’s',
    (consequence) => {
      const hop = { role: 'r', operation: 'AssumeRole' } as const;
      const error = new AwsError('AssumeRole', 'ValidationError', consequence, 'what was said', true, undefined, hop);
      expect(toSetback(error)).toMatchObject({ kind: 'issuerFault' });
    },
  );

  test.each<[Consequence, object]>([
    ['credentials', { kind: 'issuerFault', credentialsRefused: true }],
    ['transient', { kind: 'retry', outcomeUnknown: false }],
  ])('a ServiceAccount without a token is told in its own words: %s', (consequence, expected) => {
    const error = new AwsError('TokenRequest', 'SomeCode', consequence, 'what was said', true, undefined);
    expect(toSetback(error)).toEqual({ ...expected, code: 'SomeCode', message: 'what was said' });
  });

  test('a source of credentials that does not answer is told apart from AWS', () => {
    const error = new AwsError(
      'IssueCertificate',
      'CredentialsProviderError',
      'transient',
      'no answer',
      true,
      undefined,
    );
    expect(toSetback(error)).toMatchObject({ kind: 'retry', outcomeUnknown: false });
    expect(toSetback(error).message).toContain('credentials did not answer');
  });
});
