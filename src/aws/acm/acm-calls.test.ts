import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { IdentityBench, specOf } from '../../../test/support/identity-bench.ts';
import { json, WireServer } from '../../../test/support/wire-server.ts';
import type { AcmCalls } from './acm-calls.ts';

const endpointArn = 'arn:aws:acm:eu-west-1:111122223333:acme-endpoint/0a1b';
const validationArn = `${endpointArn}/acme-domain-validation/2c`;
const bindingArn = `${endpointArn}/acme-external-account-binding/3d`;
const accountUrl = 'https://acm-acme-enroll.eu-west-1.api.aws/0a1b/acct/4e';
const source = { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', origin: 'Secret a/b' } as const;
const region = 'eu-west-1';

let bench: IdentityBench;
let server: WireServer;
let url: URL;

beforeEach(async () => {
  bench = await IdentityBench.create(new FakeClock());
  server = new WireServer();
  url = await server.listen();
});
afterEach(async () => {
  await bench.close();
  await server.close();
});

function callsAt(variable: string): AcmCalls {
  bench.set({ [variable]: url.origin });
  return bench.clients().get(specOf(source, { region })).acm;
}

const scope = { exact: true, subdomains: true, wildcards: false };
const sdkScope = { ExactDomain: 'ENABLED', Subdomains: 'ENABLED', Wildcards: 'DISABLED' };
const validation = { AcmeDomainValidationArn: validationArn, AcmeEndpointArn: endpointArn, DomainName: 'example.com' };
const binding = { AcmeExternalAccountBindingArn: bindingArn, AcmeEndpointArn: endpointArn, RoleArn: 'role' };
const byArn = (arn: string): object => ({ AcmeEndpointArn: arn });

/** Each call: what is sent, what ACM answers, and what is made of that. */
const table: readonly (readonly [
  operation: string,
  make: (acm: AcmCalls) => Promise<unknown>,
  sent: object,
  answer: object,
  result: unknown,
])[] = [
  [
    'CreateAcmeEndpoint',
    (acm) =>
      acm.createAcmeEndpoint({
        ...{ idempotencyToken: 'token', contact: 'REQUIRED', allowedKeyAlgorithms: ['EC_prime256v1'] },
        ...{ tags: { issuer: 'uid' }, certificateTags: { team: 'a' } },
      }),
    {
      ...{ IdempotencyToken: 'token', AuthorizationBehavior: 'PRE_APPROVED', Contact: 'REQUIRED' },
      CertificateAuthority: { PublicCertificateAuthority: { AllowedKeyAlgorithms: ['EC_prime256v1'] } },
      Tags: [{ Key: 'issuer', Value: 'uid' }],
      CertificateTags: [{ Key: 'team', Value: 'a' }],
    },
    { AcmeEndpointArn: endpointArn },
    endpointArn,
  ],
  [
    'CreateAcmeEndpoint',
    (acm) =>
      acm.createAcmeEndpoint({
        ...{
          idempotencyToken: 'token',
          contact: 'NOT_REQUIRED',
          allowedKeyAlgorithms: [],
          tags: {},
          certificateTags: {},
        },
      }),
    {
      ...{ IdempotencyToken: 'token', AuthorizationBehavior: 'PRE_APPROVED', Contact: 'NOT_REQUIRED' },
      CertificateAuthority: { PublicCertificateAuthority: {} },
    },
    { AcmeEndpointArn: endpointArn },
    endpointArn,
  ],
  [
    'DescribeAcmeEndpoint',
    (acm) => acm.describeAcmeEndpoint(endpointArn),
    byArn(endpointArn),
    {
      AcmeEndpoint: {
        ...{ AcmeEndpointArn: endpointArn, EndpointUrl: 'https://dir', Status: 'ACTIVE', Contact: 'REQUIRED' },
        CertificateAuthority: { PublicCertificateAuthority: { AllowedKeyAlgorithms: ['RSA_2048'] } },
        CertificateTags: [{ Key: 'team', Value: 'a' }, { Key: 'bare' }],
      },
    },
    {
      ...{ arn: endpointArn, url: 'https://dir', status: 'ACTIVE', contact: 'REQUIRED' },
      ...{ allowedKeyAlgorithms: ['RSA_2048'], certificateTags: { team: 'a', bare: '' } },
    },
  ],
  [
    'ListAcmeEndpoints',
    (acm) => acm.listAcmeEndpoints(),
    { MaxResults: 100 },
    { AcmeEndpoints: [{ AcmeEndpointArn: endpointArn, Status: 'FAILED', FailureReason: 'why' }], NextToken: 'next' },
    {
      items: [
        {
          ...{ arn: endpointArn, status: 'FAILED', failureReason: 'why', contact: 'NOT_REQUIRED' },
          ...{ allowedKeyAlgorithms: [], certificateTags: {} },
        },
      ],
      nextToken: 'next',
    },
  ],
  [
    'UpdateAcmeEndpoint',
    (acm) => acm.updateAcmeEndpoint({ arn: endpointArn, allowedKeyAlgorithms: [] }),
    {
      AcmeEndpointArn: endpointArn,
      CertificateAuthority: { PublicCertificateAuthority: { AllowedKeyAlgorithms: [] } },
    },
    {},
    undefined,
  ],
  ['DeleteAcmeEndpoint', (acm) => acm.deleteAcmeEndpoint(endpointArn), byArn(endpointArn), {}, undefined],
  [
    'CreateAcmeDomainValidation',
    (acm) =>
      acm.createAcmeDomainValidation({
        ...{ idempotencyToken: 'token', endpointArn, domain: 'example.com', scope, hostedZoneId: 'Z1' },
        tags: { issuer: 'uid' },
      }),
    {
      ...{ IdempotencyToken: 'token', AcmeEndpointArn: endpointArn, DomainName: 'example.com' },
      PrevalidationOptions: { DnsPrevalidation: { DomainScope: sdkScope, HostedZoneId: 'Z1' } },
      Tags: [{ Key: 'issuer', Value: 'uid' }],
    },
    { AcmeDomainValidationArn: validationArn },
    validationArn,
  ],
  [
    'DescribeAcmeDomainValidation',
    (acm) => acm.describeAcmeDomainValidation(validationArn),
    { AcmeDomainValidationArn: validationArn },
    {
      AcmeDomainValidation: {
        ...validation,
        Status: 'INVALID',
        PrevalidationDetails: {
          DnsPrevalidation: {
            DomainScope: sdkScope,
            ResourceRecord: { Name: '_a.example.com.', Type: 'CNAME', Value: '_b.acm.aws.' },
          },
        },
        FailureDetails: { Reason: 'TIMED_OUT', Message: 'no record' },
        CreatedAt: 1_767_322_145,
      },
    },
    {
      ...{ arn: validationArn, endpointArn, domain: 'example.com', scope, status: 'INVALID' },
      record: { name: '_a.example.com.', value: '_b.acm.aws.' },
      failure: { reason: 'TIMED_OUT', message: 'no record' },
      createdAt: new Date(1_767_322_145_000),
    },
  ],
  [
    'ListAcmeDomainValidations',
    (acm) => acm.listAcmeDomainValidations(endpointArn, 'next'),
    { AcmeEndpointArn: endpointArn, NextToken: 'next', MaxResults: 100 },
    { AcmeDomainValidations: [{ ...validation, Status: 'VALIDATING' }] },
    {
      items: [
        {
          ...{ arn: validationArn, endpointArn, domain: 'example.com', status: 'VALIDATING' },
          scope: { exact: false, subdomains: false, wildcards: false },
        },
      ],
    },
  ],
  [
    'UpdateAcmeDomainValidation',
    (acm) => acm.updateAcmeDomainValidation({ arn: validationArn, scope }),
    {
      AcmeDomainValidationArn: validationArn,
      PrevalidationOptions: { DnsPrevalidation: { DomainScope: sdkScope } },
    },
    {},
    undefined,
  ],
  [
    'DeleteAcmeDomainValidation',
    (acm) => acm.deleteAcmeDomainValidation(validationArn),
    { AcmeDomainValidationArn: validationArn },
    {},
    undefined,
  ],
  [
    'CreateAcmeExternalAccountBinding',
    (acm) =>
      acm.createAcmeExternalAccountBinding({
        ...{ idempotencyToken: 'token', endpointArn, roleArn: 'role', expiresAfterMinutes: 90, tags: {} },
      }),
    {
      ...{ IdempotencyToken: 'token', AcmeEndpointArn: endpointArn, RoleArn: 'role' },
      Expiration: { Value: 90, Type: 'MINUTES' },
    },
    { ExternalAccountBinding: { ...binding, ExpiresAt: 1_767_322_145 } },
    { arn: bindingArn, endpointArn, roleArn: 'role', expiresAt: new Date(1_767_322_145_000) },
  ],
  [
    'DescribeAcmeExternalAccountBinding',
    (acm) => acm.describeAcmeExternalAccountBinding(bindingArn),
    { AcmeExternalAccountBindingArn: bindingArn },
    { ExternalAccountBinding: { ...binding, RevokedAt: 1_767_322_145 } },
    { arn: bindingArn, endpointArn, roleArn: 'role', revokedAt: new Date(1_767_322_145_000) },
  ],
  [
    'ListAcmeExternalAccountBindings',
    (acm) => acm.listAcmeExternalAccountBindings(endpointArn),
    { AcmeEndpointArn: endpointArn, MaxResults: 100 },
    { ExternalAccountBindings: [binding] },
    { items: [{ arn: bindingArn, endpointArn, roleArn: 'role' }] },
  ],
  [
    'GetAcmeExternalAccountBindingCredentials',
    (acm) => acm.getAcmeExternalAccountBindingCredentials(bindingArn),
    { AcmeExternalAccountBindingArn: bindingArn },
    { KeyId: 'kid', MacKey: 'mac' },
    { keyId: 'kid', macKey: 'mac' },
  ],
  [
    'RevokeAcmeExternalAccountBinding',
    (acm) => acm.revokeAcmeExternalAccountBinding(bindingArn),
    { AcmeExternalAccountBindingArn: bindingArn },
    {},
    undefined,
  ],
  [
    'DeleteAcmeExternalAccountBinding',
    (acm) => acm.deleteAcmeExternalAccountBinding(bindingArn),
    { AcmeExternalAccountBindingArn: bindingArn },
    {},
    undefined,
  ],
  [
    'DescribeAcmeAccount',
    (acm) => acm.describeAcmeAccount(endpointArn, accountUrl),
    { AcmeEndpointArn: endpointArn, AccountUrl: accountUrl },
    { AcmeAccount: { AccountUrl: accountUrl, Status: 'REVOKED', PublicKeyThumbprint: 'print' } },
    { url: accountUrl, status: 'REVOKED', publicKeyThumbprint: 'print' },
  ],
  [
    'ListAcmeAccounts',
    (acm) => acm.listAcmeAccounts(endpointArn),
    { AcmeEndpointArn: endpointArn, MaxResults: 100 },
    { AcmeAccounts: [{ AccountUrl: accountUrl, AcmeExternalAccountBindingArn: bindingArn }] },
    { items: [{ url: accountUrl, status: 'UNKNOWN', bindingArn }] },
  ],
  [
    'RevokeAcmeAccount',
    (acm) => acm.revokeAcmeAccount(endpointArn, accountUrl),
    { AcmeEndpointArn: endpointArn, AccountUrl: accountUrl },
    {},
    undefined,
  ],
  [
    'TagResource',
    (acm) => acm.tagResource(endpointArn, { issuer: 'uid' }),
    { ResourceArn: endpointArn, Tags: [{ Key: 'issuer', Value: 'uid' }] },
    {},
    undefined,
  ],
  [
    'UntagResource',
    (acm) => acm.untagResource(endpointArn, ['issuer']),
    { ResourceArn: endpointArn, TagKeys: ['issuer'] },
    {},
    undefined,
  ],
  [
    'ListTagsForResource',
    (acm) => acm.listTagsForResource(endpointArn),
    { ResourceArn: endpointArn },
    { Tags: [{ Key: 'issuer', Value: 'uid' }] },
    { issuer: 'uid' },
  ],
];

describe('on the wire', () => {
  test.each(table)('%s', async (operation, make, sent, answer, result) => {
    server.answer(json(200, answer));
    expect(await make(callsAt('AWS_ENDPOINT_URL_ACM'))).toEqual(result);
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({
      'x-amz-target': `CertificateManager.${operation}`,
      authorization: expect.stringMatching(/Credential=AKIAEXAMPLE\/\d+\/eu-west-1\/acm\/aws4_request/),
    });
    expect(JSON.parse(request?.body ?? '')).toEqual(sent);
    expect(bench.counted).toEqual([`acm ${operation} OK`]);
  });

  test('AWS_ENDPOINT_URL stands for all services', async () => {
    server.answer(json(200, { AcmeEndpoints: [] }));
    await expect(callsAt('AWS_ENDPOINT_URL').listAcmeEndpoints()).resolves.toEqual({ items: [] });
  });

  test.each([
    ['ThrottlingException', 400, 'throttled'],
    ['LimitExceededException', 400, 'quota'],
    ['InternalServerException', 500, 'transient'],
    ['ConflictException', 400, 'inProgress'],
  ])('%s is told at once, and the call not repeated', async (code, status, consequence) => {
    server.answer(json(status, { __type: code, message: 'said (RequestId: 0a1b)' }));
    const calling = callsAt('AWS_ENDPOINT_URL').deleteAcmeEndpoint(endpointArn);
    await expect(calling).rejects.toMatchObject({ operation: 'DeleteAcmeEndpoint', code, consequence, detail: 'said' });
    expect(server.requests).toHaveLength(1);
  });

  test('words of failures are told without what changes from try to try', async () => {
    const said = 'not now (RequestId: 0a1b)\n2026-01-02T03:04:05Z';
    server.answer(json(200, { AcmeEndpoint: { ...byArn(endpointArn), Status: 'FAILED', FailureReason: said } }));
    const failed = { ...validation, Status: 'INVALID', FailureDetails: { Reason: 'NEW', Message: said } };
    server.answer(json(200, { AcmeDomainValidation: failed }));
    const acm = callsAt('AWS_ENDPOINT_URL');
    expect(await acm.describeAcmeEndpoint(endpointArn)).toMatchObject({ failureReason: 'not now (time)' });
    expect(await acm.describeAcmeDomainValidation(validationArn)).toMatchObject({
      failure: { reason: 'NEW', message: 'not now (time)' },
    });
  });

  test('an answer without what was asked for is none', async () => {
    server.answer(json(200, {}));
    const calling = callsAt('AWS_ENDPOINT_URL').describeAcmeEndpoint(endpointArn);
    await expect(calling).rejects.toMatchObject({ code: 'IncompleteAnswer', refused: false });
  });
});

describe('what cannot be is refused before anything is sent', () => {
  const plain = { proxies: {}, useFips: false, useDualStack: false, ignoreEndpointUrls: false };

  test.each([
    ['eu-west-1', { useFips: true }, 'NoFipsEndpoint'],
    ['cn-north-1', {}, 'NoAcmeInPartition'],
  ])('%s %j: %s', async (where, kinds, code) => {
    const { acm } = bench.clients({ network: { ...plain, ...kinds } }).get(specOf(source, { region: where }));
    const refusal = { code, consequence: 'authority', refused: true };
    await expect(acm.listAcmeEndpoints()).rejects.toMatchObject(refusal);
  });
});
