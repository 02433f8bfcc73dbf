import { describe, expect, test } from '@jest/globals';
import type { CertificateAuthority, PcaApi } from '../../aws/clients.ts';
import { AwsError, type Consequence, type CredentialHop } from '../../aws/errors.ts';
import { checkAuthority, findProblem } from './check-authority.ts';
import type { TokenOwner } from './explain-hop.ts';

const nowMs = Date.parse('2026-01-02T03:04:05Z');
const arn = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/0a1b';
const active: CertificateAuthority = {
  ...{ arn, type: 'ROOT', status: 'ACTIVE', keyAlgorithm: 'RSA_2048', signingAlgorithm: 'SHA256WITHRSA' },
  usageMode: 'GENERAL_PURPOSE',
  notAfter: new Date(nowMs + 1),
};
const caller = { arn: 'arn:aws:sts::111122223333:assumed-role/issuer/session', account: '111122223333' };
const identity = { arn: 'arn:aws:sts::111122223333:assumed-role/issuer', account: '111122223333' };

const never = (): Promise<never> => Promise.reject(new Error('nobody should call this'));
interface Answers {
  readonly caller?: Error;
  readonly authority?: CertificateAuthority | Error;
  readonly role?: string;
}
function apiOf(answers: Answers): PcaApi {
  const answer = async <T>(value: T | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  return {
    region: 'eu-west-1',
    roles: answers.role === undefined ? [] : [answers.role],
    issueCertificate: never,
    getCertificate: never,
    getCertificateAuthorityCertificate: never,
    getCallerIdentity: () => answer(answers.caller ?? caller),
    describeCertificateAuthority: () => answer(answers.authority ?? active),
  };
}
const check = (answers: Answers) => checkAuthority(apiOf(answers), arn, { now: () => nowMs });
const failure = (operation: string, code: string, consequence: Consequence): AwsError =>
  new AwsError(operation, code, consequence, 'what was said', true, undefined);

describe('findProblem', () => {
  test.each([
    ['CREATING', 'CertificateAuthorityCreating'],
    ['PENDING_CERTIFICATE', 'CertificateAuthorityPendingCertificate'],
    ['DISABLED', 'CertificateAuthorityDisabled'],
    ['EXPIRED', 'CertificateAuthorityExpired'],
    ['FAILED', 'CertificateAuthorityFailed'],
    ['DELETED', 'CertificateAuthorityDeleted'],
    ['SOMETHING_NEW', 'CertificateAuthorityNotActive'],
  ])('%s', (status, code) => {
    const problem = findProblem({ ...active, status }, nowMs);
    expect(problem?.code).toBe(code);
    expect(problem?.message).toContain(`${arn} is ${status}`);
  });

  test.each<[string, Partial<CertificateAuthority>, string]>([
    [
      'why it failed',
      { status: 'FAILED', failureReason: 'REQUEST_TIMED_OUT' },
      'is FAILED (REQUEST_TIMED_OUT). Delete',
    ],
    ['that it failed', { status: 'FAILED' }, 'is FAILED. Delete'],
    [
      'how long it can be restored',
      { status: 'DELETED', restorableUntil: new Date('2026-12-01T10:00:00Z') },
      'is DELETED and can be restored until 2026-12-01. Restore it',
    ],
    ['that it is deleted', { status: 'DELETED' }, 'is DELETED. Restore it'],
  ])('tells %s', (_, change, text) => expect(findProblem({ ...active, ...change }, nowMs)?.message).toContain(text));

  test.each([
    ['its end has come', { notAfter: new Date(nowMs) }, 'CertificateAuthorityExpired'],
    ['no key algorithm', { keyAlgorithm: '' }, 'CertificateAuthorityUnknown'],
    ['no signing algorithm', { signingAlgorithm: '' }, 'CertificateAuthorityUnknown'],
  ])('%s', (_, change, code) => expect(findProblem({ ...active, ...change }, nowMs)?.code).toBe(code));

  test('none', () => {
    expect(findProblem(active, nowMs)).toBeUndefined();
    const { notAfter, ...endless } = active;
    expect(notAfter).toBeDefined();
    expect(findProblem(endless, nowMs)).toBeUndefined();
  });
});

describe('checkAuthority', () => {
  test('a CA that can issue, and who asks', async () =>
    expect(check({})).resolves.toEqual({ kind: 'ready', authority: active, identity }));

  test('a CA that cannot', async () => {
    const authority = { ...active, status: 'DISABLED' };
    await expect(check({ authority })).resolves.toMatchObject({
      ...{ kind: 'notReady', code: 'CertificateAuthorityDisabled', credentialsRefused: false, identity, authority },
    });
  });

  test.each<Consequence>(['throttled', 'quota', 'transient', 'inProgress', 'failed'])(
    '%s: nobody knows',
    async (consequence) => {
      for (const operation of ['GetCallerIdentity', 'DescribeCertificateAuthority']) {
        const error = failure(operation, 'SomeCode', consequence);
        const found = await check(operation === 'GetCallerIdentity' ? { caller: error } : { authority: error });
        const message = `AWS could not be asked (${operation}: SomeCode); it is tried again.`;
        expect(found).toEqual({ kind: 'unknown', reason: 'Unreachable', code: 'SomeCode', message });
      }
    },
  );

  test.each(['CredentialsProviderError', 'TokenProviderError', 'ProviderError'])(
    '%s: the source of the credentials may answer the next time',
    async (code) => {
      for (const operation of ['GetCallerIdentity', 'DescribeCertificateAuthority']) {
        const error = failure(operation, code, 'transient');
        const found = await check(operation === 'GetCallerIdentity' ? { caller: error } : { authority: error });
        expect(found).toMatchObject({ kind: 'unknown', reason: 'CredentialsUnavailable', code });
        expect(found).toHaveProperty(
          'message',
          expect.stringMatching(/did not answer, or none is configured.*what was/),
        );
        expect(found).toHaveProperty('message', expect.stringMatching(/Pod Identity or IRSA.*spec\.secretRef/));
      }
    },
  );

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('%s: the region may be wrong, or the DNS', async (code) => {
    const found = await check({ caller: failure('GetCallerIdentity', code, 'transient') });
    expect(found).toEqual({
      ...{ kind: 'unknown', reason: 'Unreachable', code },
      message:
        `The host of AWS in region eu-west-1 (from spec.arn) cannot be resolved (GetCallerIdentity: ${code}); it is tried ` +
        'again. Check the region in spec.arn and the DNS of the cluster.',
    });
  });

  test.each<[string, Consequence, object]>([
    [
      'InvalidClientTokenId',
      'credentials',
      { code: 'CredentialsRefused', credentialsRefused: true, message: expect.stringMatching(/Renew/) },
    ],
    [
      'AccessDenied',
      'denied',
      { code: 'AccessDenied', credentialsRefused: true, message: 'AccessDenied: what was said' },
    ],
    ['RegionDisabledException', 'authority', { code: 'Error', credentialsRefused: false }],
    ['ValidationError', 'request', { code: 'Error', credentialsRefused: false }],
  ])('the caller is not known: %s', async (code, consequence, expected) => {
    const found = await check({ caller: failure('GetCallerIdentity', code, consequence) });
    expect(found).toMatchObject({ kind: 'notReady', ...expected });
    expect(found).not.toHaveProperty('identity');
  });

  const role = 'arn:aws:iam::111122223333:role/issuer';
  const second = 'arn:aws:iam::444455556666:role/second';
  const owner = { namespace: 'team', name: 'signer', audiences: ['sts.amazonaws.com'] };
  const assume = (arn: string): CredentialHop => ({ role: arn, operation: 'AssumeRole' });
  const exchange = (arn: string): CredentialHop => ({ role: arn, operation: 'AssumeRoleWithWebIdentity' });
  const arrive = (hop: CredentialHop, code: string, consequence: Consequence): AwsError =>
    new AwsError(hop.operation, code, consequence, 'what was said', true, undefined, hop);

  test.each<[string, [CredentialHop, string, Consequence, TokenOwner?], string]>([
    [
      'the first role does not trust the credentials',
      [assume(role), 'AccessDenied', 'denied'],
      `unable to assume role: role ${role} (spec.role) does not trust the identity of the issuer's credentials, or that may not ` +
        `assume it (AccessDenied: what was said). Let the role's trust policy allow it sts:AssumeRole, under the external ID ` +
        `that the issuer gives if it asks for one, and let an IAM policy of the identity of the issuer's credentials allow ` +
        `sts:AssumeRole on the role.`,
    ],
    [
      'the second role does not trust the first',
      [assume(second), 'AccessDenied', 'denied'],
      `unable to assume role: role ${second} (spec.roleChain[0].role) does not trust role ${role}, or that may not assume it ` +
        `(AccessDenied: what was said). Let the role's trust policy allow it sts:AssumeRole, under the external ID that the ` +
        `issuer gives if it asks for one, and let an IAM policy of role ${role} allow sts:AssumeRole on the role.`,
    ],
    [
      'the role does not trust the ServiceAccount',
      [exchange(role), 'AccessDenied', 'denied', owner],
      `unable to assume role with web identity: role ${role} (spec.role) does not trust ServiceAccount team/signer ` +
        `(AccessDenied: what was said). Let the role's trust policy allow sts:AssumeRoleWithWebIdentity to the cluster's IAM ` +
        `OIDC identity provider, under the conditions sub system:serviceaccount:team:signer and aud sts.amazonaws.com.`,
    ],
    [
      'AWS does not know who issues the tokens',
      [exchange(role), 'InvalidIdentityToken', 'credentials', owner],
      `unable to assume role with web identity: AWS does not accept the token of ServiceAccount team/signer for role ${role} ` +
        `(spec.role) (InvalidIdentityToken: what was said). The account of the role needs an IAM OIDC identity provider for ` +
        `the issuer of this cluster's tokens, with the audience sts.amazonaws.com.`,
    ],
    [
      'the controller’s own role is none, whatever spec.role says',
      [exchange('nonsense'), 'ValidationError', 'authority'],
      "unable to assume role with web identity: AWS refuses role nonsense (AWS_ROLE_ARN of the controller's own pod) " +
        '(ValidationError: what was said).',
    ],
    [
      'the controller’s own role does not trust its token',
      [exchange(role), 'AccessDenied', 'denied'],
      `unable to assume role with web identity: role ${role} (AWS_ROLE_ARN of the controller's own pod) does not trust the ` +
        `controller's own ServiceAccount (AccessDenied: what was said). Let the role's trust policy allow ` +
        `sts:AssumeRoleWithWebIdentity to the cluster's IAM OIDC identity provider, under the conditions sub that of the ` +
        `ServiceAccount and aud sts.amazonaws.com.`,
    ],
    [
      'a role of a shared config file is none',
      [assume('nonsense'), 'ValidationError', 'authority'],
      "unable to assume role: AWS refuses role nonsense (in the AWS configuration of the controller's own pod) " +
        '(ValidationError: what was said).',
    ],
    [
      'STS is not active in the region',
      [assume(role), 'RegionDisabledException', 'authority'],
      `unable to assume role: AWS refuses role ${role} (spec.role) (RegionDisabledException: what was said). ` +
        'Activate STS for the region in the account settings of IAM.',
    ],
    [
      'the access key is not known',
      [assume(role), 'InvalidClientTokenId', 'credentials'],
      `unable to assume role: AWS does not accept the credentials that are to assume role ${role} (spec.role) ` +
        `(InvalidClientTokenId: what was said). Renew the access key or the token that they come from.`,
    ],
  ])('on the way there: %s', async (_, [hop, code, consequence, tokenOwner], message) => {
    const error = arrive(hop, code, consequence);
    const api = { ...apiOf({ caller: error }), roles: [role, second] };
    const expected = { kind: 'notReady', message, credentialsRefused: consequence !== 'authority' };
    expect(await checkAuthority(api, arn, { now: () => nowMs, tokenOwner })).toMatchObject(expected);
    // Credentials may end between the two calls.
    const late = { ...apiOf({ authority: error }), roles: [role, second] };
    expect(await checkAuthority(late, arn, { now: () => nowMs, tokenOwner })).toMatchObject(expected);
  });

  test('on the way there: a service that does not answer is named', async () => {
    const found = await check({ caller: arrive(assume(role), 'Throttling', 'throttled') });
    expect(found).toMatchObject({
      kind: 'unknown',
      message: 'AWS could not be asked (AssumeRole: Throttling); it is tried again.',
    });
  });

  test.each<[Consequence, object]>([
    ['credentials', { kind: 'missing', code: 'TokenRequestForbidden', message: 'what was said' }],
    [
      'transient',
      { kind: 'unknown', reason: 'CredentialsUnavailable', code: 'TokenRequestForbidden', message: 'what was said' },
    ],
  ])('no token of the ServiceAccount: %s', async (consequence, expected) =>
    expect(await check({ caller: failure('TokenRequest', 'TokenRequestForbidden', consequence) })).toEqual(expected),
  );

  test('settings of the controller that exclude each other are not taken for a CA that is missing', async () => {
    const found = await check({ authority: failure('DescribeCertificateAuthority', 'EndpointError', 'authority') });
    const message = expect.stringMatching(/^EndpointError: what was said\. A custom endpoint .* leave one out\.$/);
    expect(found).toMatchObject({ kind: 'notReady', code: 'Error', message });
  });

  test.each<[string, Consequence, object]>([
    ['ExpiredTokenException', 'credentials', { code: 'CredentialsRefused', credentialsRefused: true }],
    [
      'AccessDeniedException',
      'denied',
      { code: 'AccessDenied', credentialsRefused: false, message: expect.stringContaining(identity.arn) },
    ],
    ['ResourceNotFoundException', 'authority', { code: 'CertificateAuthorityNotFound', credentialsRefused: false }],
    ['InvalidArnException', 'authority', { code: 'CertificateAuthorityNotFound', credentialsRefused: false }],
    ['ValidationException', 'request', { code: 'CertificateAuthorityNotFound', credentialsRefused: false }],
  ])('the CA cannot be described: %s', async (code, consequence, expected) => {
    const found = await check({ authority: failure('DescribeCertificateAuthority', code, consequence) });
    expect(found).toMatchObject({ kind: 'notReady', identity, ...expected });
  });

  test('a fault of this program is not taken for one of AWS', async () =>
    expect(check({ caller: new TypeError('a bug') })).rejects.toThrow('a bug'));
});
