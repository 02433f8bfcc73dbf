import { KeyUsageFlags } from '@peculiar/asn1-x509';
import type { Extension } from '@peculiar/asn1-x509';
import { describe, expect, test } from '@jest/globals';
import {
  caExtension,
  csrPem,
  ecKey,
  extendedKeyUsageExtension,
  extension,
  keyUsageExtension,
  mintAuthority,
  mintCertificate,
  mintCsr,
  nameOf,
} from '../../../test/support/pki.ts';
import { parseCertificate } from '../../x509/certificate.ts';
import { parseCertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { findIdentityMismatch, findTemplateMismatch } from './verify-certificate.ts';

const root = mintAuthority('Root');
const key = ecKey();
const csrWith = (...extensions: Extension[]) =>
  parseCertificateSigningRequest(csrPem(mintCsr({ key, subject: nameOf('a'), extensions })));
const leafWith = (...extensions: Extension[]) =>
  parseCertificate(mintCertificate({ key, subject: nameOf('a'), issuer: root, extensions }));

const { digitalSignature, keyEncipherment, keyCertSign, cRLSign } = KeyUsageFlags;
const tls = keyUsageExtension(digitalSignature | keyEncipherment);
const signing = keyUsageExtension(digitalSignature);
const authority = keyUsageExtension(digitalSignature | keyCertSign | cRLSign);
const serverAuth = extendedKeyUsageExtension('1.3.6.1.5.5.7.3.1');
const both = extendedKeyUsageExtension('1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1');

const blank = 'BlankEndEntityCertificate_APICSRPassthrough/V1';
const subordinate = 'SubordinateCACertificate_PathLen0/V1';

describe('findTemplateMismatch', () => {
  test.each<[string, Extension[], Extension[]]>([
    ['EndEntityServerAuthCertificate/V1', [], [tls, serverAuth]],
    ['EndEntityServerAuthCertificate/V1', [signing, both], [tls, serverAuth]],
    ['EndEntityCertificate/V1', [], [tls, both]],
    ['EndEntityCertificate_CSRPassthrough/V1', [signing], [tls, both]],
    [blank, [signing, serverAuth], [signing, serverAuth]],
    [blank, [], []],
    ['BlankEndEntityCertificate_APIPassthrough/V1', [signing, serverAuth], []],
    [subordinate, [], [authority, caExtension(0)]],
    ['BlankSubordinateCACertificate_PathLen3_CSRPassthrough/V1', [authority], [authority, caExtension(3)]],
    ['RootCACertificate/V1', [], [authority, caExtension()]],
    ['SomethingNew/V1', [], [signing]],
  ])('%s gives what it says', (template, asked, given) =>
    expect(findTemplateMismatch(leafWith(...given), csrWith(...asked), template)).toBeUndefined(),
  );

  test.each<[string, Extension[], Extension[], RegExp]>([
    ['EndEntityServerAuthCertificate/V1', [], [signing, serverAuth], /key usages differ/],
    ['EndEntityServerAuthCertificate/V1', [], [tls, both], /extended key usages differ/],
    ['EndEntityServerAuthCertificate/V1', [], [], /key usages differ/],
    [blank, [signing, serverAuth], [], /key usages differ/],
    [blank, [signing, serverAuth], [signing], /extended key usages differ/],
    [blank, [], [tls], /key usages differ/],
    [blank, [], [caExtension()], /isCA is true/],
    [subordinate, [], [authority], /isCA is false/],
    [subordinate, [], [authority, caExtension(1)], /path length is 1/],
    [subordinate, [], [authority, caExtension()], /path length is unlimited/],
    [blank, [], [extension('2.5.29.15', Buffer.of(9))], /cannot be read/],
    [subordinate, [], [extension('2.5.29.19', Buffer.from('300a0101ff020500ffffffff', 'hex'))], /cannot be read/],
  ])('%s does not give that', (template, asked, given, message) =>
    expect(findTemplateMismatch(leafWith(...given), csrWith(...asked), template)).toMatch(message),
  );
});

describe('findIdentityMismatch', () => {
  test('key and names are those of the CSR', () => expect(findIdentityMismatch(leafWith(), csrWith())).toBeUndefined());
  test('another key', () => {
    const other = parseCertificate(mintCertificate({ key: ecKey(), subject: nameOf('a'), issuer: root }));
    expect(findIdentityMismatch(other, csrWith())).toBe('it is for another key than the CSR');
  });
  test('another name', () => {
    const other = parseCertificate(mintCertificate({ key, subject: nameOf('b'), issuer: root }));
    expect(findIdentityMismatch(other, csrWith())).toBe('it lacks the name a');
  });
});
