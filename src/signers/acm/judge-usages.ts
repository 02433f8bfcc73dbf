import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { type Extension, parseExtendedKeyUsage, parseKeyUsage } from '../../x509/extensions.ts';
import type { Rejection, SigningRequest } from '../signer.ts';
import { describeUsage, findAskedUsages, purpose, readUsages } from '../usages.ts';

/**
 * What no publicly trusted TLS certificate may have (CA/Browser Forum Baseline Requirements 7.1.2.7.10 and 7.1.2.7.11): one
 * that asks for it wants another kind of certificate. Other usages may be missing, and the requester is told which are.
 */
const neverPublic: ReadonlySet<string> = new Set([
  ...['keyCertSign', 'cRLSign'],
  ...[purpose.codeSigning, purpose.emailProtection, purpose.timeStamping, purpose.ocspSigning],
  ...[purpose.ipsecEndSystem, purpose.ipsecTunnel, purpose.ipsecUser, purpose.microsoftSgc, purpose.netscapeSgc],
]);

/** Which usages of its certificate are for whoever makes the key to choose: RSA has key encipherment, ECDSA has not. */
const ofTheKey: ReadonlySet<string> = new Set(['digitalSignature', 'keyEncipherment', 'keyAgreement']);

const usagesOf = (extensions: readonly Extension[]) => ({
  keyUsage: parseKeyUsage(extensions),
  extendedKeyUsage: parseExtendedKeyUsage(extensions),
});

/** What the request lists and what its CSR asks for, as X.509 names them; a word that is no usage is refused. */
function readAsked({ usages }: SigningRequest, csr: CertificateSigningRequest): ReadonlySet<string> | Rejection {
  const reading = readUsages(usages, false);
  return reading.kind === 'rejected' ? reading : findAskedUsages(usages, false, usagesOf(csr.extensions));
}

/** Refuses, at ACM, what a public certificate never has. */
export function judgeUsages(request: SigningRequest, csr: CertificateSigningRequest): Rejection | undefined {
  const asked = readAsked(request, csr);
  if ('kind' in asked) return asked;
  const never = [...asked].filter((usage) => neverPublic.has(usage)).map(describeUsage);
  if (never.length === 0) return undefined;
  const message =
    `No public certificate has the usage ${never.join(', ')} (spec.usages). ` +
    'Ask for server auth and digital signature, or use an issuer of a private CA.';
  return { kind: 'rejected', code: 'UnsupportedUsage', message };
}

/** The usages that were asked for and that the certificate does not have, in cert-manager's words. */
export function findMissingUsages(
  request: SigningRequest,
  csr: CertificateSigningRequest,
  { extensions }: Pick<Certificate, 'extensions'>,
): string[] {
  const asked = readAsked(request, csr);
  if ('kind' in asked) return [];
  const { keyUsage = [], extendedKeyUsage = [] } = usagesOf(extensions);
  const granted = new Set<string>([...keyUsage, ...extendedKeyUsage]);
  return [...asked].filter((usage) => !granted.has(usage) && !ofTheKey.has(usage)).map(describeUsage);
}
