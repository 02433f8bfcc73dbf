import type { ACMPCAClient, ApiPassthrough } from '@aws-sdk/client-acm-pca';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type Authority, type AwsStandIn } from '../index.ts';
import { fetchCertificate, issue, outcomeOf, pcaClient, type IssueWish } from '../testing/clients.ts';
import { makeCsr, readCertificate, readExtensions } from '../testing/csr.ts';
import { TEMPLATES } from './templates.ts';

const NOT_CA = 'CA:FALSE';
const CA_USAGE = 'critical Digital Signature, Certificate Sign, CRL Sign';
const TLS_USAGE = 'critical Digital Signature, Key Encipherment';
const SERVER = 'TLS Web Server Authentication';
const CLIENT = 'TLS Web Client Authentication';
const KEY_USAGE = 'X509v3 Key Usage';
const EXTENDED = 'X509v3 Extended Key Usage';
const CONSTRAINTS = 'X509v3 Basic Constraints';

let aws: AwsStandIn;
let client: ACMPCAClient;
let root: Authority;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off' });
  client = pcaClient(aws);
  root = await aws.createCertificateAuthority();
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

type Wish = Partial<IssueWish> & { readonly template: string; readonly csr: string };

async function leafFor(wish: Wish): Promise<string> {
  const arn = await issue(client, { CertificateAuthorityArn: root.arn, ...wish });
  return (await fetchCertificate(client, arn)).leaf;
}

const extensionsFor = async (wish: Wish): Promise<Record<string, string>> => readExtensions(await leafFor(wish));

describe('the list', () => {
  const names = [...TEMPLATES.keys()];
  const count = (pattern: RegExp): number => names.filter((name) => pattern.test(name)).length;

  test('has every variant that the user guide names', () => {
    const later = names.filter((name) => /CriticalBasicConstraints|BlankRoot/.test(name));
    expect(later).toHaveLength(8);
    expect(names).toHaveLength(53 + later.length);
    expect(count(/^[^_]*(_PathLen\d)?\/V1$/)).toBe(10);
    expect(count(/^(?!.*Critical).*_CSRPassthrough\/V1$/)).toBe(14);
    expect(count(/^(?!.*Critical|BlankRoot).*_APIPassthrough\/V1$/)).toBe(15);
    expect(count(/^(?!.*Critical).*_APICSRPassthrough\/V1$/)).toBe(14);
  });

  test('ends where it ends: an unknown name is refused', async () => {
    const call = leafFor({ template: 'NoSuchCertificate/V1', csr: makeCsr() });
    expect(await outcomeOf(call)).toBe('InvalidArnException');
    expect(await outcomeOf(leafFor({ template: 'EndEntityCertificate/V2', csr: makeCsr() }))).toBe(
      'InvalidArnException',
    );
  });
});

describe('what a template gives by itself', () => {
  test.each([
    ['EndEntityCertificate', NOT_CA, TLS_USAGE, `${SERVER}, ${CLIENT}`],
    ['EndEntityServerAuthCertificate', NOT_CA, TLS_USAGE, SERVER],
    ['EndEntityClientAuthCertificate', NOT_CA, TLS_USAGE, CLIENT],
    ['CodeSigningCertificate', NOT_CA, 'critical Digital Signature', 'critical Code Signing'],
    ['OCSPSigningCertificate', NOT_CA, 'critical Digital Signature', 'critical OCSP Signing'],
    ['BlankEndEntityCertificate_CSRPassthrough', NOT_CA, undefined, undefined],
    ['BlankEndEntityCertificate_CriticalBasicConstraints_CSRPassthrough', `critical ${NOT_CA}`, undefined, undefined],
    ['SubordinateCACertificate_PathLen0', 'critical CA:TRUE, pathlen:0', CA_USAGE, undefined],
    ['SubordinateCACertificate_PathLen3', 'critical CA:TRUE, pathlen:3', CA_USAGE, undefined],
    ['BlankSubordinateCACertificate_PathLen2_APIPassthrough', 'critical CA:TRUE, pathlen:2', undefined, undefined],
  ])('%s', async (name, constraints, usage, extended) => {
    const found = await extensionsFor({ template: `${name}/V1`, csr: makeCsr() });
    expect([found[CONSTRAINTS], found[KEY_USAGE], found[EXTENDED]]).toEqual([constraints, usage, extended]);
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining(['X509v3 Authority Key Identifier', 'X509v3 Subject Key Identifier']),
    );
  });

  test('a root template serves only the root’s own key', async () => {
    const call = leafFor({ template: 'RootCACertificate/V1', csr: makeCsr() });
    expect(await outcomeOf(call)).toBe('InvalidArgsException');
  });
});

