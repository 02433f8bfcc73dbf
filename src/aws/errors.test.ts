import * as pca from '@aws-sdk/client-acm-pca';
import * as sts from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { type Consequence, consequences } from './consequences.ts';
import { AwsError, lacksCredentials, toAwsError } from './errors.ts';

/** The codes of every exception class that a client knows. */
function modelled(client: object, base: abstract new (...args: never[]) => unknown): string[] {
  return Object.values(client)
    .filter((value): value is new (options: object) => Error => typeof value === 'function')
    .filter((value) => value !== base && value.prototype instanceof base)
    .map((exception) => new exception({ message: '', $metadata: {} }).name);
}

/** What AWS documents as common to its services, and what the SDK's own retry strategy knows. */
const generic = [
  ...['AccessDeniedException', 'ExpiredTokenException', 'IncompleteSignature', 'InternalFailure'],
  ...['MalformedHttpRequestException', 'NotAuthorized', 'OptInRequired'],
  ...['RequestExpired', 'RequestTimeoutException', 'ServiceUnavailable'],
  ...['ThrottlingException', 'UnknownOperationException', 'UnrecognizedClientException', 'ValidationError'],
  ...['ValidationException', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'InvalidSignatureException'],
  ...['MissingAuthenticationToken', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'TimeoutError'],
  ...['Throttling', 'TooManyRequestsException', 'RequestLimitExceeded', 'SlowDown', 'RequestThrottled'],
  ...['RequestThrottledException', 'BandwidthLimitExceeded', 'RequestTimeTooSkewed', 'RequestInTheFuture'],
];

describe('every code has a consequence', () => {
  const known = [...modelled(pca, pca.ACMPCAServiceException), ...modelled(sts, sts.STSServiceException)];

  test('the clients tell their exceptions', () => expect(known.length).toBeGreaterThan(25));
  test.each([...new Set([...known, ...generic])])('%s', (code) => expect(consequences).toHaveProperty([code]));
});

const answer = (name: string, status: number, message = 'said'): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const network = (code: string, name = 'Error'): Error => Object.assign(new Error('connect'), { name, code });

describe('toAwsError', () => {
  test.each<[string, unknown, string, Consequence, boolean]>([
    ['a modelled error', answer('MalformedCSRException', 400), 'MalformedCSRException', 'request', true],
    ['a generic error', answer('AccessDeniedException', 400), 'AccessDeniedException', 'denied', true],
    ['a throttle', answer('ThrottlingException', 400), 'ThrottlingException', 'throttled', true],
    ['a failure of the service', answer('InternalFailure', 500), 'InternalFailure', 'transient', false],
    [
      'a timeout that the service noticed',
      answer('RequestTimeoutException', 408),
      'RequestTimeoutException',
      'transient',
      false,
    ],
    ['an unknown code', answer('NewException', 400), 'NewException', 'transient', false],
    ['an unknown code with 403', answer('NewException', 403), 'NewException', 'denied', true],
    ['an unknown code with 429', answer('NewException', 429), 'NewException', 'throttled', true],
    ['a code that objects have by birth', answer('constructor', 400), 'constructor', 'transient', false],
    ['a connection cut', network('ECONNRESET', 'TimeoutError'), 'ECONNRESET', 'transient', false],
    ['a connection refused', network('ECONNREFUSED', 'TimeoutError'), 'ECONNREFUSED', 'transient', true],
    ['a name that does not resolve', network('ENOTFOUND'), 'ENOTFOUND', 'transient', true],
    ['a certificate that is not trusted', network('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED', 'transient', false],
    ['an answer that is no JSON', new SyntaxError('Unexpected token'), 'SyntaxError', 'transient', false],
    ['an aborted call', new DOMException('aborted', 'AbortError'), 'AbortError', 'transient', false],
    ['no credentials', network('', 'CredentialsProviderError'), 'CredentialsProviderError', 'transient', true],
    ['no token', network('', 'TokenProviderError'), 'TokenProviderError', 'transient', true],
    ['a source that fails', network('', 'ProviderError'), 'ProviderError', 'transient', true],
    ['an Error without a name of its own', new Error('odd'), 'UnknownError', 'transient', false],
    ['nothing that one should throw', 'odd', 'UnknownError', 'transient', false],
    ['null', null, 'UnknownError', 'transient', false],
  ])('%s', (_, thrown, code, consequence, refused) => {
    const error = toAwsError('IssueCertificate', thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ operation: 'IssueCertificate', code, consequence, refused });
  });

  test('leaves its own errors as they are', () => {
    const error = toAwsError('IssueCertificate', answer('AccessDenied', 403));
    expect(toAwsError('GetCertificate', error)).toBe(error);
  });

  test('tells operation, code and what was said, sanitised', () => {
    const error = toAwsError('IssueCertificate', answer('AccessDenied', 403, 'no (RequestId: 0a1b-2c)'));
    expect(error.message).toBe('IssueCertificate: AccessDenied: no');
    expect(error.cause).toMatchObject({ name: 'AccessDenied' });
  });

  test('keeps no cause that may repeat what was signed', () => {
    const said =
      "does not match.\n\nThe Canonical String for this request should have been\n'POST x-amz-security-token:SECRET'";
    const error = toAwsError('IssueCertificate', answer('SignatureDoesNotMatch', 403, said));
    expect(error.detail).toBe('does not match.');
    expect(error.cause).toBeUndefined();
    expect(`${error.stack}`).not.toContain('SECRET');
  });

  test('nor one that may repeat what the source of the credentials answered', () =>
    expect(toAwsError('IssueCertificate', network('', 'CredentialsProviderError')).cause).toBeUndefined());

  test.each([
    ['CredentialsProviderError', true],
    ['TokenProviderError', true],
    ['ProviderError', true],
    ['ENOTFOUND', false],
    ['ExpiredTokenException', false],
  ])('lacksCredentials: %s is %s', (name, expected) =>
    expect(lacksCredentials(toAwsError('IssueCertificate', network('', name)))).toBe(expected),
  );
});
