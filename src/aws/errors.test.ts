import * as acm from '@aws-sdk/client-acm';
import * as pca from '@aws-sdk/client-acm-pca';
import * as route53 from '@aws-sdk/client-route-53';
import * as sts from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { type Consequence, consequenceOf, errorTable } from './consequences.ts';
import { type CredentialRequestCode, CredentialRequestError } from './credential-request-error.ts';
import { atHop, AwsError, isBeforeTheCall, lacksCredentials, toAwsError } from './errors.ts';

/** The codes of every exception class that a client knows. */
function modelled(client: object, base: abstract new (...args: never[]) => unknown): string[] {
  return Object.values(client)
    .filter((value): value is new (options: object) => Error => typeof value === 'function')
    .filter((value) => value !== base && value.prototype instanceof base)
    .map((exception) => new exception({ message: '', $metadata: {} }).name);
}

/** AWS's common errors pages, of ACM PCA and STS, as of now and as they were. */
const documented = [
  ...['AccessDeniedException', 'ExpiredTokenException', 'IncompleteSignature', 'InternalFailure', 'InvalidAction'],
  ...['InvalidClientTokenId', 'InvalidParameterCombination', 'InvalidParameterValue', 'InvalidQueryParameter'],
  ...['MalformedHttpRequestException', 'MalformedQueryString', 'MissingAction', 'MissingAuthenticationToken'],
  ...['MissingParameter', 'NotAuthorized', 'OptInRequired', 'RequestAbortedException'],
  ...['RequestEntityTooLargeException', 'RequestExpired', 'RequestTimeoutException', 'ServiceUnavailable'],
  ...['ThrottlingException', 'UnknownOperationException', 'UnrecognizedClientException', 'ValidationError'],
  ...['ValidationException', 'SignatureDoesNotMatch', 'AccessDenied', 'ExpiredToken', 'SerializationException'],
];

