import {
  AttributeTypeAndValue,
  AttributeValue,
  type Extension,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
} from '@peculiar/asn1-x509';
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
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { parseCertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { planContent } from './plan-content.ts';
import { findAuthorityOverrides, findContentMismatch, findIdentityMismatch } from './verify-certificate.ts';

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

/** What is expected of a certificate by this template, for this CSR and a request with no wishes of its own. */
function expectedOf(template: string, csr: CertificateSigningRequest) {
  const plan = planContent({ kind: 'template', name: template, isVerbatim: true }, csr, { isCA: false, usages: [] });
  if (plan.kind === 'rejected' || !plan.expected) throw new Error('there is nothing to expect');
  return plan.expected;
}
const mismatch = (template: string, asked: Extension[], given: Extension[]): string | undefined =>
  findContentMismatch(leafWith(...given), csrWith(...asked), expectedOf(template, csrWith(...asked)));

const blank = 'BlankEndEntityCertificate_APICSRPassthrough/V1';
const constraint = (critical: boolean, text = 'constraint'): Extension =>
  extension('2.5.29.30', Buffer.from(text), critical);
const subordinate = 'SubordinateCACertificate_PathLen0/V1';

describe('findContentMismatch', () => {
  test.each<[string, Extension[], Extension[]]>([
    ['EndEntityServerAuthCertificate/V1', [], [tls, serverAuth]],
    ['EndEntityServerAuthCertificate/V1', [signing, both], [tls, serverAuth]],
    ['EndEntityCertificate/V1', [], [tls, both]],
    ['EndEntityCertificate_CSRPassthrough/V1', [signing], [tls, both]],
    [blank, [signing, serverAuth], [signing, serverAuth]],
    [blank, [], [tls]],
    [blank, [signing, constraint(true)], [signing, constraint(true)]],
    [blank, [signing, constraint(false)], [signing, constraint(true)]],
    ['BlankEndEntityCertificate_APIPassthrough/V1', [signing, serverAuth], [signing, serverAuth]],
    [subordinate, [], [authority, caExtension(0)]],
    ['BlankSubordinateCACertificate_PathLen3_CSRPassthrough/V1', [authority], [authority, caExtension(3)]],
    ['RootCACertificate/V1', [], [authority, caExtension()]],
  ])('%s gives what it says', (template, asked, given) => expect(mismatch(template, asked, given)).toBeUndefined());

  test.each<[string, Extension[], Extension[], RegExp]>([
    ['EndEntityServerAuthCertificate/V1', [], [signing, serverAuth], /key usages differ/],
    ['EndEntityServerAuthCertificate/V1', [], [tls, both], /extended key usages differ/],
    ['EndEntityServerAuthCertificate/V1', [], [], /key usages differ/],
    [blank, [signing, serverAuth], [], /key usages differ/],
    [blank, [signing, serverAuth], [signing], /extended key usages differ/],
    [blank, [], [], /key usages differ/],
    [blank, [signing], [signing, serverAuth], /extended key usages differ/],
    [blank, [signing], [signing, caExtension()], /isCA is true/],
    [blank, [signing, constraint(true)], [signing], /extension \(name constraints, 2\.5\.29\.30\) is not the one/],
    [blank, [signing, constraint(true)], [signing, constraint(false)], /extension \(name constraints/],
    [blank, [signing, constraint(true)], [signing, constraint(true, 'other')], /extension \(name constraints/],
    [subordinate, [], [authority], /isCA is false/],
    [subordinate, [], [authority, caExtension(1)], /path length is 1/],
    [subordinate, [], [authority, caExtension()], /path length is unlimited/],
    [blank, [], [extension('2.5.29.15', Buffer.of(9))], /cannot be read/],
    [subordinate, [], [extension('2.5.29.19', Buffer.from('300a0101ff020500ffffffff', 'hex'))], /cannot be read/],
  ])('%s does not give that', (template, asked, given, message) =>
    expect(mismatch(template, asked, given)).toMatch(message),
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

describe('the subject', () => {
  const attributesOf = (...attributes: [type: string, value: object][]): Name =>
    new Name(
      attributes.map(
        ([type, value]) =>
          new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue(value) })]),
      ),
    );
  const [o, ou] = ['2.5.4.10', '2.5.4.11'];
  const asked = attributesOf([o, { utf8String: 'Org' }], [ou, { utf8String: 'one' }], [ou, { utf8String: 'two' }]);
  const csr = parseCertificateSigningRequest(csrPem(mintCsr({ key, subject: asked })));
  const compare = (subject: Name): string | undefined =>
    findContentMismatch(
      parseCertificate(mintCertificate({ key, subject, issuer: root, extensions: [tls] })),
      csr,
      expectedOf(blank, csr),
    );

  test.each([
    ['as it was asked for', asked],
    [
      'in other string types',
      attributesOf([o, { printableString: 'Org' }], [ou, { bmpString: 'one' }], [ou, { utf8String: 'two' }]),
    ],
  ])('%s', (_, subject) => expect(compare(subject)).toBeUndefined());

  test.each([
    ['lacks an attribute', attributesOf([o, { utf8String: 'Org' }], [ou, { utf8String: 'one' }])],
    [
      'has another order',
      attributesOf([o, { utf8String: 'Org' }], [ou, { utf8String: 'two' }], [ou, { utf8String: 'one' }]),
    ],
    [
      'has another letter case',
      attributesOf([o, { utf8String: 'org' }], [ou, { utf8String: 'one' }], [ou, { utf8String: 'two' }]),
    ],
    ['is empty', attributesOf()],
  ])('that %s is told', (_, subject) =>
    expect(compare(subject)).toMatch(/^its subject is .* not O=Org, OU=one, OU=two$/),
  );
});

describe('what the CA itself is configured to say about revocation', () => {
  const points = (text: string): Extension => extension('2.5.29.31', Buffer.from(text));
  const asked = csrWith(signing, points('mine'));
  const expected = expectedOf(blank, asked);

  test.each([
    ['goes before the CSR', [points('of the CA')], undefined, ["the CSR's CRL distribution points, 2.5.29.31"]],
    ['is that of the CSR', [points('mine')], undefined, []],
  ])('%s', (_, given, wrong, overrides) => {
    const leaf = leafWith(signing, ...given);
    expect(findContentMismatch(leaf, asked, expected)).toBe(wrong);
    expect(findAuthorityOverrides(leaf, expected)).toEqual(overrides);
  });

  test('is missed where it is nothing', () =>
    expect(findContentMismatch(leafWith(signing), asked, expected)).toMatch(/CRL distribution points/));
});