describe('where values come from', () => {
  const csr = makeCsr({
    extensions: [
      'subjectAltName=DNS:csr.example',
      'extendedKeyUsage=emailProtection',
      'keyUsage=critical,nonRepudiation',
      '1.2.3.4=ASN1:UTF8String:custom',
    ],
  });
  const ApiPassthrough: ApiPassthrough = {
    Subject: { Country: 'AT', CommonName: 'api.example' },
    Extensions: {
      ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'CODE_SIGNING' }],
      KeyUsage: { KeyAgreement: true },
      SubjectAlternativeNames: [{ DnsName: 'api.example' }, { IpAddress: '10.1.2.3' }],
      CertificatePolicies: [
        {
          CertPolicyId: '1.2.3.5',
          PolicyQualifiers: [{ PolicyQualifierId: 'CPS', Qualifier: { CpsUri: 'http://cps.example' } }],
        },
      ],
      CustomExtensions: [{ ObjectIdentifier: '1.2.3.6', Value: Buffer.from('0500', 'hex').toString('base64') }],
    },
  };

  test('a base template takes subject and names of the request, nothing else', async () => {
    const found = await extensionsFor({ template: 'EndEntityCertificate/V1', csr, ApiPassthrough });
    expect(found).toMatchObject({ [EXTENDED]: `${SERVER}, ${CLIENT}`, [KEY_USAGE]: TLS_USAGE });
    expect(found['X509v3 Subject Alternative Name']).toBe('DNS:csr.example');
    expect(found).not.toHaveProperty(['1.2.3.4']);
  });

  test('a CSR passthrough takes what the template leaves open', async () => {
    const blank = await extensionsFor({ template: 'BlankEndEntityCertificate_CSRPassthrough/V1', csr, ApiPassthrough });
    expect(blank).toMatchObject({ [EXTENDED]: 'E-mail Protection', [KEY_USAGE]: 'critical Non Repudiation' });
    expect(blank).toHaveProperty(['1.2.3.4']);
    const fixed = await extensionsFor({ template: 'EndEntityClientAuthCertificate_CSRPassthrough/V1', csr });
    expect(fixed).toMatchObject({ [EXTENDED]: CLIENT, [KEY_USAGE]: TLS_USAGE });
  });

  test('an API passthrough takes the request’s subject and names only where the API gives none', async () => {
    const template = 'BlankEndEntityCertificate_APIPassthrough/V1';
    const leaf = await leafFor({ template, csr, ApiPassthrough });
    expect(readCertificate(leaf)).toContain('Subject: CN=api.example,C=AT');
    expect(readExtensions(leaf)).toMatchObject({
      [EXTENDED]: 'Code Signing',
      [KEY_USAGE]: 'critical Key Agreement',
      'X509v3 Subject Alternative Name': 'DNS:api.example, IP Address:10.1.2.3',
      'X509v3 Certificate Policies': 'Policy: 1.2.3.5 CPS: http://cps.example',
    });
    expect(readExtensions(leaf)).toHaveProperty(['1.2.3.6']);
    const bare = await extensionsFor({ template, csr });
    expect(bare).not.toHaveProperty(EXTENDED);
    expect(bare).toMatchObject({ 'X509v3 Subject Alternative Name': 'DNS:csr.example' });
  });

  test('template before API before request', async () => {
    const signing: ApiPassthrough = { Extensions: { ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'CODE_SIGNING' }] } };
    const both = { csr, ApiPassthrough: signing };
    const blank = await extensionsFor({ template: 'BlankEndEntityCertificate_APICSRPassthrough/V1', ...both });
    expect(blank).toMatchObject({ [EXTENDED]: 'Code Signing', [KEY_USAGE]: 'critical Non Repudiation' });
    const fixed = await extensionsFor({ template: 'EndEntityClientAuthCertificate_APIPassthrough/V1', ...both });
    expect(fixed).toMatchObject({ [EXTENDED]: CLIENT });
  });

  test('a request cannot make itself a certificate authority', async () => {
    const greedy = makeCsr({ extensions: ['basicConstraints=critical,CA:TRUE'] });
    const found = await extensionsFor({ template: 'BlankEndEntityCertificate_APICSRPassthrough/V1', csr: greedy });
    expect(found[CONSTRAINTS]).toBe(NOT_CA);
  });

  test('a general name has exactly one member', async () => {
    const Extensions = { SubjectAlternativeNames: [{ DnsName: 'a.example', IpAddress: '10.0.0.1' }] };
    const call = leafFor({
      template: 'BlankEndEntityCertificate_APIPassthrough/V1',
      csr,
      ApiPassthrough: { Extensions },
    });
    expect(await outcomeOf(call)).toBe('InvalidArgsException');
  });

  test.each<[string, ApiPassthrough]>([
    ['no extended key usage', { Extensions: { ExtendedKeyUsage: [] } }],
    [
      'a purpose that the model does not know',
      { Extensions: { ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'ANY' as never }] } },
    ],
    ['no object identifier', { Extensions: { ExtendedKeyUsage: [{ ExtendedKeyUsageObjectIdentifier: '3.1' }] } }],
    [
      'a custom extension without value',
      { Extensions: { CustomExtensions: [{ ObjectIdentifier: '1.2.3', Value: '' }] } },
    ],
    ['a value that is not base64', { Extensions: { CustomExtensions: [{ ObjectIdentifier: '1.2.3', Value: '!' }] } }],
    ['a common name of 65 characters', { Subject: { CommonName: 'x'.repeat(65) } }],
    ['151 names', { Extensions: { SubjectAlternativeNames: Array.from({ length: 151 }, () => ({ DnsName: 'a' })) } }],
  ])('%s is refused', async (_, wrong) => {
    const call = leafFor({ template: 'BlankEndEntityCertificate_APIPassthrough/V1', csr, ApiPassthrough: wrong });
    expect(await outcomeOf(call)).toBe('ValidationException');
  });

  test('a custom extension is critical when it is asked to be', async () => {
    const Value = Buffer.from('0500', 'hex').toString('base64');
    const found = await extensionsFor({
      template: 'BlankEndEntityCertificate_APICSRPassthrough/V1',
      csr,
      ApiPassthrough: { Extensions: { CustomExtensions: [{ ObjectIdentifier: '1.2.3.7', Value, Critical: true }] } },
    });
    expect(found['1.2.3.7']).toMatch(/^critical/);
  });

  test('revocation addresses come from the authority’s configuration', async () => {
    const authority = { crlUrl: 'http://crl.example/a.crl', ocspUrl: 'http://ocsp.example' };
    const { arn } = await aws.createCertificateAuthority(authority);
    const wish = { CertificateAuthorityArn: arn, csr, template: 'EndEntityCertificate/V1' };
    const found = await extensionsFor(wish);
    expect(found['X509v3 CRL Distribution Points']).toContain('URI:http://crl.example/a.crl');
    expect(readCertificate(await leafFor(wish))).toContain('OCSP - URI:http://ocsp.example');
    const plain = await extensionsFor({ template: 'EndEntityCertificate/V1', csr });
    expect(plain).not.toHaveProperty('X509v3 CRL Distribution Points');
  });
});

describe('path lengths', () => {
  test.each([
    [undefined, 'SubordinateCACertificate_PathLen3', 'ok'],
    [2, 'SubordinateCACertificate_PathLen1', 'ok'],
    [2, 'SubordinateCACertificate_PathLen2', 'InvalidArgsException'],
    [0, 'SubordinateCACertificate_PathLen0', 'InvalidArgsException'],
    [0, 'BlankSubordinateCACertificate_PathLen0_CSRPassthrough', 'InvalidArgsException'],
    [0, 'EndEntityCertificate', 'ok'],
  ])('an authority with path length %s asked for %s', async (pathLength, name, outcome) => {
    const options = pathLength === undefined ? {} : { parent: root.arn, pathLength };
    const { arn } = await aws.createCertificateAuthority(options);
    const call = leafFor({ CertificateAuthorityArn: arn, template: `${name}/V1`, csr: makeCsr() });
    expect(await outcomeOf(call)).toBe(outcome);
  });
});
