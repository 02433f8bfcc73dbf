import { describe, expect, test } from '@jest/globals';
import { opensslCsrWith } from '../../../test/support/openssl.ts';
import { parseCertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { findExtension, keyUsageBits } from '../../x509/extensions.ts';
import { type PassedContent, toApiPassthrough } from './api-passthrough.ts';

const nothing: PassedContent = { keyUsage: [], extendedKeyUsage: [], extensions: [] };
const pass = (content: Partial<PassedContent>) => toApiPassthrough({ ...nothing, ...content });
const passed = (Extensions: object) => ({ kind: 'passed', apiPassthrough: { Extensions } });
const custom = (oid: string, value = Buffer.of(5, 0), critical = false) => ({ oid, critical, value });

test('nothing is nothing', () => expect(pass({})).toEqual({ kind: 'passed', apiPassthrough: undefined }));

test('usages', () => {
  expect(pass({ keyUsage: ['digitalSignature', 'cRLSign'], extendedKeyUsage: ['1.3.6.1.5.5.7.3.1', '1.2.3'] })).toEqual(
    passed({
      KeyUsage: { DigitalSignature: true, CRLSign: true },
      ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'SERVER_AUTH' }, { ExtendedKeyUsageObjectIdentifier: '1.2.3' }],
    }),
  );
  expect(pass({ keyUsage: keyUsageBits })).toHaveProperty(
    'apiPassthrough.Extensions.KeyUsage',
    Object.fromEntries(keyUsageBits.map((bit) => [bit.charAt(0).toUpperCase() + bit.slice(1), true])),
  );
});

test('any extension goes as it is', () =>
  expect(pass({ extensions: [custom('2.5.29.30', Buffer.from('abc'), true), custom('1.2.3.4')] })).toEqual(
    passed({
      CustomExtensions: [
        { ObjectIdentifier: '2.5.29.30', Value: 'YWJj', Critical: true },
        { ObjectIdentifier: '1.2.3.4', Value: 'BQA=', Critical: false },
      ],
    }),
  ));

describe('certificate policies', () => {
  /** As openssl encodes them. */
  function policies(value: string, section = '') {
    const pem = opensslCsrWith([`certificatePolicies=${value}`], section);
    const found = findExtension(parseCertificateSigningRequest(pem).extensions, '2.5.29.32');
    if (!found) throw new Error('openssl made no policies');
    return found;
  }

  test('of identifiers and CPS addresses have a form of their own', () => {
    const extension = policies('1.2.3.4,@p', '[p]\npolicyIdentifier=1.3.5.8\nCPS.1=http://cps.example/\n');
    expect(pass({ extensions: [extension] })).toEqual(
      passed({
        CertificatePolicies: [
          { CertPolicyId: '1.2.3.4' },
          {
            CertPolicyId: '1.3.5.8',
            PolicyQualifiers: [{ PolicyQualifierId: 'CPS', Qualifier: { CpsUri: 'http://cps.example/' } }],
          },
        ],
      }),
    );
  });

  test.each([
    ['a critical flag', policies('critical,1.2.3.4')],
    ['a notice', policies('@p', '[p]\npolicyIdentifier=1.3.5.8\nuserNotice.1=@n\n[n]\nexplicitText="read this"\n')],
    ['bytes that are no policies', custom('2.5.29.32')],
  ])('with %s go as they are', (_, extension) =>
    expect(pass({ extensions: [extension] })).toMatchObject(
      passed({ CustomExtensions: [{ ObjectIdentifier: '2.5.29.32', Value: extension.value.toString('base64') }] }),
    ),
  );

  test.each([
    ['more than twenty', policies(Array.from({ length: 21 }, (_, last) => `1.2.3.${last}`).join(',')), /20 policies/],
    [
      'a long address',
      policies('@p', `[p]\npolicyIdentifier=1.3.5.8\nCPS.1=http://${'a'.repeat(256)}/\n`),
      /CPS address of more than 256/,
    ],
  ])('%s are refused', (_, extension, message) =>
    expect(pass({ extensions: [extension] })).toHaveProperty('message', expect.stringMatching(message)),
  );
});

describe('the limits of the service', () => {
  const longest = Buffer.alloc(3072);
  const many = (count: number) => Array.from({ length: count }, (_, last) => custom(`1.2.3.${last}`));

  test('what just fits', () => {
    expect(pass({ extensions: [custom('1.2.3', longest)] }).kind).toBe('passed');
    expect(pass({ extensions: many(150) }).kind).toBe('passed');
    expect(pass({ extendedKeyUsage: Array.from({ length: 20 }, (_, last) => `1.2.${last}`) }).kind).toBe('passed');
    expect(pass({ extensions: [custom(`2.25.${'9'.repeat(59)}`)] }).kind).toBe('passed');
  });

  test.each<[string, Partial<PassedContent>, RegExp]>([
    [
      'a long value',
      { extensions: [custom('2.5.29.30', Buffer.alloc(3073))] },
      /\(?name constraints, 2\.5\.29\.30.*4096/,
    ],
    ['an empty value', { extensions: [custom('1.2.3', Buffer.alloc(0))] }, /1\.2\.3, which is empty/],
    ['many extensions', { extensions: many(151) }, /more than 150 extensions/],
    ['a long identifier', { extensions: [custom(`2.25.${'9'.repeat(60)}`)] }, /identifier it does not take/],
    ['an identifier that its pattern leaves out', { extensions: [custom('2.999.3')] }, /2\.999\.3, whose/],
    ['many purposes', { extendedKeyUsage: Array.from({ length: 21 }, (_, last) => `1.2.${last}`) }, /more than 20 ext/],
    ['a strange purpose', { extendedKeyUsage: ['2.999.1'] }, /extended key usage.*2\.999\.1/],
  ])('%s is refused by name', (_, content, message) =>
    expect(pass(content)).toEqual({
      kind: 'rejected',
      code: 'BeyondServiceLimits',
      message: expect.stringMatching(message),
    }),
  );
});
