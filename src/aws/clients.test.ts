import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestClients } from '../../test/support/aws-clients.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { json, type WireAnswer, WireServer } from '../../test/support/wire-server.ts';
import { defaultRoleSessionName } from './identity.ts';
import type { AwsClients, IssueInput } from './clients.ts';

const account = '111122223333';
const authorityArn = `arn:aws:acm-pca:eu-west-1:${account}:certificate-authority/0a1b`;
const certificateArn = `${authorityArn}/certificate/0c`;
const role = `arn:aws:iam::${account}:role/issuer`;
const source = { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', origin: 'Secret a/b' } as const;
const spec = { source, roles: [], roleSessionName: defaultRoleSessionName, region: 'eu-west-1' };

const xml =
  (code: number, body: string): WireAnswer =>
  (response) =>
    void response.writeHead(code, { 'content-type': 'text/xml' }).end(body);
const silence: WireAnswer = () => undefined;
const callerIdentity = xml(
  200,
  `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
   <Arn>arn:aws:iam::${account}:user/issuer</Arn><UserId>AIDA</UserId><Account>${account}</Account>
   </GetCallerIdentityResult></GetCallerIdentityResponse>`,
);
const assumedRole = xml(
  200,
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
   <AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
   <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
);
const refused = (code: string, status = 400): WireAnswer => json(status, { __type: code, message: 'said' });
const issued = json(200, { CertificateArn: certificateArn });
const input: IssueInput = {
  certificateAuthorityArn: authorityArn,
  csrPem: 'PEM',
  signingAlgorithm: 'ML_DSA_65',
  templateArn: 'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
  notBefore: 1_767_322_145,
  notAfter: 1_769_915_045,
  idempotencyToken: 'token',
};

let server: WireServer;
let clock: FakeClock;
let clients: AwsClients;
const environment = { ...process.env };

beforeEach(async () => {
  server = new WireServer();
  const url = await server.listen();
  Object.assign(process.env, { AWS_ENDPOINT_URL: url.origin, AWS_CONFIG_FILE: '/dev/null' });
  clock = new FakeClock();
  clients = createTestClients(clock);
});
afterEach(async () => {
  process.env = { ...environment };
  clients.close();
  await server.close();
});

describe('on the wire', () => {
  test('IssueCertificate says exactly what it was given', async () => {
    server.answer(issued);
    await expect(clients.get(spec).issueCertificate(input)).resolves.toBe(certificateArn);
    const [request] = server.requests;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'ACMPrivateCA.IssueCertificate',
      authorization: expect.stringMatching(/Credential=AKIAEXAMPLE\/\d+\/eu-west-1\/acm-pca\/aws4_request/),
      'user-agent': expect.stringContaining('aws-privateca-issuer/2.0.0'),
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      CertificateAuthorityArn: authorityArn,
      Csr: 'UEVN',
      SigningAlgorithm: 'ML_DSA_65',
      TemplateArn: input.templateArn,
      Validity: { Type: 'ABSOLUTE', Value: input.notAfter },
      ValidityNotBefore: { Type: 'ABSOLUTE', Value: input.notBefore },
      IdempotencyToken: 'token',
    });
  });

  test('IssueCertificate says what the template is to take from the call', async () => {
    server.answer(issued);
    const apiPassthrough = { Extensions: { CustomExtensions: [{ ObjectIdentifier: '1.2.3', Value: 'BQA=' }] } };
    await clients.get(spec).issueCertificate({ ...input, apiPassthrough });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ ApiPassthrough: apiPassthrough });
  });

  test('GetCertificateAuthorityCertificate gives the own certificate of the authority', async () => {
    server.answer(json(200, { Certificate: 'own', CertificateChain: 'above' }), json(200, {}));
    const api = clients.get(spec);
    await expect(api.getCertificateAuthorityCertificate(authorityArn)).resolves.toBe('own');
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ CertificateAuthorityArn: authorityArn });
    await expect(api.getCertificateAuthorityCertificate(authorityArn)).rejects.toMatchObject({ name: 'AwsError' });
  });

  test('GetCertificate names authority and certificate; a missing chain is an empty one', async () => {
    server.answer(json(200, { Certificate: 'leaf', CertificateChain: 'chain' }), json(200, { Certificate: 'leaf' }));
    const api = clients.get(spec);
    await expect(api.getCertificate(authorityArn, certificateArn)).resolves.toEqual({
      certificate: 'leaf',
      chain: 'chain',
    });
    await expect(api.getCertificate(authorityArn, certificateArn)).resolves.toEqual({ certificate: 'leaf', chain: '' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      CertificateAuthorityArn: authorityArn,
      CertificateArn: certificateArn,
    });
  });

  test('DescribeCertificateAuthority, as it is answered and as little as can be answered', async () => {
    const authority = {
      Arn: authorityArn,
      Type: 'ROOT',
      Status: 'ACTIVE',
      UsageMode: 'SHORT_LIVED_CERTIFICATE',
      NotAfter: 2_000_000_000,
      CertificateAuthorityConfiguration: {
        KeyAlgorithm: 'EC_secp521r1',
        SigningAlgorithm: 'SHA512WITHECDSA',
        Subject: { CommonName: 'Root', Organization: 'Example' },
      },
    };
    server.answer(json(200, { CertificateAuthority: authority }), json(200, { CertificateAuthority: {} }));
    const api = clients.get(spec);
    await expect(api.describeCertificateAuthority(authorityArn)).resolves.toEqual({
      arn: authorityArn,
      type: 'ROOT',
      status: 'ACTIVE',
      usageMode: 'SHORT_LIVED_CERTIFICATE',
      keyAlgorithm: 'EC_secp521r1',
      signingAlgorithm: 'SHA512WITHECDSA',
      subject: 'CN=Root,O=Example',
      notAfter: new Date(2_000_000_000_000),
    });
    await expect(api.describeCertificateAuthority(authorityArn)).resolves.toEqual({
      ...{ arn: authorityArn, type: 'UNKNOWN', status: 'UNKNOWN', usageMode: 'GENERAL_PURPOSE' },
      ...{ keyAlgorithm: '', signingAlgorithm: '' },
    });
  });

  test('both generations of the SDK share one connection', async () => {
    server.answer(callerIdentity, issued, callerIdentity);
    const api = clients.get(spec);
    await expect(api.getCallerIdentity()).resolves.toEqual({ arn: `arn:aws:iam::${account}:user/issuer`, account });
    await api.issueCertificate(input);
    await clients.get({ ...spec, region: 'eu-central-1' }).getCallerIdentity();
    expect(server.connections).toBe(1);
  });
});

