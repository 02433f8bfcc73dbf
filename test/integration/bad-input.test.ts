import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../cluster/wait.ts';
import { createCsr, createRequest, decode, awaitOutcome, inspect } from './support/requests.ts';
import {
  applyIssuer,
  applyObject,
  awaitIssuer,
  awaitReady,
  awaitRequest,
  createAccount,
  createTenant,
  pathOf,
  readObject,
  readyOf,
  sharedIssuer,
  type Tenant,
  type TestObject,
} from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

/** Waits until a request that is not signed yet says so. */
const awaitMessageOf = ({ namespace }: Tenant, name: string, text: string): Promise<TestObject> =>
  awaitReady(
    plane,
    'CertificateRequest',
    namespace,
    name,
    ({ reason, message }) => reason === 'Pending' && message.includes(text),
  );

const billedBy = async ({ authority }: Tenant): Promise<number> =>
  (await aws.billed()).filter(({ certificateAuthorityArn }) => certificateAuthorityArn === authority.arn).length;

describe('a request that can never succeed fails at once, with its failureTime, and costs nothing', () => {
  let tenant: Tenant;
  beforeAll(async () => {
    tenant = await createTenant(issuer, 'bad-request');
  });

  const unsigned = (): string => {
    const der = Buffer.from(createCsr().replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der.writeUInt8((der.at(-1) ?? 0) ^ 1, der.length - 1);
    return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  };

  test.each([
    ['garbage', () => 'garbage', /spec\.request cannot be read/],
    [
      'garbage in PEM',
      () => '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
      /cannot be read/,
    ],
    ['a CSR with a broken signature', unsigned, /signature of the CSR does not match/],
    ['an Ed25519 key', () => createCsr({ key: 'Ed25519' }), /Ed25519.*RSA or ECDSA/],
    ['neither subject nor names', () => createCsr({ subject: '/', extensions: [] }), /names nobody/],
  ])('%s', async (label, makeCsr, message) => {
    const name = label.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    await createRequest(plane, tenant, name, { csr: makeCsr() });
    const failed = await awaitRequest(plane, tenant.namespace, name, 'Failed');
    expect(readyOf(failed)?.message).toMatch(message);
    expect(failed.status?.failureTime).toBeDefined();
    expect(failed.status?.certificate).toBeUndefined();
    expect(await billedBy(tenant)).toBe(0);
    expect(await awaitOutcome(plane, tenant.namespace, name)).toEqual([expect.stringMatching(/^Failed: /)]);
  });

  test.each(['Issuer', 'ClusterIssuer', 'AwsPcaIssuer', undefined])('issuer kind %s', async (kind) => {
    const issuerRef = { group: 'awspca.cert-manager.io', name: 'ca', ...(kind ? { kind } : {}) };
    const name = `kind-${kind?.toLowerCase() ?? 'none'}`;
    await createRequest(plane, tenant, name, { issuerRef });
    const failed = await awaitRequest(plane, tenant.namespace, name, 'Failed');
    expect(readyOf(failed)?.message).toContain(`unsupported issuer kind: ${kind ?? ''}`);
    expect(failed.status?.failureTime).toBeDefined();
  });

  test('a template that does not exist fails the request and leaves the issuer Ready', async () => {
    const other = await createTenant(issuer, 'no-template', {
      spec: { pcaTemplate: { defaultTemplateName: 'NoSuchCertificate/V1' } },
    });
    await createRequest(plane, other, 'unknown-template');
    const failed = await awaitRequest(plane, other.namespace, 'unknown-template', 'Failed');
    expect(readyOf(failed)?.message).toMatch(/IssueCertificate/);
    expect(readyOf(await readObject(plane, 'AWSPCAIssuer', other.namespace, 'ca'))?.status).toBe('True');
  });

  test('a path length that the CA refuses fails the request and leaves the issuer Ready', async () => {
    const account = createAccount();
    const root = await aws.createCertificateAuthority({ account });
    const other = await createTenant(issuer, 'too-deep', { account, authority: { parent: root.arn, pathLength: 0 } });
    const csr = createCsr({ subject: '/CN=Too deep', extensions: ['basicConstraints=critical,CA:TRUE'] });
    await createRequest(plane, other, 'too-deep', { csr, isCA: true });
    await awaitRequest(plane, other.namespace, 'too-deep', 'Failed');
    expect(readyOf(await readObject(plane, 'AWSPCAIssuer', other.namespace, 'ca'))?.status).toBe('True');
  });

  test('names without a subject are enough', async () => {
    await createRequest(plane, tenant, 'san-only', {
      csr: createCsr({ subject: '/', extensions: ['subjectAltName=critical,URI:spiffe://cluster.local/ns/a/sa/b'] }),
    });
    const { text } = inspect(await awaitRequest(plane, tenant.namespace, 'san-only', 'Issued'));
    expect(text).toContain('URI:spiffe://cluster.local/ns/a/sa/b');
  });
});

describe('a certificate ARN that somebody wrote on a request is never trusted', () => {
  const annotation = 'aws-privateca-issuer/certificate-arn';

  test("another request's certificate is not handed out", async () => {
    const tenant = await createTenant(issuer, 'foreign');
    await createRequest(plane, tenant, 'victim');
    const victim = await awaitRequest(plane, tenant.namespace, 'victim', 'Issued');
    const arn = victim.metadata.annotations?.[annotation] ?? '';
    await createRequest(plane, tenant, 'thief', { annotations: { [annotation]: arn } });
    const thief = await awaitRequest(plane, tenant.namespace, 'thief', 'Issued');
    expect(thief.status?.certificate).not.toBe(victim.status?.certificate);
    expect(await billedBy(tenant)).toBe(2);
  });

  test('neither is it with a binding that was copied along', async () => {
    const tenant = await createTenant(issuer, 'copied');
    await createRequest(plane, tenant, 'original');
    const original = await awaitRequest(plane, tenant.namespace, 'original', 'Issued');
    const { annotations = {} } = original.metadata;
    await createRequest(plane, tenant, 'copy', { annotations });
    const copy = await awaitRequest(plane, tenant.namespace, 'copy', 'Issued');
    expect(copy.status?.certificate).not.toBe(original.status?.certificate);
    expect(copy.metadata.annotations?.[annotation]).not.toBe(annotations[annotation]);
  });

  test.each([
    ['nonsense', () => 'nonsense'],
    ['an ARN of another CA', () => 'arn:aws:acm-pca:us-east-1:999999999999:certificate-authority/x/certificate/abc'],
    ['an ARN that does not exist', ({ authority }: Tenant) => `${authority.arn}/certificate/0123456789abcdef`],
  ])('%s is passed over', async (_, forge) => {
    const tenant = await createTenant(issuer, 'forged');
    await createRequest(plane, tenant, 'forged', { annotations: { [annotation]: forge(tenant) } });
    await awaitRequest(plane, tenant.namespace, 'forged', 'Issued');
    expect(await billedBy(tenant)).toBe(1);
  });

  test('a certificate in flight from aws-privateca-issuer is taken over, and not paid for again', async () => {
    const tenant = await createTenant(issuer, 'upgrade', { createIssuer: false });
    const csr = createCsr();
    await createRequest(plane, tenant, 'in-flight', { csr });
    const arn = await issueAsPredecessor(tenant, csr);
    await createRequest(plane, tenant, 'in-flight', { csr, annotations: { [annotation]: arn } });
    await applyIssuer(plane, tenant);
    const issued = await awaitRequest(plane, tenant.namespace, 'in-flight', 'Issued');
    expect(inspect(issued).verified).toBe('OK');
    expect(await billedBy(tenant)).toBe(1);
  });

  async function issueAsPredecessor({ identity, authority }: Tenant, csr: string): Promise<string> {
    const { ACMPCAClient, IssueCertificateCommand } = await import('@aws-sdk/client-acm-pca');
    const { accessKeyId, secretAccessKey } = identity;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new ACMPCAClient({ endpoint: aws.endpoint, region: 'us-east-1', credentials });
    const now = Math.floor(Date.now() / 1000);
    const { CertificateArn = '' } = await client.send(
      new IssueCertificateCommand({
        CertificateAuthorityArn: authority.arn,
        Csr: Buffer.from(csr),
        SigningAlgorithm: 'SHA256WITHECDSA',
        TemplateArn: 'arn:aws:acm-pca:::template/BlankEndEntityCertificate_APICSRPassthrough/V1',
        Validity: { Type: 'ABSOLUTE', Value: now + 30 * 86_400 },
        ValidityNotBefore: { Type: 'ABSOLUTE', Value: now - 15 * 60 },
      }),
    );
    client.destroy();
    return CertificateArn;
  }
});

describe('an issuer that cannot issue says why, and what to do', () => {
  const awaitMessage = async (tenant: Tenant, pattern: RegExp, reason: string): Promise<void> => {
    const condition = readyOf(await awaitIssuer(plane, tenant.namespace, 'ca', 'False'));
    expect(condition?.message).toMatch(pattern);
    expect(condition?.reason).toBe(reason);
  };

  test.each([
    ['no ARN', { arn: '' }, /no Arn found in Issuer Spec/, 'Validation'],
    ['something else than an ARN', { arn: 'my-ca' }, /"my-ca" does not name a CA/, 'Validation'],
    [
      'a region that contradicts the ARN',
      { region: 'eu-west-1' },
      /spec\.region is eu-west-1.*us-east-1/,
      'Validation',
    ],
    ['no Secret of that name', { secretRef: { name: 'missing' } }, /Secret .*\/missing does not exist/, 'Error'],
    [
      'a Secret without the key',
      { secretRef: { name: 'aws', secretAccessKeySelector: { key: 'other' } } },
      /no AWS Secret Access Key Found.*other/,
      'Error',
    ],
    [
      "another namespace's Secret",
      { secretRef: { name: 'aws', namespace: 'default' } },
      /secretRef: namespace must match the Issuer's namespace/,
      'Error',
    ],
    [
      'no credentials at all',
      { secretRef: undefined },
      /empty credentials; perhaps .*--issuer-ambient-credentials/,
      'Error',
    ],
    ['a role that is none', { role: 'pca' }, /spec\.role "pca" is not the ARN of an IAM role/, 'Error'],
    ['an offset of more than a day', { notBeforeOffset: '25h' }, /must not exceed 24h/, 'Validation'],
  ])('%s', async (_, spec, message, reason) => {
    const tenant = await createTenant(issuer, 'bad-issuer', { createIssuer: false });
    await applyIssuer(plane, tenant, spec);
    await awaitMessage(tenant, message, reason);
  });

  test('a CA that does not exist', async () => {
    const tenant = await createTenant(issuer, 'no-ca', { createIssuer: false });
    const arn = tenant.authority.arn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    await applyIssuer(plane, tenant, { arn });
    await awaitMessage(tenant, /was not found/, 'CertificateAuthorityNotFound');
  });

  test('a wrong secret access key', async () => {
    const tenant = await createTenant(issuer, 'wrong-key', { createIssuer: false });
    await applyIssuer(plane, { ...tenant, identity: { ...tenant.identity, secretAccessKey: 'wrong' } });
    await awaitMessage(tenant, /does not accept the credentials/, 'CredentialsRefused');
    // Corrected, it is noticed without a restart.
    await applyIssuer(plane, tenant);
    await awaitIssuer(plane, tenant.namespace, 'ca', 'True');
  });

  test('a CA of another account that is not shared', async () => {
    const tenant = await createTenant(issuer, 'not-shared', { createIssuer: false });
    const stranger = await aws.createCertificateAuthority({ account: createAccount() });
    await applyIssuer(plane, tenant, { arn: stranger.arn });
    await awaitMessage(tenant, /may not describe the CA.*acm-pca:DescribeCertificateAuthority/, 'AccessDenied');
  });

  test('a disabled CA: requests wait, and are signed once it is enabled', async () => {
    const tenant = await createTenant(issuer, 'disabled');
    await aws.updateCertificateAuthority({ arn: tenant.authority.arn, status: 'DISABLED' });
    await createRequest(plane, tenant, 'waits');
    await awaitMessage(tenant, /is DISABLED\. Enable it/, 'CertificateAuthorityDisabled');
    // It may have said before that AWS refuses it.
    await awaitMessageOf(tenant, 'waits', 'CertificateAuthorityDisabled');
    await aws.updateCertificateAuthority({ arn: tenant.authority.arn, status: 'ACTIVE' });
    // Any change of the issuer has it checked at once; left alone, it is looked at every minute.
    await applyIssuer(plane, tenant, { notBeforeOffset: '10m' });
    await awaitRequest(plane, tenant.namespace, 'waits', 'Issued');
  });

  test('a denied template blocks its requests alone', async () => {
    const tenant = await createTenant(issuer, 'denied');
    const templateArns = ['arn:aws:acm-pca:::template/CodeSigningCertificate/V1'];
    await aws.deny({ principal: tenant.identity.arn, actions: ['acm-pca:IssueCertificate'], templateArns });
    await createRequest(plane, tenant, 'code', { usages: ['code signing'] });
    await createRequest(plane, tenant, 'server', { usages: ['server auth'] });
    await awaitRequest(plane, tenant.namespace, 'server', 'Issued');
    const waiting = readyOf(await awaitRequest(plane, tenant.namespace, 'code', 'Pending'));
    expect(waiting?.message).toMatch(/denies acm-pca:IssueCertificate with template CodeSigningCertificate\/V1/);
    expect(readyOf(await readObject(plane, 'AWSPCAIssuer', tenant.namespace, 'ca'))?.status).toBe('True');
  });
});

describe('what goes away in the middle', () => {
  test('a request that is deleted while it is awaited leaves nothing, and the next one of that name gets its own key', async () => {
    const tenant = await createTenant(issuer, 'deleted', { authority: { issuingTimeMs: 1500 } });
    const first = createCsr();
    await createRequest(plane, tenant, 'reused-name', { csr: first });
    await plane.demand('DELETE', pathOf('CertificateRequest', tenant.namespace, 'reused-name'));
    const second = createCsr();
    await createRequest(plane, tenant, 'reused-name', { csr: second });
    const issued = await awaitRequest(plane, tenant.namespace, 'reused-name', 'Issued');
    const key = (pem: string): string => new RegExp(/pub:[\s0-9a-f:]+/).exec(pem)?.[0].replace(/\s/g, '') ?? 'none';
    const { execFileSync } = await import('node:child_process');
    const wanted = execFileSync('openssl', ['req', '-noout', '-text'], { input: second, encoding: 'utf8' });
    expect(key(inspect(issued).text)).toBe(key(wanted));
    expect(decode(issued.status?.certificate)).toContain('BEGIN CERTIFICATE');
  });

  test('an issuer that is deleted while a certificate is awaited: the request is signed once it is back, with one bill', async () => {
    const tenant = await createTenant(issuer, 'issuer-deleted');
    const { arn: certificateAuthorityArn } = tenant.authority;
    const unfinished = { operation: 'GetCertificate', code: 'RequestInProgressException', count: 10_000 };
    await aws.failNext({ ...unfinished, certificateAuthorityArn });
    await createRequest(plane, tenant, 'patient');
    const isIssued = async (): Promise<boolean> => (await billedBy(tenant)) > 0;
    await eventually(isIssued, { what: 'the certificate is billed' });
    await plane.demand('DELETE', pathOf('AWSPCAIssuer', tenant.namespace, 'ca'));
    await awaitMessageOf(tenant, 'patient', 'issuer could not be found');
    await aws.clearFaults({ certificateAuthorityArn });
    await applyIssuer(plane, tenant);
    await awaitRequest(plane, tenant.namespace, 'patient', 'Issued');
    expect(await billedBy(tenant)).toBe(1);
  });

  test('a Secret that is created after its issuer is found without a restart', async () => {
    const tenant = await createTenant(issuer, 'late-secret', { createIssuer: false });
    await applyObject(plane, {
      apiVersion: 'awspca.cert-manager.io/v1beta1',
      kind: 'AWSPCAIssuer',
      metadata: { name: 'ca', namespace: tenant.namespace },
      spec: { arn: tenant.authority.arn, secretRef: { name: 'aws' } },
    });
    await awaitIssuer(plane, tenant.namespace, 'ca', 'False');
    const { accessKeyId, secretAccessKey } = tenant.identity;
    await applyObject(plane, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'aws', namespace: tenant.namespace },
      stringData: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    });
    await awaitIssuer(plane, tenant.namespace, 'ca', 'True');
  });
});

