import { meaningOf, type UsageSet, usageSets } from './usages.ts';

/** One certificate of the matrix. */
export interface Row {
  readonly usages: UsageSet;
  readonly leafKey: LeafKey;
  readonly authorityKey: AuthorityKey;
  readonly isCA: boolean;
  /** Whether the CSR says which usages are asked for, or `spec.usages` alone (cert-manager's `encodeUsagesInRequest`). */
  readonly encodeUsages: boolean;
}

export const leafKeys = ['RSA 2048', 'RSA 3072', 'RSA 4096', 'ECDSA P-256', 'ECDSA P-384', 'ECDSA P-521'] as const;
export type LeafKey = (typeof leafKeys)[number];

/** Key and signing algorithm of a CA. */
export const authorityKeys = [
  'RSA_2048 SHA256WITHRSA',
  'RSA_2048 SHA384WITHRSA_PSS',
  'RSA_4096 SHA512WITHRSA',
  'EC_prime256v1 SHA256WITHECDSA',
  'EC_secp384r1 SHA384WITHECDSA',
  'EC_secp521r1 SHA512WITHECDSA',
  'ML_DSA_65 ML_DSA_65',
] as const;
export type AuthorityKey = (typeof authorityKeys)[number];

/** What a certificate says, in openssl's words; lists are sorted. */
export interface Content {
  readonly isCA: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly string[];
  readonly purposes: readonly string[];
}

/** The template that v1.12.0 of aws-privateca-issuer takes for a request, but that usages count as a set. */
export function expectedTemplate({ usages = [], isCA }: Pick<Row, 'usages' | 'isCA'>): string {
  if (isCA) return 'SubordinateCACertificate_PathLen0/V1';
  const single: Readonly<Record<string, string>> = {
    'client auth': 'EndEntityClientAuthCertificate/V1',
    'client auth,server auth': 'EndEntityCertificate/V1',
    'code signing': 'CodeSigningCertificate/V1',
    'ocsp signing': 'OCSPSigningCertificate/V1',
    'server auth': 'EndEntityServerAuthCertificate/V1',
  };
  return single[[...new Set(usages)].sort().join()] ?? 'BlankEndEntityCertificate_APICSRPassthrough/V1';
}

const endEntity = (keyUsage: readonly string[], purposes: readonly string[]): Content => ({
  isCA: false,
  pathLength: undefined,
  keyUsage,
  purposes,
});
const tls = ['Digital Signature', 'Key Encipherment'];
const [client, server] = ['TLS Web Client Authentication', 'TLS Web Server Authentication'];

/** https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html */
const fixed: Readonly<Record<string, Content>> = {
  'EndEntityCertificate/V1': endEntity(tls, [client, server]),
  'EndEntityServerAuthCertificate/V1': endEntity(tls, [server]),
  'EndEntityClientAuthCertificate/V1': endEntity(tls, [client]),
  'CodeSigningCertificate/V1': endEntity(['Digital Signature'], ['Code Signing']),
  'OCSPSigningCertificate/V1': endEntity(['Digital Signature'], ['OCSP Signing']),
  'SubordinateCACertificate_PathLen0/V1': {
    isCA: true,
    pathLength: 0,
    keyUsage: ['CRL Sign', 'Certificate Sign', 'Digital Signature'],
    purposes: [],
  },
};

/** What the template says where it says it; elsewhere what was asked for, by the CSR or by `spec.usages` alone. */
export function expectedContent(row: Row): Content {
  const { keyUsage, purposes } = meaningOf(row.usages);
  return fixed[expectedTemplate(row)] ?? endEntity(keyUsage, purposes);
}

/** How a test names a row. */
export const describeRow = ({ usages, leafKey, authorityKey, isCA, encodeUsages }: Row): string =>
  [
    usages?.join('+') ?? 'no usages',
    leafKey,
    authorityKey,
    ...(isCA ? ['isCA'] : []),
    ...(encodeUsages ? [] : ['not in the CSR']),
  ].join(', ');

/**
 * Every set of usages with and without isCA, in and not in the CSR, by every kind of CA. What a certificate says does not
 * depend on its key; so the kinds of keys take turns, such that each one meets every CA and every set of usages.
 */
export const fullProduct: readonly Row[] = authorityKeys.flatMap((authorityKey, authorityAt) =>
  [false, true].flatMap((isCA) =>
    [true, false].flatMap((encodeUsages) =>
      usageSets.map((usages, at) => ({
        ...{ usages, isCA, encodeUsages, authorityKey },
        leafKey: leafKeys[(at + authorityAt) % leafKeys.length] ?? 'ECDSA P-256',
      })),
    ),
  ),
);

const someForAuthorities: readonly UsageSet[] = [
  undefined,
  ['cert sign', 'crl sign'],
  ['server auth', 'client auth'],
  ['code signing'],
];

/**
 * The cover for tests where a certificate costs more: every set of usages in and not in the CSR, and some with isCA, whose
 * template no usage changes. Six kinds of keys and seven kinds of CAs take turns row by row, so that within 42 rows each
 * key meets each CA.
 */
export const cover: readonly Row[] = [
  ...withAndWithoutEncoding(usageSets, false),
  ...withAndWithoutEncoding(someForAuthorities, true),
].map((row, at) => ({
  ...row,
  leafKey: leafKeys[at % leafKeys.length] ?? 'ECDSA P-256',
  authorityKey: authorityKeys[at % authorityKeys.length] ?? 'EC_prime256v1 SHA256WITHECDSA',
}));

function withAndWithoutEncoding(
  sets: readonly UsageSet[],
  isCA: boolean,
): Pick<Row, 'usages' | 'isCA' | 'encodeUsages'>[] {
  return sets.flatMap((usages) => [true, false].map((encodeUsages) => ({ usages, isCA, encodeUsages })));
}