/** What Node says when there is no connection. https://nodejs.org/api/errors.html */
const network = [
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['AbortError', 'CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
];

/** By what the SDK's own retries tell clocks that are wrong and throttles: constants.js of @smithy/service-error-classification. */
const retried = [
  ...['AuthFailure', 'InvalidSignatureException', 'RequestInTheFuture', 'RequestTimeTooSkewed'],
  ...['BandwidthLimitExceeded', 'EC2ThrottledException', 'LimitExceededException', 'PriorRequestNotComplete'],
  ...['ProvisionedThroughputExceededException', 'RequestLimitExceeded', 'RequestThrottled', 'SlowDown'],
  ...['RequestThrottledException', 'ThrottledException', 'Throttling', 'TooManyRequestsException'],
  ...['TransactionInProgressException', 'TimeoutError', 'RequestTimeout'],
];

const tokenCodes: Readonly<Record<CredentialRequestCode, Consequence>> = {
  ServiceAccountNotFound: 'credentials',
  TokenRequestForbidden: 'credentials',
  TokenRequestRefused: 'credentials',
  TokenRequestFailed: 'transient',
};
/** What our own errors say, and Node's proxy agent. */
const own = [
  ...[...Object.keys(tokenCodes), 'EndpointError', 'NoFipsEndpoint', 'NoAcmeInPartition', 'Pacing'],
  ...['ERR_PROXY_TUNNEL', 'IncompleteAnswer'],
];

describe('every code has a row', () => {
  const models = {
    pca: modelled(pca, pca.ACMPCAServiceException),
    sts: modelled(sts, sts.STSServiceException),
    acm: modelled(acm, acm.ACMServiceException),
    route53: modelled(route53, route53.Route53ServiceException),
  };
  const known = Object.values(models).flat();
  const all = [known, documented, network, retried, own].flat();

  test('the clients tell their exceptions', () => {
    expect(models.pca.length).toBeGreaterThan(15);
    expect(models.sts.length).toBeGreaterThan(8);
    expect(models.acm.length).toBeGreaterThan(15);
    expect(models.route53.length).toBeGreaterThan(60);
  });
  test.each([...new Set(all)])('%s', (code) => expect(errorTable).toHaveProperty([code]));

  test('and no row is of a code that its origin does not know', () => {
    const unknownTo = (origin: string, codes: readonly string[]): string[] =>
      Object.keys(errorTable).filter((code) => errorTable[code]?.origin === origin && !codes.includes(code));
    // ACM PCA answers it, though its model does not have it.
    expect(unknownTo('pca', models.pca)).toEqual(['ValidationException']);
    expect(unknownTo('acm', models.acm)).toEqual([]);
    expect(unknownTo('route53', models.route53)).toEqual([]);
    expect(unknownTo('unmet', known)).toEqual([]);
  });
});

describe('what a code means depends on the call', () => {
  test.each<[string, string, Consequence]>([
    ['IssueCertificate', 'ValidationException', 'request'],
    ['GetCertificate', 'ValidationException', 'authority'],
    ['DescribeCertificateAuthority', 'ValidationException', 'authority'],
    ['AssumeRole', 'ValidationError', 'authority'],
    ['GetCallerIdentity', 'ValidationError', 'authority'],
    ['CreateAcmeEndpoint', 'ValidationException', 'authority'],
    ['CreateAcmeDomainValidation', 'ConflictException', 'inProgress'],
    ['CreateAcmeDomainValidation', 'ServiceQuotaExceededException', 'quota'],
    ['DescribeAcmeEndpoint', 'ResourceNotFoundException', 'authority'],
    ['ChangeResourceRecordSets', 'PriorRequestNotComplete', 'throttled'],
    ['ChangeResourceRecordSets', 'Throttling', 'throttled'],
    ['ChangeResourceRecordSets', 'InvalidChangeBatch', 'authority'],
    ['ListResourceRecordSets', 'NoSuchHostedZone', 'authority'],
    ['ListHostedZonesByName', 'AccessDenied', 'denied'],
  ])('%s: %s', (operation, code, consequence) => expect(consequenceOf(operation, code)).toBe(consequence));

  test('only IssueCertificate can find fault with a request', () => {
    const ofRequests = Object.entries(errorTable).filter(([, row]) => row.consequence === 'request');
    const places = Object.values(errorTable).flatMap(({ at = {} }) => Object.keys(at));
    expect(ofRequests).toEqual([]);
    expect(new Set(places)).toEqual(new Set(['IssueCertificate']));
  });
});

const answer = (name: string, status: number, message = 'said'): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
const failing = (code: string, name = 'Error'): Error => Object.assign(new Error('connect'), { name, code });

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
    ['a connection cut', failing('ECONNRESET', 'TimeoutError'), 'ECONNRESET', 'transient', false],
    ['a connection refused', failing('ECONNREFUSED', 'TimeoutError'), 'ECONNREFUSED', 'transient', true],
    ['a name that does not resolve', failing('ENOTFOUND'), 'ENOTFOUND', 'transient', true],
    ['a certificate that is not trusted', failing('CERT_HAS_EXPIRED'), 'CERT_HAS_EXPIRED', 'transient', true],
    ['an answer that is no JSON', new SyntaxError('Unexpected token'), 'SyntaxError', 'transient', false],
    ['an aborted call', new DOMException('aborted', 'AbortError'), 'AbortError', 'transient', false],
    ['no credentials', failing('', 'CredentialsProviderError'), 'CredentialsProviderError', 'transient', true],
    ['no token', failing('', 'TokenProviderError'), 'TokenProviderError', 'transient', true],
    ['a source that fails', failing('', 'ProviderError'), 'ProviderError', 'transient', true],
    ['an Error without a name of its own', new Error('odd'), 'UnknownError', 'transient', false],
    ['nothing that one should throw', 'odd', 'UnknownError', 'transient', false],
    ['null', null, 'UnknownError', 'transient', false],
  ])('%s', (_, thrown, code, consequence, refused) => {
    const error = toAwsError('IssueCertificate', thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({ operation: 'IssueCertificate', code, consequence, refused });
  });

  test.each(['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCredentials'])(
    'an error of %s, which comes before the call: that was not made',
    (operation) => {
      const error = toAwsError(operation, answer('InternalFailure', 500));
      expect(error).toMatchObject({ operation, refused: true });
      expect(isBeforeTheCall(error)).toBe(true);
    },
  );

  test.each(Object.entries(tokenCodes))('a token that cannot be had: %s', (code, consequence) => {
    const thrown = new CredentialRequestError(code as CredentialRequestCode, 'Create it.');
    const error = toAwsError('GetCredentials', thrown);
    expect(error).toMatchObject({ operation: 'TokenRequest', code, consequence, detail: 'Create it.', refused: true });
    expect(isBeforeTheCall(error)).toBe(true);
  });

  test.each(['IssueCertificate', 'GetCallerIdentity', 'constructor'])('%s is the call itself', (operation) =>
    expect(isBeforeTheCall(toAwsError(operation, answer('AccessDenied', 403)))).toBe(false),
  );

  test('the step on the way that failed stays the one that is named', () => {
    const [first, second] = ['first', 'second'].map((role) => ({ role, operation: 'AssumeRole' }) as const);
    const error = atHop(toAwsError('AssumeRole', answer('AccessDenied', 403)), first as NonNullable<typeof first>);
    expect(error).toMatchObject({ operation: 'AssumeRole', code: 'AccessDenied', detail: 'said', hop: first });
    expect(atHop(error, second as NonNullable<typeof second>)).toBe(error);
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
    expect(toAwsError('IssueCertificate', failing('', 'CredentialsProviderError')).cause).toBeUndefined());

  test.each([
    ['CredentialsProviderError', true],
    ['TokenProviderError', true],
    ['ProviderError', true],
    ['ENOTFOUND', false],
    ['ExpiredTokenException', false],
  ])('lacksCredentials: %s is %s', (name, expected) =>
    expect(lacksCredentials(toAwsError('IssueCertificate', failing('', name)))).toBe(expected),
  );
});