test('a request that comes before its issuer waits, says so, and is signed when the issuer is Ready', async () => {
  const tenant = await createTenant(issuer, 'early', { createIssuer: false });
  await createRequest(plane, tenant, 'early');
  const waiting = readyOf(await awaitRequest(plane, tenant.namespace, 'early', 'Pending'));
  expect(waiting?.message).toMatch(/^issuer could not be found: there is no AWSPCAIssuer .*\/ca\./);
  await applyIssuer(plane, tenant);
  await awaitRequest(plane, tenant.namespace, 'early', 'Issued');
});

test('approval is awaited and a denial is mirrored, whatever was there first', async () => {
  const tenant = await createTenant(issuer, 'denial', { createIssuer: false });
  await createRequest(plane, tenant, 'denied', { issuerRef: { ...tenant.issuerRef, kind: 'AWSPCAIssuer' } });
  const request = await awaitRequest(plane, tenant.namespace, 'denied', 'Pending');
  // As an approver would have done in the first place: nothing here has a webhook that would forbid it.
  const conditions = [
    {
      type: 'Denied',
      status: 'True',
      reason: 'Reviewed',
      message: 'No.',
      lastTransitionTime: request.metadata.creationTimestamp,
    },
  ];
  await plane.demand('PATCH', `${pathOf('CertificateRequest', tenant.namespace, 'denied')}/status`, {
    body: { status: { conditions } },
    contentType: 'application/merge-patch+json',
  });
  const denied = await awaitRequest(plane, tenant.namespace, 'denied', 'Denied');
  expect(readyOf(denied)).toMatchObject({
    status: 'False',
    message: 'The CertificateRequest was denied by an approval controller',
  });
  expect(denied.status?.failureTime).toBeDefined();
});
