import { describe, expect, test } from '@jest/globals';
import { AsnConvert } from '@peculiar/asn1-schema';
import { KeyUsageFlags } from '@peculiar/asn1-x509';
import type { Extension } from '@peculiar/asn1-x509';
import {
  caExtension,
  csrPem,
  ecKey,
  extendedKeyUsageExtension,
  extension,
  keyUsageExtension,
  mintCsr,
  nameOf,
} from '../../../test/support/pki.ts';
import {
  type CertificateSigningRequest,
  parseCertificateSigningRequest,
} from '../../x509/certificate-signing-request.ts';
import { type ContentPlan, planContent, planPredecessorContent } from './plan-content.ts';
import { templates } from './templates.ts';

interface Ask {
  readonly isVerbatim?: boolean;
  readonly isCA?: boolean;
  readonly usages?: readonly string[];
  readonly extensions?: readonly Extension[];
}

const key = ecKey();
const csrs = new Map<string, CertificateSigningRequest>();
/** The same for the same extensions: a CSR costs more than a plan. */
function csrWith(extensions: readonly Extension[]): CertificateSigningRequest {
  const name = JSON.stringify(extensions.map((it) => Buffer.from(AsnConvert.serialize(it)).toString('base64')));
  const csr = csrs.get(name) ?? parseCertificateSigningRequest(mint(extensions));
  csrs.set(name, csr);
  return csr;
}
const mint = (extensions: readonly Extension[]): string =>
  csrPem(mintCsr({ key, subject: nameOf('a'), extensions: [...extensions] }));

function attempt(name: string, { isVerbatim = true, isCA = false, usages = [], extensions = [] }: Ask = {}) {
  const csr = csrWith(extensions);
  return planContent({ kind: 'template', name, isVerbatim }, csr, { isCA, usages });
}

function plan(name: string, ask: Ask = {}): ContentPlan {
  const planned = attempt(name, ask);
  if (planned.kind === 'rejected') throw new Error(planned.message);
  // Whoever knows the template judges the certificate in the same way.
  expect(attempt(planned.template, { ...ask, isVerbatim: true })).toEqual(planned);
  return planned;
}

const signing = keyUsageExtension(KeyUsageFlags.digitalSignature);
const usual = keyUsageExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment);
const usualOfCA = keyUsageExtension(
  KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyCertSign,
);
const serverAuth = extendedKeyUsageExtension('1.3.6.1.5.5.7.3.1');
const nameConstraints = extension('2.5.29.30', Buffer.from('abc'), true);
const [server, client] = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

const blank = (way: string): string => `BlankEndEntityCertificate_${way}Passthrough/V1`;
const subordinate = 'SubordinateCACertificate_PathLen0/V1';

