import { basicConstraints, extendedKeyUsage, keyUsage, type Extension, type KeyUsageName } from '../x509/extensions.ts';

/**
 * The certificate templates of AWS Private CA as data.
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-varieties.html
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
 */
export interface Template {
  /** As in an ARN: `EndEntityCertificate_CSRPassthrough/V1`. */
  readonly name: string;
  readonly isCa: boolean;
  readonly isRoot: boolean;
  readonly pathLength?: number;
  /** Takes extensions from the CSR that it does not define itself. */
  readonly takesCsr: boolean;
  /** Takes values from ApiPassthrough that it does not define itself. */
  readonly takesApi: boolean;
  /** What it defines itself, beside the key identifiers. */
  readonly extensions: readonly Extension[];
}

type Variant = '' | '_CSRPassthrough' | '_APIPassthrough' | '_APICSRPassthrough';
interface Base {
  readonly variants: readonly Variant[];
  readonly isCa: boolean;
  readonly isRoot?: boolean;
  readonly pathLength?: number;
  readonly extensions: readonly Extension[];
}

const ALL: readonly Variant[] = ['', '_CSRPassthrough', '_APIPassthrough', '_APICSRPassthrough'];
const PASSTHROUGH = ALL.slice(1);
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';
const TLS_USAGE: readonly KeyUsageName[] = ['digitalSignature', 'keyEncipherment'];

const CA_USAGE = keyUsage(true, ['digitalSignature', 'keyCertSign', 'cRLSign']);
const NOT_CA = basicConstraints(false, false);

const endEntity = (usages: readonly KeyUsageName[], extended: readonly string[], criticalExtended = false): Base => ({
  variants: ALL,
  isCa: false,
  extensions: [NOT_CA, keyUsage(true, usages), extendedKeyUsage(criticalExtended, extended)],
});

const blank = (critical: boolean): Base => ({
  variants: PASSTHROUGH,
  isCa: false,
  extensions: [basicConstraints(critical, false)],
});

const root = (variants: readonly Variant[], usages: readonly Extension[], pathLength?: number): Base => ({
  variants,
  isCa: true,
  isRoot: true,
  ...(pathLength !== undefined && { pathLength }),
  extensions: [basicConstraints(true, true, pathLength), ...usages],
});

const subordinate = (variants: readonly Variant[], usages: readonly Extension[], pathLength: number): Base => ({
  variants,
  isCa: true,
  pathLength,
  extensions: [basicConstraints(true, true, pathLength), ...usages],
});

const BASES: Readonly<Record<string, Base>> = {
  EndEntityCertificate: endEntity(TLS_USAGE, [SERVER_AUTH, CLIENT_AUTH]),
  EndEntityServerAuthCertificate: endEntity(TLS_USAGE, [SERVER_AUTH]),
  EndEntityClientAuthCertificate: endEntity(TLS_USAGE, [CLIENT_AUTH]),
  CodeSigningCertificate: endEntity(['digitalSignature'], [CODE_SIGNING], true),
  OCSPSigningCertificate: endEntity(['digitalSignature'], [OCSP_SIGNING], true),
  BlankEndEntityCertificate: blank(false),
  BlankEndEntityCertificate_CriticalBasicConstraints: blank(true),
  RootCACertificate: root(['', '_APIPassthrough'], [CA_USAGE]),
  BlankRootCACertificate: root(['_APIPassthrough'], []),
  ...forPathLengths('BlankRootCACertificate', (length) => root(['_APIPassthrough'], [], length)),
  ...forPathLengths('SubordinateCACertificate', (length) => subordinate(ALL, [CA_USAGE], length)),
  ...forPathLengths('BlankSubordinateCACertificate', (length) => subordinate(PASSTHROUGH, [], length)),
};

function forPathLengths(name: string, make: (length: number) => Base): Record<string, Base> {
  return Object.fromEntries([0, 1, 2, 3].map((length) => [`${name}_PathLen${length}`, make(length)]));
}

export const DEFAULT_TEMPLATE = 'EndEntityCertificate/V1';

/** Every template by its name. */
export const TEMPLATES: ReadonlyMap<string, Template> = new Map(
  Object.entries(BASES).flatMap(([base, content]) =>
    content.variants.map((variant) => {
      const template = makeTemplate(`${base}${variant}/V1`, content, variant);
      return [template.name, template] as const;
    }),
  ),
);

function makeTemplate(name: string, base: Base, variant: Variant): Template {
  return {
    name,
    isCa: base.isCa,
    isRoot: base.isRoot ?? false,
    ...(base.pathLength !== undefined && { pathLength: base.pathLength }),
    takesCsr: variant.includes('CSR'),
    takesApi: variant.includes('API'),
    extensions: base.extensions,
  };
}

/**
 * What a principal of another account may use through AWS RAM.
 * https://docs.aws.amazon.com/privateca/latest/userguide/pca-rbp.html
 */
export const CROSS_ACCOUNT_TEMPLATES: readonly string[] = [
  'EndEntityCertificate/V1',
  'EndEntityClientAuthCertificate/V1',
  'EndEntityServerAuthCertificate/V1',
  'BlankEndEntityCertificate_APIPassthrough/V1',
  'BlankEndEntityCertificate_APICSRPassthrough/V1',
  'SubordinateCACertificate_PathLen0/V1',
];
