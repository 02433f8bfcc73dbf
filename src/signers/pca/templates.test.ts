import { describe, expect, test } from '@jest/globals';
import { rulesOf, selectTemplate } from './templates.ts';

describe('selectTemplate', () => {
  const blank = 'BlankEndEntityCertificate_APICSRPassthrough/V1';
  test.each<[string[], string]>([
    [['code signing'], 'CodeSigningCertificate/V1'],
    [['client auth'], 'EndEntityClientAuthCertificate/V1'],
    [['server auth'], 'EndEntityServerAuthCertificate/V1'],
    [['ocsp signing'], 'OCSPSigningCertificate/V1'],
    [['client auth', 'server auth'], 'EndEntityCertificate/V1'],
    [['server auth', 'client auth'], 'EndEntityCertificate/V1'],
    [['server auth', 'server auth'], 'EndEntityServerAuthCertificate/V1'],
    [['server auth', 'client auth', 'server auth'], 'EndEntityCertificate/V1'],
    [[], blank],
    [['digital signature'], blank],
    [['digital signature', 'key encipherment'], blank],
    [['digital signature', 'server auth'], blank],
    [['client auth', 'code signing'], blank],
    [['server auth', 'client auth', 'code signing'], blank],
    [['any'], blank],
    [['constructor'], blank],
  ])('usages %j: %s', (usages, template) => {
    const request = { usages, isCA: false, defaultTemplateName: undefined };
    expect(selectTemplate(request)).toBe(template);
    expect(selectTemplate({ ...request, defaultTemplateName: '' })).toBe(template);
    expect(selectTemplate({ ...request, isCA: true })).toBe('SubordinateCACertificate_PathLen0/V1');
    const defaultTemplateName = 'Whatever it says';
    expect(selectTemplate({ ...request, isCA: true, defaultTemplateName })).toBe(defaultTemplateName);
  });
});

const [serverAuth, clientAuth, codeSigning, ocspSigning] = [1, 2, 3, 9].map((last) => `1.3.6.1.5.5.7.3.${last}`);
const tls = ['digitalSignature', 'keyEncipherment'];
const authority = ['digitalSignature', 'keyCertSign', 'cRLSign'];
const variants = ['', '_CSRPassthrough', '_APIPassthrough', '_APICSRPassthrough'];
const pathLengths = [0, 1, 2, 3];

/** What AWS's page of template definitions says of each family, and which variants it lists. */
const families: readonly [name: string, variants: readonly string[], rules: object][] = [
  ['EndEntityCertificate', variants, { isCA: false, keyUsage: tls, extendedKeyUsage: [serverAuth, clientAuth] }],
  ['EndEntityServerAuthCertificate', variants, { isCA: false, keyUsage: tls, extendedKeyUsage: [serverAuth] }],
  ['EndEntityClientAuthCertificate', variants, { isCA: false, keyUsage: tls, extendedKeyUsage: [clientAuth] }],
  [
    'CodeSigningCertificate',
    variants,
    { isCA: false, keyUsage: ['digitalSignature'], extendedKeyUsage: [codeSigning] },
  ],
  [
    'OCSPSigningCertificate',
    variants,
    { isCA: false, keyUsage: ['digitalSignature'], extendedKeyUsage: [ocspSigning] },
  ],
  ['BlankEndEntityCertificate', variants.slice(1), { isCA: false }],
  ['BlankEndEntityCertificate_CriticalBasicConstraints', variants.slice(1), { isCA: false }],
  ['RootCACertificate', ['', '_APIPassthrough'], { isCA: true, keyUsage: authority }],
  ['BlankRootCACertificate', ['_APIPassthrough'], { isCA: true }],
  ...pathLengths.flatMap((pathLength): [string, readonly string[], object][] => [
    [`SubordinateCACertificate_PathLen${pathLength}`, variants, { isCA: true, pathLength, keyUsage: authority }],
    [`BlankSubordinateCACertificate_PathLen${pathLength}`, variants.slice(1), { isCA: true, pathLength }],
    [`BlankRootCACertificate_PathLen${pathLength}`, ['_APIPassthrough'], { isCA: true, pathLength }],
  ]),
];

describe('rulesOf', () => {
  const named = families.flatMap(([name, suffixes, rules]) =>
    suffixes.map((suffix): [string, object] => [`${name}${suffix}/V1`, rules]),
  );

  test('knows all that AWS lists', () => expect(named.length).toBeGreaterThanOrEqual(53));
  test.each(named)('%s', (template, rules) => expect(rulesOf(template)).toEqual(rules));

  test.each([
    '',
    'Nonsense/V1',
    'EndEntityCertificate',
    'EndEntityCertificate/V2',
    'constructor/V1',
    'x/EndEntityCertificate/V1',
  ])('%j is for the service to judge', (template) => expect(rulesOf(template)).toBeUndefined());
});
