import { isDeepStrictEqual } from 'node:util';
import type { Certificate, CertificateSpec } from '../../api/certificate.ts';
import { parseGoNanoseconds } from '../../flags/go-duration.ts';
import { staleAnnotations } from './acme-annotations.ts';
import { valueOf } from './annotation-keys.ts';
import type { WantedCertificate } from './shim-plan.ts';

/** The fields that cert-manager's ingress-shim looks at (certNeedsUpdate in its pkg/controller/certificate-shim/sync.go). */
const comparedInParity = [
  'commonName',
  'dnsNames',
  'secretName',
  'issuerRef.name',
  'issuerRef.kind',
  'revisionHistoryLimit',
  'privateKey',
  'duration',
  'renewBefore',
] as const;

/**
 * Whether a Certificate is already as it is wanted. With strict parity, that is asked of the fields that cert-manager
 * compares; otherwise of all that an annotation can set, and of the annotations that are wanted. Fields that no
 * annotation sets (keystores, say) make no difference in either case: somebody else may keep them.
 */
export function isAsWanted(existing: Certificate, wanted: WantedCertificate, strictParity: boolean): boolean {
  return differences(existing, wanted, strictParity).length === 0;
}

/** The fields in which a Certificate is not as it is wanted, such as `spec.dnsNames`; {@link isAsWanted} says how. */
export function differences(existing: Certificate, wanted: WantedCertificate, strictParity: boolean): string[] {
  return [
    ...(sameText(sortedEntries(existing.metadata.labels), sortedEntries(wanted.metadata.labels))
      ? []
      : ['metadata.labels']),
    ...(strictParity || hasAnnotations(existing, wanted) ? [] : ['metadata.annotations']),
    ...specDifferences(existing.spec, wanted.spec, strictParity),
  ];
}

function specDifferences(
  existing: CertificateSpec | undefined,
  wanted: CertificateSpec,
  strictParity: boolean,
): string[] {
  // As it mostly is.
  if (isDeepStrictEqual(existing, wanted)) return [];
  const is = comparable(existing);
  const shallBe = comparable(wanted);
  const compared = strictParity ? comparedInParity : (Object.keys(is) as (keyof typeof is)[]);
  return compared.filter((field) => !sameText(is[field], shallBe[field])).map((field) => `spec.${field}`);
}

function hasAnnotations(existing: Certificate, wanted: WantedCertificate): boolean {
  const is = existing.metadata.annotations ?? {};
  const shallBe = wanted.metadata.annotations ?? {};
  const missing = Object.entries(shallBe).some(([key, value]) => valueOf(is, key) !== value);
  return !missing && staleAnnotations(is, shallBe).length === 0;
}

/** Two spellings of the same spec give the same: absent and empty, `90m` and `1h30m0s`, maps in any order. */
function comparable(spec: CertificateSpec | undefined) {
  const key = spec?.privateKey ?? {};
  const subject = Object.entries<string | readonly string[]>({ ...spec?.subject }).filter(
    ([, value]) => value.length > 0,
  );
  return {
    commonName: spec?.commonName ?? '',
    dnsNames: spec?.dnsNames ?? [],
    ipAddresses: spec?.ipAddresses ?? [],
    emailAddresses: spec?.emailAddresses ?? [],
    secretName: spec?.secretName ?? '',
    'issuerRef.name': spec?.issuerRef.name ?? '',
    'issuerRef.kind': spec?.issuerRef.kind ?? '',
    'issuerRef.group': spec?.issuerRef.group ?? '',
    subject: sortedEntries(Object.fromEntries(subject)),
    duration: comparableDuration(spec?.duration),
    renewBefore: comparableDuration(spec?.renewBefore),
    renewBeforePercentage: spec?.renewBeforePercentage ?? null,
    usages: spec?.usages ?? [],
    revisionHistoryLimit: spec?.revisionHistoryLimit ?? null,
    // The size of an Ed25519 key is stored and not used.
    privateKey: {
      algorithm: key.algorithm ?? '',
      encoding: key.encoding ?? '',
      rotationPolicy: key.rotationPolicy ?? '',
      size: key.algorithm === 'Ed25519' ? 0 : (key.size ?? 0),
    },
    secretTemplate: [spec?.secretTemplate?.labels, spec?.secretTemplate?.annotations].map(sortedEntries),
  };
}

function comparableDuration(text: string | undefined): string | null {
  if (text === undefined) return null;
  const nanoseconds = parseGoNanoseconds(text);
  return nanoseconds.ok ? nanoseconds.value.toString() : text;
}

function sortedEntries(map: Readonly<Record<string, unknown>> = {}): unknown[] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

const sameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
