import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../cluster/wait.ts';
import { createCsr, createRequest, decode } from './support/requests.ts';
import {
  applyObject,
  awaitReady,
  awaitRequest,
  createTenant,
  pathOf,
  sharedIssuer,
  type Tenant,
  type TestObject,
} from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
afterAll(() => plane.close());

const spki = (key: ReturnType<typeof createPublicKey>): string =>
  key.export({ type: 'spki', format: 'der' }).toString('base64');
const keyOfCsr = (csr: string): string =>
  spki(createPublicKey(execFileSync('openssl', ['req', '-noout', '-pubkey'], { input: csr, encoding: 'utf8' })));
const keyOfCertificate = (pem: string): string => spki(new X509Certificate(pem).publicKey);
const digestOf = (csr: string): string =>
  createHash('sha256')
    .update(Buffer.from(csr.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
    .digest('hex');

/** The CSRs that were billed to the tenant's CA, once for each bill. */
const billedCsrs = async ({ authority }: Tenant): Promise<string[]> =>
  (await aws.billed())
    .filter(({ certificateAuthorityArn }) => certificateAuthorityArn === authority.arn)
    .map(({ csrSha256 }) => csrSha256);

const remove = async (kind: string, namespace: string, name: string): Promise<void> => {
  await plane.demand('DELETE', pathOf(kind, namespace, name));
};

describe('a request that is deleted and created again under the same name is another request', () => {
  test('each gets the certificate for its own key, for one bill', async () => {
    const tenant = await createTenant(issuer, 'again');
    const csrs = Array.from({ length: 5 }, () => createCsr());
    for (const csr of csrs) {
      await createRequest(plane, tenant, 'web', { csr });
      const issued = await awaitRequest(plane, tenant.namespace, 'web', 'Issued');
      expect(keyOfCertificate(decode(issued.status?.certificate))).toBe(keyOfCsr(csr));
      await remove('CertificateRequest', tenant.namespace, 'web');
    }
    expect(await billedCsrs(tenant)).toEqual(csrs.map(digestOf));
  });

  test.each([
    ['as soon as it is there', 'at-once', undefined],
    ['while AWS issues', 'in-flight', 'IssueCertificate'],
    ['while its certificate is looked for', 'looking', 'GetCertificate'],
  ] as const)('deleted %s', async (_, prefix, operation) => {
    const tenant = await createTenant(issuer, prefix, { authority: { issuingTimeMs: 1000 } });
    const { arn } = tenant.authority;
    const called = async (): Promise<number> =>
      (await aws.calls(operation && { operation })).filter(
        ({ parameters }) => parameters['CertificateAuthorityArn'] === arn,
      ).length;
    const csrs = Array.from({ length: 4 }, () => createCsr());
    for (const csr of csrs.slice(0, -1)) {
      const before = await called();
      await createRequest(plane, tenant, 'web', { csr });
      if (operation) {
        await eventually(async () => (await called()) > before, { what: `${operation} is called`, everyMs: 5 });
      }
      await remove('CertificateRequest', tenant.namespace, 'web');
    }
    const last = csrs.at(-1) ?? '';
    await createRequest(plane, tenant, 'web', { csr: last });
    const issued = await awaitRequest(plane, tenant.namespace, 'web', 'Issued');
    expect(keyOfCertificate(decode(issued.status?.certificate))).toBe(keyOfCsr(last));
    const billed = await billedCsrs(tenant);
    expect(new Set(billed).size).toBe(billed.length);
    expect(csrs.map(digestOf)).toEqual(expect.arrayContaining(billed));
    expect(billed).toContain(digestOf(last));
  });
});

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

test('cert-manager deletes requests and asks for other names meanwhile: the Secret ends with a pair that matches', async () => {
  const tenant = await createTenant(issuer, 'renaming', { authority: { issuingTimeMs: 1000 } });
  const { namespace, issuerRef } = tenant;
  const certificate = (dnsName: string): Promise<TestObject> =>
    applyObject(plane, {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'site', namespace },
      spec: {
        secretName: 'site-tls',
        issuerRef,
        dnsNames: [dnsName],
        privateKey: { algorithm: 'ECDSA', rotationPolicy: 'Always' },
      },
    });
  const requests = async (): Promise<TestObject[]> =>
    ((await plane.demand('GET', pathOf('CertificateRequest', namespace))) as { items: TestObject[] }).items;
  const seen = new Set<string>();
  const awaitNewRequest = (): Promise<TestObject> =>
    eventually(async () => (await requests()).find(({ metadata }) => !seen.has(metadata.uid)), {
      what: 'another request',
      everyMs: 10,
    });

  for (const dnsName of ['one.example', 'two.example', 'three.example']) {
    await certificate(dnsName);
    const { metadata } = await awaitNewRequest();
    seen.add(metadata.uid);
    // cert-manager may have deleted it already.
    await plane.request('DELETE', pathOf('CertificateRequest', namespace, metadata.name));
  }
  const { metadata } = await certificate('final.example');
  const { generation } = metadata as { generation?: number };
  await awaitReady(plane, 'Certificate', namespace, 'site', (condition) => {
    const { observedGeneration } = condition as { observedGeneration?: number };
    return condition.status === 'True' && observedGeneration === generation;
  });
  const secret = async (): Promise<Secret> =>
    (await plane.demand('GET', pathOf('Secret', namespace, 'site-tls'))) as Secret;
  const { data } = await secret();
  const leaf = new X509Certificate(decode(data['tls.crt']));
  expect(leaf.subjectAltName).toBe('DNS:final.example');
  expect(spki(leaf.publicKey)).toBe(spki(createPublicKey(decode(data['tls.key']))));
  const billed = await billedCsrs(tenant);
  expect(new Set(billed).size).toBe(billed.length);
});
