import { DerError } from '../../x509/asn1.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { parseBasicConstraints, parseExtendedKeyUsage, parseKeyUsage } from '../../x509/extensions.ts';
import { compareNames } from '../../x509/names.ts';
import { rulesOf } from './templates.ts';

/** Whether the certificate is for the key and the names of the CSR; what is wrong otherwise. */
export function findIdentityMismatch(leaf: Certificate, csr: CertificateSigningRequest): string | undefined {
  if (!leaf.publicKey.equals(csr.publicKey)) return 'it is for another key than the CSR';
  const [difference] = compareNames(csr.names, leaf.names);
  return difference === undefined ? undefined : `it ${difference}`;
}

/** Whether usages, isCA and path length are what the template gives; what is wrong otherwise. */
export function findTemplateMismatch(
  leaf: Certificate,
  csr: CertificateSigningRequest,
  template: string,
): string | undefined {
  try {
    return compareWithTemplate(leaf, csr, template);
  } catch (error) {
    if (error instanceof DerError) return `its extensions cannot be read (${error.message})`;
    throw error;
  }
}

function compareWithTemplate(leaf: Certificate, csr: CertificateSigningRequest, template: string): string | undefined {
  const rules = rulesOf(template);
  if (!rules) return undefined;
  const constraints = parseBasicConstraints(leaf.extensions);
  const passesCsr = /CSRPassthrough\/V1$/.test(template);
  const requested = passesCsr ? csr.extensions : [];
  const keyUsage = rules.keyUsage ?? parseKeyUsage(requested);
  const extendedKeyUsage = rules.extendedKeyUsage ?? parseExtendedKeyUsage(requested);
  if (constraints.isCA !== rules.isCA) return `isCA is ${constraints.isCA}`;
  if (rules.pathLength !== undefined && constraints.pathLength !== rules.pathLength) {
    return `its path length is ${constraints.pathLength ?? 'unlimited'}`;
  }
  if (!sameSet(keyUsage, parseKeyUsage(leaf.extensions))) return 'its key usages differ';
  return sameSet(extendedKeyUsage, parseExtendedKeyUsage(leaf.extensions))
    ? undefined
    : 'its extended key usages differ';
}

function sameSet(wanted: readonly string[] | undefined, actual: readonly string[] | undefined): boolean {
  const [a, b] = [new Set(wanted), new Set(actual)];
  return a.symmetricDifference(b).size === 0;
}
