import { describe, expect, test } from '@jest/globals';
import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import { AwsError, type Consequence } from '../../aws/errors.ts';
import { checkAuthority, findProblem } from './check-authority.ts';

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
function apiOf(answers: { readonly caller?: Error; readonly authority?: CertificateAuthority | Error }): AwsApi {
  const answer = async <T>(value: T | Error): Promise<T> => {
    if (value instanceof Error) throw value;
    return value;
  };
  return {
    region: 'eu-west-1',
    issueCertificate: never,
    getCertificate: never,
    getCallerIdentity: () => answer(answers.caller ?? caller),
    describeCertificateAuthority: () => answer(answers.authority ?? active),
  };
}
const check = (answers: Parameters<typeof apiOf>[0]) => checkAuthority(apiOf(answers), arn, () => nowMs);
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
        expect(found).toEqual({ kind: 'unknown', code: 'SomeCode', message: expect.stringContaining(operation) });
      }
    },
  );

  test.each<[string, Consequence, object]>([
    [
      'InvalidClientTokenId',
      'credentials',
      { code: 'CredentialsRefused', credentialsRefused: true, message: expect.stringMatching(/Renew/) },
    ],
    [
      'CredentialsProviderError',
      'credentials',
      { code: 'CredentialsRefused', credentialsRefused: true, message: expect.stringMatching(/spec\.secretRef/) },
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