describe('what fails, fails once', () => {
  test.each([
    [
      'ThrottlingException',
      refused('ThrottlingException'),
      { code: 'ThrottlingException', consequence: 'throttled', refused: true },
    ],
    [
      'LimitExceededException',
      refused('LimitExceededException'),
      { code: 'LimitExceededException', consequence: 'quota' },
    ],
    ['a code in a namespace', refused('com.amazonaws#RequestInProgressException'), { consequence: 'inProgress' }],
    [
      'InternalFailure',
      refused('InternalFailure', 500),
      { code: 'InternalFailure', consequence: 'transient', refused: false },
    ],
    ['a gateway that answers with HTML', xml(503, '<html>no</html>'), { consequence: 'transient', refused: false }],
    ['an answer without what was asked for', json(200, {}), { code: 'IncompleteAnswer', consequence: 'transient' }],
    ['half an answer', xml(200, '{"Certi'), { consequence: 'transient', refused: false }],
    ['a connection cut', (response) => void response.destroy(), { consequence: 'transient', refused: false }],
  ] satisfies [string, WireAnswer, object][])('%s', async (_, wireAnswer, error) => {
    server.answer(wireAnswer);
    await expect(clients.get(spec).issueCertificate(input)).rejects.toMatchObject(error);
    expect(server.requests).toHaveLength(1);
  });

  test('a refusal by STS', async () => {
    const body =
      '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>said</Message></Error></ErrorResponse>';
    server.answer(xml(403, body));
    await expect(clients.get(spec).getCallerIdentity()).rejects.toMatchObject({
      ...{ operation: 'GetCallerIdentity', code: 'InvalidClientTokenId', consequence: 'credentials', detail: 'said' },
    });
  });

  // Node's errors come from another realm than a jest test's, so that the SDK wraps them and their code is lost.
  test('nobody listens', async () => {
    await server.close();
    await expect(clients.get(spec).issueCertificate(input)).rejects.toMatchObject({ consequence: 'transient' });
    server = new WireServer();
  });

  test('a server that never answers is given up at the deadline', async () => {
    server.answer(silence);
    const outcome = expect(clients.get(spec).issueCertificate(input)).rejects.toMatchObject({
      code: 'TimeoutError',
      refused: false,
    });
    await server.received(1);
    await clock.advance(20_000);
    await outcome;
  });
});

