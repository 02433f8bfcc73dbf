import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contentIn } from '../matrix/read-content.ts';
import { meaningOf } from '../matrix/usages.ts';
import { parseCsr } from '../aws/x509/csr.ts';
import { extensionsIn, readCertificate } from '../aws/testing/csr.ts';
import { eventually } from '../cluster/wait.ts';
import { openssl } from '../support/openssl.ts';
import {
  applyCertificate,
  awaitCertificate,
  awaitSecret,
  type CertificateSpec,
  type IssuedSecret,
  readCsr,
  readSecret,
} from './support/certificates.ts';
import { createTenant, pathOf, sharedIssuer, type Tenant } from './support/shared-issuer.ts';

// What cert-manager's own conformance tests for issuers ask for and look at, but for what AWS Private CA has not
// (Ed25519, ACME) and for Gateways and Ingresses, whose Certificates are like these.
// https://github.com/cert-manager/cert-manager/tree/master/test/e2e/suite/conformance/certificates

const issuer = sharedIssuer();
const { plane } = issuer;
afterAll(() => plane.close());

const hour = 3_600_000;
const san = 'X509v3 Subject Alternative Name';

interface Wanted {
  readonly spec: CertificateSpec;
  /** As openssl lists them, sorted. */
  readonly names?: readonly string[];
  /** RFC 4514 form, which begins with what the name ends in; absent: empty. */
  readonly subject?: string;
  readonly durationMs?: number;
  readonly key?: 'rsa' | 'ec';
}

const certificates: Readonly<Record<string, Wanted>> = {
  'one-dns-name': { spec: { dnsNames: ['one.example'] }, names: ['DNS:one.example'] },
  'one-dns-name-ecdsa': {
    spec: { dnsNames: ['two.example'], privateKey: { algorithm: 'ECDSA' } },
    names: ['DNS:two.example'],
    key: 'ec',
  },
  'common-name': { spec: { commonName: 'cn.example' }, subject: 'CN=cn.example' },
  'common-name-ecdsa': {
    spec: { commonName: 'cn2.example', privateKey: { algorithm: 'ECDSA' } },
    subject: 'CN=cn2.example',
    key: 'ec',
  },
  organization: {
    spec: { dnsNames: ['org.example'], subject: { organizations: ['One', 'Two'], countries: ['AT'] } },
    names: ['DNS:org.example'],
    subject: 'O=Two+O=One,C=AT',
  },
  ca: { spec: { commonName: 'team-ca', isCA: true }, subject: 'CN=team-ca' },
  'other-names': {
    spec: {
      commonName: 'upn.example',
      emailAddresses: ['upn@example.com'],
      otherNames: [
        { oid: '1.3.6.1.4.1.311.20.2.3', utf8Value: 'first@upn.example' },
        { oid: '1.3.6.1.4.1.311.20.2.3', utf8Value: 'second@upn.example' },
      ],
    },
    subject: 'CN=upn.example',
    names: ['email:upn@example.com', 'othername: UPN::first@upn.example', 'othername: UPN::second@upn.example'],
  },
  'literal-subject': {
    spec: {
      literalSubject: 'CN=*.literal.example,OU=FooLong,OU=Bar,OU=Baz,OU=Dept.,O=Corp.',
      dnsNames: ['*.literal.example'],
    },
    subject: 'CN=*.literal.example,OU=FooLong,OU=Bar,OU=Baz,OU=Dept.,O=Corp.',
    names: ['DNS:*.literal.example'],
  },
  'ip-address': {
    spec: { ipAddresses: ['10.9.8.7', '2001:db8::1'] },
    names: ['IP Address:10.9.8.7', 'IP Address:2001:DB8:0:0:0:0:0:1'],
  },
  'dns-and-ip': {
    spec: { dnsNames: ['ip.example'], ipAddresses: ['10.9.8.7'] },
    names: ['DNS:ip.example', 'IP Address:10.9.8.7'],
  },
  'cn-and-ip': {
    spec: { commonName: 'ip.example', ipAddresses: ['10.9.8.7'] },
    subject: 'CN=ip.example',
    names: ['IP Address:10.9.8.7'],
  },
  email: { spec: { emailAddresses: ['alice@example.com'] }, names: ['email:alice@example.com'] },
  'cn-and-uri': {
    spec: { commonName: 'uri.example', uris: ['spiffe://cluster.local/ns/sandbox/sa/foo'] },
    subject: 'CN=uri.example',
    names: ['URI:spiffe://cluster.local/ns/sandbox/sa/foo'],
  },
  uri: {
    spec: { uris: ['spiffe://cluster.local/ns/sandbox/sa/foo'] },
    names: ['URI:spiffe://cluster.local/ns/sandbox/sa/foo'],
  },
  'cn-among-dns-names': {
    spec: { commonName: 'a.both.example', dnsNames: ['a.both.example', 'b.both.example'] },
    subject: 'CN=a.both.example',
    names: ['DNS:a.both.example', 'DNS:b.both.example'],
  },
  'cn-beside-dns-name': {
    spec: { commonName: 'c.both.example', dnsNames: ['d.both.example'] },
    subject: 'CN=c.both.example',
    names: ['DNS:d.both.example'],
  },
  duration: {
    spec: { dnsNames: ['duration.example'], duration: '896h' },
    names: ['DNS:duration.example'],
    durationMs: 896 * hour,
  },
  wildcard: { spec: { dnsNames: ['*.wild.example'] }, names: ['DNS:*.wild.example'] },
  'wildcard-and-apex': {
    spec: { dnsNames: ['*.apex.example', 'apex.example'] },
    names: ['DNS:*.apex.example', 'DNS:apex.example'],
  },
  usages: {
    spec: {
      dnsNames: ['usages.example'],
      usages: ['signing', 'data encipherment', 'server auth', 'client auth'],
    },
    names: ['DNS:usages.example'],
  },
  'long-label': {
    spec: { dnsNames: [`${'a'.repeat(63)}.long.example`] },
    names: [`DNS:${'a'.repeat(63)}.long.example`],
  },
  'same-key': {
    spec: { dnsNames: ['key.example'], privateKey: { rotationPolicy: 'Never' } },
    names: ['DNS:key.example'],
  },
  'another-name': { spec: { dnsNames: ['first.example'] }, names: ['DNS:first.example'] },
};

