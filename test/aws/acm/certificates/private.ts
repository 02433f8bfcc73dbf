import type { KeyAlgorithm } from '../../model.ts';
import { newSerial, statusNow, type CertificateAuthority } from '../../pca/authority.ts';
import { chainPem } from '../../pca/chain.ts';
import { ALGORITHMS } from '../../x509/algorithms.ts';
import { signCertificate } from '../../x509/certificate.ts';
import { authorityKeyIdentifier, basicConstraints, extendedKeyUsage, keyUsage } from '../../x509/extensions.ts';
import { subjectAltName, subjectKeyIdentifier } from '../../x509/extensions.ts';
import { familyOf, generateKeys, keyIdentifierOf, publicKeyInfoOf } from '../../x509/keys.ts';
import { encodeName } from '../../x509/names.ts';
import { toPem } from '../../x509/pem.ts';
import type { AcmState } from '../state.ts';
import type { AcmCertificate, IssuedPart } from './certificate.ts';

const VALIDITY_MS = 395 * 86_400_000;
const USAGES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/** Has a certificate authority of AWS Private CA sign; what goes wrong is the certificate's failure. */
export async function issuePrivately(state: AcmState, certificate: AcmCertificate): Promise<void> {
  const authority = state.pca.authorities.get(certificate.certificateAuthorityArn ?? '');
  const reason = authority ? reasonAgainst(authority, certificate, state.times.clock.now()) : 'PCA_RESOURCE_NOT_FOUND';
  if (!authority || reason !== undefined) {
    certificate.status = 'FAILED';
    certificate.failureReason = reason;
    return;
  }
  certificate.issued = await sign(authority, certificate, state.times.clock.now());
  certificate.issuedAt = state.times.clock.now();
  certificate.status = 'ISSUED';
}

function reasonAgainst(authority: CertificateAuthority, certificate: AcmCertificate, now: number): string | undefined {
  if (authority.account !== certificate.account && !authority.shares.has(certificate.account))
    return 'PCA_ACCESS_DENIED';
  if (statusNow(authority, now) !== 'ACTIVE') return 'PCA_INVALID_STATE';
  const isSameFamily = familyOf(authority.keyAlgorithm) === familyOf(certificate.keyAlgorithm as KeyAlgorithm);
  if (!isSameFamily) return 'PCA_INVALID_ARGS';
  return now + VALIDITY_MS > authority.notAfter ? 'PCA_INVALID_DURATION' : undefined;
}

async function sign(authority: CertificateAuthority, certificate: AcmCertificate, now: number): Promise<IssuedPart> {
  const { domainName, names } = certificate;
  const keys = await generateKeys(certificate.keyAlgorithm as KeyAlgorithm);
  const publicKeyInfo = publicKeyInfoOf(keys.publicKey);
  const serial = newSerial();
  const notBefore = Math.floor(now / 1000) * 1000 - 3_600_000;
  const period = { notBefore, notAfter: notBefore + VALIDITY_MS };
  const extensions = [
    basicConstraints(false, false),
    authorityKeyIdentifier(authority.keyIdentifier),
    subjectKeyIdentifier(keyIdentifierOf(publicKeyInfo)),
    keyUsage(true, ['digitalSignature', 'keyEncipherment']),
    extendedKeyUsage(false, USAGES),
    subjectAltName(false, names),
  ];
  const subject = encodeName([{ type: '2.5.4.3', text: domainName }]);
  const content = { serial, issuer: authority.subject, subject, publicKeyInfo, ...period, extensions };
  const der = signCertificate(content, ALGORITHMS[authority.signingAlgorithm], authority.privateKey);
  const named = { serial: serial.toString('hex'), subject: `CN=${domainName}`, issuer: authority.commonName };
  return { ...named, ...period, certificatePem: toPem('CERTIFICATE', der), chainPem: chainPem(authority) };
}