describe('usages', () => {
  test('that the CSR carries come from the CSR; what the request lists beyond them is told', () =>
    expect(plan(blank('APICSR'), { extensions: [signing], usages: ['client auth', 'signing'] })).toMatchObject({
      apiPassthrough: undefined,
      expected: { keyUsage: ['digitalSignature'], extendedKeyUsage: undefined },
      overrides: ['usage client auth'],
    }));

  test.each<[string, Ask, string[]]>([
    ['nobody asks for', {}, []],
    ['cert-manager asks for by default', { extensions: [usual] }, []],
    ['cert-manager asks for by default for a CA', { isCA: true, extensions: [usualOfCA] }, ['isCA']],
    ['the request lists', { usages: ['key encipherment'], extensions: [usual] }, ['usage key encipherment']],
    [
      'a CSR asks for that goes beyond the default',
      { extensions: [usual, serverAuth] },
      ['usage key encipherment', 'usage server auth'],
    ],
    [
      'a CSR asks for beyond what the request lists',
      { usages: ['code signing'], extensions: [signing, serverAuth] },
      ['usage server auth'],
    ],
  ])('that %s: told, if the template has no place for them', (_, ask, overrides) =>
    expect(plan('CodeSigningCertificate/V1', ask).overrides).toEqual(overrides),
  );

  test.each(['API', 'APICSR'])('that only the request lists are passed by the call (%s)', (way) =>
    expect(plan(blank(way), { usages: ['digital signature', 'client auth', 'server auth'] })).toMatchObject({
      apiPassthrough: {
        Extensions: {
          KeyUsage: { DigitalSignature: true },
          ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'CLIENT_AUTH' }, { ExtendedKeyUsageType: 'SERVER_AUTH' }],
        },
      },
      expected: { keyUsage: ['digitalSignature'], extendedKeyUsage: [client, server] },
      overrides: [],
    }),
  );

  test('of the CSR are passed by the call where the template does not look at the CSR', () =>
    expect(plan(blank('API'), { extensions: [signing, serverAuth] })).toMatchObject({
      apiPassthrough: {
        Extensions: {
          KeyUsage: { DigitalSignature: true },
          ExtendedKeyUsage: [{ ExtendedKeyUsageType: 'SERVER_AUTH' }],
        },
      },
      overrides: [],
    }));

  test('that only the request lists do not come into a template that looks at the CSR alone', () =>
    expect(plan(blank('CSR'), { usages: ['server auth', 'signing'] })).toMatchObject({
      apiPassthrough: undefined,
      expected: { keyUsage: undefined, extendedKeyUsage: undefined },
      overrides: ['usage server auth', 'usage digital signature'],
    }));

  test('that the template fixes are not passed, and what is missing is told', () =>
    expect(
      plan('EndEntityServerAuthCertificate_APICSRPassthrough/V1', {
        usages: ['server auth', 'client auth', 'content commitment', 'digital signature'],
      }),
    ).toMatchObject({
      apiPassthrough: undefined,
      expected: { keyUsage: ['digitalSignature', 'keyEncipherment'], extendedKeyUsage: [server] },
      overrides: ['usage client auth', 'usage content commitment'],
    }));

  test('of a CA include that it may sign', () =>
    expect(plan('BlankSubordinateCACertificate_PathLen1_APIPassthrough/V1', { isCA: true })).toMatchObject({
      apiPassthrough: {
        Extensions: { KeyUsage: { DigitalSignature: true, KeyEncipherment: true, KeyCertSign: true } },
      },
      expected: { isCA: true, pathLength: 1 },
      overrides: [],
    }));

  test('that nobody knows are refused, unless the CSR says it all', () => {
    expect(attempt(blank('API'), { usages: ['serverauth'] })).toMatchObject({ code: 'UnknownUsage' });
    expect(attempt(blank('API'), { usages: ['serverauth'], extensions: [signing] }).kind).toBe('content');
  });
});

describe('isCA and path length', () => {
  const end = 'EndEntityCertificate/V1';
  const tls = ['server auth', 'client auth'];
  test.each<[string, string, Ask, string[]]>([
    ['a CA that becomes none', end, { isCA: true, usages: tls }, ['usage cert sign', 'isCA']],
    ['a CA by its CSR that becomes none', end, { usages: tls, extensions: [caExtension()] }, ['isCA']],
    ['a CA', subordinate, { isCA: true, usages: ['cert sign'] }, []],
    ['a CA as its CSR says', subordinate, { isCA: true, usages: ['cert sign'], extensions: [caExtension(0)] }, []],
    [
      'a CA as cert-manager asks for one by default',
      subordinate,
      { isCA: true, extensions: [usualOfCA, caExtension()] },
      [],
    ],
    ['any path length', subordinate, { isCA: true, usages: ['cert sign'], extensions: [caExtension()] }, []],
    [
      'another path length',
      subordinate,
      { isCA: true, usages: ['cert sign'], extensions: [caExtension(2)] },
      ['path length 2'],
    ],
    [
      'a path length of a root, which has none',
      'RootCACertificate/V1',
      { isCA: true, usages: ['cert sign'], extensions: [caExtension(2)] },
      ['path length 2'],
    ],
    ['no CA that becomes one', subordinate, { usages: ['digital signature'] }, ['not being a CA']],
  ])('%s', (_, template, ask, overrides) => expect(plan(template, ask).overrides).toEqual(overrides));
});