let tenant: Tenant;
/** All at once: cert-manager works on them side by side. */
beforeAll(async () => {
  tenant = await createTenant(issuer, 'conformance', { spec: { notBeforeOffset: '0s' } });
  await Promise.all(
    Object.entries(certificates).map(([name, { spec }]) => applyCertificate(plane, tenant, name, spec)),
  );
});

const namesIn = (text: string): string[] =>
  (extensionsIn(text)[san] ?? '')
    .replace(/^critical /, '')
    .split(', ')
    .filter((name) => name !== '')
    .sort();

const subjectIn = (text: string): string => /Subject: *(.*)/.exec(text)?.[1] ?? '';

/** What every one of cert-manager's validations of a Secret looks at. */
function validate(
  name: string,
  { spec, names = [], subject = '', durationMs, key = 'rsa' }: Wanted,
  secret: IssuedSecret,
): void {
  const { chainPem, caPem, keyPem, annotations } = secret;
  const leaf = new X509Certificate(chainPem);
  const text = readCertificate(chainPem);
  expect(namesIn(text)).toEqual([...names].sort());
  expect(subjectIn(text)).toBe(subject);
  // RFC 5280 4.2.1.6: where the subject is empty, the names alone say who it is.
  if (subject === '') expect(extensionsIn(text)[san]).toMatch(/^critical /);
  const publicKey = createPublicKey(createPrivateKey(keyPem));
  expect([publicKey.asymmetricKeyType, leaf.publicKey.equals(publicKey)]).toEqual([key, true]);
  const isCA = spec['isCA'] === true;
  const { keyUsage, purposes } = meaningOf(spec['usages'] as string[] | undefined);
  expect(contentIn(text)).toEqual(
    isCA
      ? { isCA, pathLength: 0, keyUsage: ['CRL Sign', 'Certificate Sign', 'Digital Signature'], purposes: [] }
      : { isCA, pathLength: undefined, keyUsage, purposes },
  );
  if (durationMs !== undefined) {
    const actual = leaf.validToDate.getTime() - leaf.validFromDate.getTime();
    expect(Math.abs(actual - durationMs)).toBeLessThanOrEqual(30_000);
  }
  const args = ['verify', '-x509_strict', '-CAfile', 'ca.crt', '-untrusted', 'tls.crt', 'tls.crt'];
  expect(openssl(args, { 'ca.crt': caPem, 'tls.crt': chainPem }).trim()).toBe('tls.crt: OK');
  expect(new X509Certificate(caPem).subject).toBe(leaf.issuer);
  expect(annotations['cert-manager.io/certificate-name']).toBe(name);
}

describe('a Certificate of cert-manager', () => {
  test.each(Object.entries(certificates))('%s', async (name, wanted) => {
    const { status } = await awaitCertificate(plane, tenant.namespace, name);
    const secret = await readSecret(plane, tenant.namespace, name);
    validate(name, wanted, secret);
    expect(Date.parse(status?.notAfter ?? '')).toBe(new X509Certificate(secret.chainPem).validToDate.getTime());
  });

  test('with a subject of its own order has it byte for byte', async () => {
    const { chainPem } = await awaitSecret(plane, tenant.namespace, 'literal-subject');
    const { subject } = parseCsr(await readCsr(plane, tenant.namespace, 'literal-subject'));
    expect(new X509Certificate(chainPem).raw.includes(subject)).toBe(true);
  });

  test('whose tls.crt was emptied is signed again for the same key', async () => {
    const before = await awaitSecret(plane, tenant.namespace, 'same-key');
    await plane.demand('PATCH', pathOf('Secret', tenant.namespace, 'same-key'), {
      body: { data: { 'tls.crt': '' } },
      contentType: 'application/merge-patch+json',
    });
    const after = await awaitAnother('same-key', before);
    expect(after.keyPem).toBe(before.keyPem);
    validate('same-key', certificates['same-key'] ?? { spec: {} }, after);
  });

  test('that asks for one more name gets it', async () => {
    const before = await awaitSecret(plane, tenant.namespace, 'another-name');
    const spec = { dnsNames: ['first.example', 'second.example'] };
    await applyCertificate(plane, tenant, 'another-name', spec);
    const after = await awaitAnother('another-name', before);
    validate('another-name', { spec, names: ['DNS:first.example', 'DNS:second.example'] }, after);
  });
});

async function awaitAnother(name: string, before: IssuedSecret): Promise<IssuedSecret> {
  const probe = async (): Promise<IssuedSecret | undefined> => {
    const secret = await readSecret(plane, tenant.namespace, name);
    return secret.chainPem !== '' && secret.chainPem !== before.chainPem ? secret : undefined;
  };
  await eventually(probe, { what: `another certificate in ${name}`, timeoutMs: 180_000, everyMs: 100 });
  return awaitSecret(plane, tenant.namespace, name);
}
