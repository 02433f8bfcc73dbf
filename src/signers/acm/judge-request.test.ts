import { generateKeyPairSync } from 'node:crypto';
import { GeneralName, OtherName } from '@peculiar/asn1-x509';
import { describe, expect, test } from '@jest/globals';
import {
  caExtension,
  csrPem,
  type CsrContent,
  dnsSan,
  ecKey,
  extendedKeyUsageExtension,
  mintCsr,
  nameOf,
  sanExtension,
  toArrayBuffer,
} from '../../../test/support/pki.ts';
import type { SigningRequest } from '../signer.ts';
import { judgeRequest, type JudgingSettings } from './judge-request.ts';
import type { AcmDomain, DomainScope } from './settings.ts';

const domain = (name: string, ...scope: DomainScope[]): AcmDomain => ({ name, scope });
const everything = domain('example.com', 'Exact', 'Subdomains', 'Wildcards');
const acm: JudgingSettings = { provider: 'acm', domains: [everything] };
const directory: JudgingSettings = { provider: 'rfc8555', domains: [] };

const request = (csr: CsrContent, change: Partial<SigningRequest> = {}): SigningRequest => ({
  ...{ uid: 'uid', csrPem: csrPem(mintCsr(csr)), durationMs: undefined, isCA: false, usages: [] },
  ...change,
});
const forNames = (...names: string[]) => request({ extensions: [dnsSan(...names)] });
const forSan = (name: ConstructorParameters<typeof GeneralName>[0]) =>
  request({ extensions: [sanExtension(new GeneralName({ dNSName: 'a.example.com' }), new GeneralName(name))] });
const rsaKey = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const withKey = (key: CsrContent['key'] & object) => request({ key, extensions: [dnsSan('a.example.com')] });
const withSubject = (...commonNames: string[]) =>
  request({ subject: nameOf(...commonNames), extensions: [dnsSan('a.example.com')] });
const asking = (change: Partial<SigningRequest>) => request({ extensions: [dnsSan('a.example.com')] }, change);

const names = (judged: ReturnType<typeof judgeRequest>) => (judged.kind === 'wanted' ? judged.names : judged.code);

describe('at ACM', () => {
  const large = Array.from({ length: 101 }, (_, index) => `n${index}.example.com`);
  const longName = `${'a'.repeat(60)}.example.com`;

  test.each<[string, SigningRequest, string | readonly string[]]>([
    ['a name', forNames('a.example.com'), ['a.example.com']],
    [
      'names in any case, repeated',
      forNames('B.Example.com', 'a.example.com', 'b.example.com'),
      ['a.example.com', 'b.example.com'],
    ],
    ['a common name among them', withSubject('A.example.com'), ['a.example.com']],
    ['RSA 2048', withKey(rsaKey(2048)), ['a.example.com']],
    ['P-384', withKey(ecKey('P-384')), ['a.example.com']],
    ['100 names', forNames(...large.slice(1)), large.slice(1).sort()],
    ['RSA 3072', withKey(rsaKey(3072)), 'UnsupportedKey'],
    ['P-521', withKey(ecKey('P-521')), 'UnsupportedKey'],
    ['Ed25519', withKey(generateKeyPairSync('ed25519')), 'UnsupportedKey'],
    ['101 names', forNames(...large), 'TooManyNames'],
    ['an IP address', forSan({ iPAddress: '192.0.2.1' }), 'UnsupportedName'],
    ['a URI', forSan({ uniformResourceIdentifier: 'spiffe://x/y' }), 'UnsupportedName'],
    ['an email address', forSan({ rfc822Name: 'a@example.com' }), 'UnsupportedName'],
    ['isCA', asking({ isCA: true }), 'CANotIssued'],
    ['a CSR for a CA', request({ extensions: [dnsSan('a.example.com'), caExtension()] }), 'CANotIssued'],
    ['no name at all', request({}), 'NoName'],
    ['a common name alone', request({ subject: nameOf('a.example.com') }), 'InvalidCommonName'],
    [
      'a common name of 72 bytes',
      request({ subject: nameOf(longName), extensions: [dnsSan(longName)] }),
      'InvalidCommonName',
    ],
    ['two common names, one of them strange', withSubject('a.example.com', 'My Server'), 'InvalidCommonName'],
    ['a wildcard in the middle', forNames('a.*.example.com'), 'UnsupportedName'],
    ['part of a label as wildcard', forNames('a*.example.com'), 'UnsupportedName'],
    ['a trailing dot', forNames('a.example.com.'), 'UnsupportedName'],
    ['a name of a neighbour', forNames('a.badexample.com'), 'UncoveredName'],
    ['no CSR', asking({ csrPem: 'nothing' }), 'InvalidCSR'],
    [
      'usages of a server and a client',
      asking({ usages: ['server auth', 'client auth', 'key agreement'] }),
      ['a.example.com'],
    ],
    ['a usage that does not exist', asking({ usages: ['serving'] }), 'UnknownUsage'],
    ['code signing', asking({ usages: ['code signing'] }), 'UnsupportedUsage'],
    ['cert sign', asking({ usages: ['cert sign', 'server auth'] }), 'UnsupportedUsage'],
    [
      'code signing in the CSR alone',
      request({ extensions: [dnsSan('a.example.com'), extendedKeyUsageExtension('1.3.6.1.5.5.7.3.3')] }),
      'UnsupportedUsage',
    ],
  ])('%s', (_, asked, expected) => expect(names(judgeRequest(asked, acm))).toEqual(expected));

  test('a signature that is not of the key', () => {
    const der = mintCsr({ extensions: [dnsSan('a.example.com')] });
    der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1);
    expect(judgeRequest(asking({ csrPem: csrPem(der) }), acm)).toMatchObject({ code: 'InvalidCSR' });
  });

  test('a key that the endpoint does not allow', () => {
    const settings = { ...acm, allowedKeyAlgorithms: ['RSA_2048', 'EC_secp384r1'] };
    expect(judgeRequest(forNames('a.example.com'), settings)).toEqual({
      kind: 'rejected',
      code: 'UnsupportedKey',
      message:
        'The key of the CSR is EC_prime256v1; the ACME endpoint of the issuer allows RSA_2048 (algorithm: RSA, size: 2048), ' +
        'EC_secp384r1 (algorithm: ECDSA, size: 384). Set spec.privateKey of the Certificate so.',
    });
  });

  test('without domains, whose validations are cared for elsewhere, any name', () =>
    expect(judgeRequest(forNames('a.test'), { ...acm, domains: [] })).toMatchObject({ kind: 'wanted' }));

  test.each([
    ['iPAddress', { iPAddress: '192.0.2.1' }, 'the IP address 192.0.2.1'],
    ['an IPv6 address', { iPAddress: '2001:db8::1' }, 'the IP address 2001:db8:0:0:0:0:0:1'],
    ['a URI', { uniformResourceIdentifier: 'spiffe://x/y' }, 'the URI "spiffe://x/y"'],
    ['an email address', { rfc822Name: 'a@example.com' }, 'the email address "a@example.com"'],
    ['a registered id', { registeredID: '1.2.3' }, 'a name of another form'],
    [
      'another name',
      { otherName: new OtherName({ typeId: '1.2.3', value: toArrayBuffer(Buffer.of(12, 1, 65)) }) },
      'a name of another form',
    ],
  ])('says which name it cannot issue: %s', (_, name, said) => {
    const judged = judgeRequest(forSan(name), acm);
    expect(judged).toMatchObject({ message: expect.stringContaining(`asks for ${said}; only DNS names`) });
  });
});

