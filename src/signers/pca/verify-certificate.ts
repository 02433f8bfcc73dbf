import { DerError } from '../../x509/asn1.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { describeName, isSameName } from '../../x509/distinguished-name.ts';
import { describeExtension } from '../../x509/extension-names.ts';
import {
  type Extension,
  extensionOid,
  findExtension,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseKeyUsage,
} from '../../x509/extensions.ts';
import { compareNames } from '../../x509/names.ts';
import type { ExpectedContent } from './plan-content.ts';

/** Whether the certificate is for the key and the names of the CSR; what is wrong otherwise. */
export function findIdentityMismatch(leaf: Certificate, csr: CertificateSigningRequest): string | undefined {
  if (!leaf.publicKey.equals(csr.publicKey)) return 'it is for another key than the CSR';
  const [difference] = compareNames(csr.names, leaf.names);
  return difference === undefined ? undefined : `it ${difference}`;
}

/** Whether subject, usages, constraints and extensions are what was planned; what is wrong otherwise. */
export function findContentMismatch(
  leaf: Certificate,
  csr: CertificateSigningRequest,
  expected: ExpectedContent,
): string | undefined {
  try {
    return compareContent(leaf, csr, expected);
  } catch (error) {
    if (error instanceof DerError) return `its extensions cannot be read (${error.message})`;
    throw error;
  }
}

function compareContent(
  { extensions, subjectName }: Certificate,
  csr: CertificateSigningRequest,
  expected: ExpectedContent,
): string | undefined {
  const constraints = parseBasicConstraints(extensions);
  if (!isSameName(csr.subject, subjectName)) {
    return `its subject is ${describeName(subjectName)} and not ${describeName(csr.subject)}`;
  }
  if (constraints.isCA !== expected.isCA) return `isCA is ${constraints.isCA}`;
  if (expected.pathLength !== undefined && constraints.pathLength !== expected.pathLength) {
    return `its path length is ${constraints.pathLength ?? 'unlimited'}`;
  }
  if (!sameSet(expected.keyUsage, parseKeyUsage(extensions))) return 'its key usages differ';
  if (!sameSet(expected.extendedKeyUsage, parseExtendedKeyUsage(extensions))) return 'its extended key usages differ';
  const different = expected.extensions.find((extension) => !isGiven(extension, extensions));
  return different && `its extension (${describeExtension(different)}) is not the one of the CSR`;
}

function sameSet(wanted: readonly string[] | undefined, actual: readonly string[] | undefined): boolean {
  const [a, b] = [new Set(wanted), new Set(actual)];
  return a.symmetricDifference(b).size === 0;
}

/** Where revocation is told: what the CA itself is configured to say goes before what anybody asks for. */
const ofTheAuthority: ReadonlySet<string> = new Set([
  extensionOid.crlDistributionPoints,
  extensionOid.authorityInformationAccess,
]);

function isGiven(wanted: Extension, actual: readonly Extension[]): boolean {
  const found = findExtension(actual, wanted.oid);
  if (!found) return false;
  return ofTheAuthority.has(wanted.oid) || (found.value.equals(wanted.value) && found.critical >= wanted.critical);
}

/** What was asked for, and gave way to the CA's own configuration; in words. */
export function findAuthorityOverrides(leaf: Certificate, expected: ExpectedContent): string[] {
  return expected.extensions
    .filter(({ oid, value }) => ofTheAuthority.has(oid) && !findExtension(leaf.extensions, oid)?.value.equals(value))
    .map((extension) => `the CSR's ${describeExtension(extension)}`);
}