describe('other extensions', () => {
  const extensions = [nameConstraints];
  const asCustom = [{ ObjectIdentifier: '2.5.29.30', Value: 'YWJj', Critical: true }];
  const expected = { extensions: [{ oid: '2.5.29.30', critical: true, value: Buffer.from('abc') }] };

  test.each(['CSR', 'APICSR'])('come from the CSR where the template looks at it (%s)', (way) => {
    const planned = plan(blank(way), { extensions: [signing, nameConstraints] });
    expect(planned).toMatchObject({ apiPassthrough: undefined, expected });
  });

  test('are passed by the call where the template takes that', () =>
    expect(plan(blank('API'), { extensions: [signing, nameConstraints] })).toMatchObject({
      apiPassthrough: { Extensions: { CustomExtensions: asCustom } },
      expected,
    }));

  test.each([
    ['EndEntityCertificate', {}],
    ['EndEntityServerAuthCertificate', {}],
    ['SubordinateCACertificate_PathLen0', { isCA: true }],
    ['SubordinateCACertificate_PathLen2', { isCA: true }],
  ])('make the mapping take the passing kin of %s', (family, ask) => {
    const planned = plan(`${family}/V1`, { ...ask, extensions, isVerbatim: false });
    expect(planned).toMatchObject({
      template: `${family}_APIPassthrough/V1`,
      apiPassthrough: { Extensions: { CustomExtensions: asCustom } },
      expected,
    });
  });

  test('are refused by a template that somebody wrote down, by name and with what to do', () =>
    expect(
      attempt('EndEntityCertificate/V1', { extensions: [...extensions, extension('1.2.3.4', Buffer.of(5, 0))] }),
    ).toEqual({
      kind: 'rejected',
      code: 'ExtensionNotTaken',
      message: expect.stringMatching(
        /\(name constraints, 2\.5\.29\.30\), \(1\.2\.3\.4\), which template EndEntityCertificate\/V1 does not take.*EndEntityCertificate_APIPassthrough\/V1.*defaultTemplateName.*template-name/,
      ),
    }));

  test('that the service makes itself are nobody’s wish', () =>
    expect(
      plan('EndEntityCertificate/V1', {
        usages: ['server auth'],
        extensions: [extension('2.5.29.14', Buffer.of(4, 1, 1)), extension('2.5.29.35', Buffer.of(0x30, 0))],
      }),
    ).toMatchObject({ template: 'EndEntityCertificate/V1', expected: { extensions: [] } }));

  test('that the service cannot take are refused', () =>
    expect(attempt(blank('API'), { extensions: [extension('2.5.29.30', Buffer.alloc(4096))] })).toMatchObject({
      code: 'BeyondServiceLimits',
    }));
});

test('a certificate that aws-privateca-issuer asked for has what the CSR carries, and nothing by the call', () => {
  const planned = (name: string, extensions: Extension[]) => {
    const chosen = { kind: 'template', name, isVerbatim: false } as const;
    return planPredecessorContent(chosen, csrWith(extensions), { isCA: false, usages: [] });
  };
  expect(planned(blank('APICSR'), [])).toMatchObject({
    apiPassthrough: undefined,
    expected: { keyUsage: undefined, extendedKeyUsage: undefined },
    overrides: [],
  });
  expect(planned(blank('APICSR'), [signing, nameConstraints])).toMatchObject({
    expected: { keyUsage: ['digitalSignature'], extensions: [{ oid: '2.5.29.30' }] },
  });
  expect(planned('EndEntityCertificate/V1', [nameConstraints])).toMatchObject({ code: 'ExtensionNotTaken' });
});

test('a template that is not known here is for the service to judge', () =>
  expect(plan('SomethingNew/V1', { isCA: true, usages: ['no such'], extensions: [nameConstraints] })).toEqual({
    kind: 'content',
    template: 'SomethingNew/V1',
    apiPassthrough: undefined,
    expected: undefined,
    overrides: [],
  }));

test.each([...templates.keys()])('planning with the outcome for %s gives the same', (name) => {
  for (const isVerbatim of [true, false]) {
    for (const extensions of [[], [signing], [serverAuth], [caExtension(1)]]) {
      expect(plan(name, { isVerbatim, extensions, usages: ['any'] }).template).toBe(name);
    }
    if (attempt(name, { isVerbatim, extensions: [nameConstraints] }).kind === 'content') {
      plan(name, { isVerbatim, extensions: [nameConstraints] });
    }
  }
});