describe('coverage', () => {
  test.each<[string, readonly AcmDomain[], string, boolean]>([
    ['Exact', [domain('example.com', 'Exact')], 'example.com', true],
    ['Exact', [domain('example.com', 'Exact')], 'a.example.com', false],
    ['Exact', [domain('example.com', 'Exact')], '*.example.com', false],
    ['Subdomains', [domain('example.com', 'Subdomains')], 'example.com', false],
    ['Subdomains', [domain('example.com', 'Subdomains')], 'a.example.com', true],
    ['Subdomains, however deep', [domain('example.com', 'Subdomains')], 'a.b.c.example.com', true],
    ['Subdomains', [domain('example.com', 'Subdomains')], '*.example.com', false],
    ['Wildcards', [domain('example.com', 'Wildcards')], '*.example.com', true],
    ['Wildcards, however deep', [domain('example.com', 'Wildcards')], '*.a.example.com', true],
    ['Wildcards', [domain('example.com', 'Wildcards')], 'a.example.com', false],
    ['none', [domain('example.com')], 'example.com', false],
    ['one of several', [domain('a.example.com', 'Exact'), domain('example.com', 'Subdomains')], 'a.example.com', true],
    ['the parent', [domain('a.example.com', 'Exact'), domain('example.com', 'Subdomains')], 'b.a.example.com', true],
  ])('%s of %j: %s is covered: %s', (_, domains, name, isCovered) =>
    expect(judgeRequest(forNames(name), { ...acm, domains }).kind).toBe(isCovered ? 'wanted' : 'rejected'),
  );

  test('says of each name what is missing', () => {
    const domains = [domain('example.com', 'Exact'), domain('b.example.com', 'Exact', 'Subdomains')];
    const judged = judgeRequest(forNames('a.example.com', '*.b.example.com', 'x.test'), { ...acm, domains });
    expect(judged).toEqual({
      kind: 'rejected',
      code: 'UncoveredName',
      message:
        'The issuer does not cover what the CSR asks for: ' +
        '*.b.example.com takes the scope Wildcards of b.example.com, which has Exact, Subdomains. ' +
        'Add Wildcards to its scope in spec.acm.domains; ' +
        'a.example.com takes the scope Subdomains of example.com, which has Exact. ' +
        'Add Subdomains to its scope in spec.acm.domains; ' +
        'x.test is of no domain of the issuer (example.com, b.example.com). Add its domain to spec.acm.domains.',
    });
  });

  test('of many names says the first five', () => {
    const many = Array.from({ length: 8 }, (_, index) => `n${index}.test`);
    expect(judgeRequest(forNames(...many), acm)).toMatchObject({
      message: expect.stringMatching(/n4\.test.*; and 3 more\.$/),
    });
  });
});

describe('at any other server', () => {
  test.each<[string, SigningRequest, JudgingSettings, string | readonly string[]]>([
    ['keys that ACM does not take', withKey(ecKey('P-521')), directory, ['a.example.com']],
    ['a common name alone', request({ subject: nameOf('a.example.com') }), directory, ['a.example.com']],
    ['a common name that is no name', withSubject('My Server'), directory, ['a.example.com']],
    ['usages that no public certificate has', asking({ usages: ['code signing'] }), directory, ['a.example.com']],
    ['isCA', asking({ isCA: true }), directory, 'CANotIssued'],
    ['an IP address', forSan({ iPAddress: '192.0.2.1' }), directory, 'UnsupportedName'],
    ['nothing', request({}), directory, 'NoName'],
    ['any name, without domains', forNames('x.test'), directory, ['x.test']],
    ['a name outside the domains', forNames('x.test'), { ...directory, domains: [everything] }, 'UncoveredName'],
  ])('%s', (_, asked, settings, expected) => expect(names(judgeRequest(asked, settings))).toEqual(expected));
});