describe('a role', () => {
  test('is assumed with the key, once for many calls, under the name of this program', async () => {
    server.answer(assumedRole, issued, issued);
    const api = clients.get({ ...spec, roles: [{ arn: role }] });
    await api.issueCertificate(input);
    await api.issueCertificate(input);
    const [assume, issue] = server.requests;
    expect(Object.fromEntries(new URLSearchParams(assume?.body))).toMatchObject({
      ...{ Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'aws-privateca-issuer' },
    });
    expect(assume?.headers['user-agent']).toContain('aws-privateca-issuer/2.0.0');
    expect(assume?.headers.authorization).toContain('Credential=AKIAEXAMPLE/');
    expect(issue?.headers.authorization).toContain('Credential=ASIAEXAMPLE/');
    expect(issue?.headers['x-amz-security-token']).toBe('t');
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    ['AccessDenied', 403, 'denied'],
    ['ValidationError', 400, 'authority'],
    ['InternalFailure', 500, 'transient'],
  ])('that fails with %s is told under its own name, and the call was not made', async (code, status, consequence) => {
    server.answer(
      xml(status, `<ErrorResponse><Error><Code>${code}</Code><Message>said</Message></Error></ErrorResponse>`),
    );
    await expect(clients.get({ ...spec, roles: [{ arn: role }] }).issueCertificate(input)).rejects.toMatchObject({
      ...{ operation: 'AssumeRole', code, consequence, refused: true },
      hop: { role, operation: 'AssumeRole' },
    });
    expect(server.requests).toHaveLength(1);
  });

  test('that STS throttles is not a throttle of the call that it is for', async () => {
    server.answer(
      xml(400, '<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>'),
    );
    await expect(clients.get({ ...spec, roles: [{ arn: role }] }).issueCertificate(input)).rejects.toMatchObject({
      ...{ operation: 'AssumeRole', code: 'Throttling', consequence: 'throttled', refused: true },
    });
  });

  test('an STS that never answers holds nobody up beyond the deadline', async () => {
    server.answer(silence);
    const outcome = expect(
      clients.get({ ...spec, roles: [{ arn: role }] }).issueCertificate(input),
    ).rejects.toMatchObject({
      code: 'TimeoutError',
    });
    await server.received(1);
    await clock.advance(20_000);
    await outcome;
  });
});

test('the same identity gets the same API until it is forgotten', () => {
  const api = clients.get(spec);
  expect(clients.get({ ...spec, source: { ...source, origin: 'Secret c/d' } })).toBe(api);
  expect(clients.get({ ...spec, roles: [{ arn: role }] })).not.toBe(api);
  clients.forget(spec);
  expect(clients.get(spec)).not.toBe(api);
});
