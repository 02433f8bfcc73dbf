import { type KeyObject, X509Certificate } from 'node:crypto';
import { parseDer } from './asn1.ts';
import { type Extension, extensionOid, findExtension, parseExtensions } from './extensions.ts';
import { parseDistinguishedName, type RelativeName } from './distinguished-name.ts';
import { commonNamesOf, type Names, parseGeneralNames } from './names.ts';
import { parsePem, toPem } from './pem.ts';

/** An X.509 certificate (RFC 5280). */
export interface Certificate {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  /** `subject`, read. */
  readonly subjectName: readonly RelativeName[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  readonly names: Names;
  readonly extensions: readonly Extension[];
  readonly notBefore: Date;
  readonly notAfter: Date;
  /**
   * True when this certificate names `issuer` as its issuer and the issuer's key verifies its signature. Where the key is
   * of a kind that cannot be used here, the name has to do.
   */
  isSignedBy(issuer: Certificate): boolean;
}

/** What should have been a certificate is none. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** Every CERTIFICATE block of a PEM text, in its order. */
export function parseCertificates(pem: string): Certificate[] {
  return parsePem(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => parseCertificate(der));
}

export const certificatePem = (certificate: Certificate): string => toPem('CERTIFICATE', certificate.der);

/** Parses one DER certificate. */
export function parseCertificate(der: Buffer): Certificate {
  try {
    return new ParsedCertificate(der);
  } catch (cause) {
    throw new CertificateError('a certificate cannot be parsed', { cause });
  }
}

class ParsedCertificate implements Certificate {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly subjectName: readonly RelativeName[];
  readonly publicKey: Buffer;
  readonly names: Names;
  readonly extensions: readonly Extension[];
  readonly #openssl: X509Certificate;

  constructor(der: Buffer) {
    this.der = der;
    this.#openssl = new X509Certificate(der);
    // tbsCertificate: [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …
    const parts = parseDer(der)
      .child(0)
      .children.filter((part, index) => !(index === 0 && part.isContext(0)));
    const [, , issuer, , subject, publicKey] = parts;
    if (!issuer || !subject || !publicKey) throw new CertificateError('a certificate lacks a mandatory field');
    this.issuer = issuer.bytes;
    this.subject = subject.bytes;
    this.publicKey = publicKey.bytes;
    const extensions = parts.find((part) => part.isContext(3));
    this.extensions = extensions ? parseExtensions(extensions.child(0)) : [];
    const alternative = findExtension(this.extensions, extensionOid.subjectAltName);
    const { dns, others } = alternative ? parseGeneralNames(alternative.value) : { dns: [], others: [] };
    this.subjectName = parseDistinguishedName(subject);
    this.names = { commonNames: commonNamesOf(this.subjectName), dns, others };
  }

  get serial(): string {
    return this.#openssl.serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
  }

  get notBefore(): Date {
    return this.#openssl.validFromDate;
  }

  get notAfter(): Date {
    return this.#openssl.validToDate;
  }

  isSignedBy(issuer: Certificate): boolean {
    if (!this.issuer.equals(issuer.subject)) return false;
    const signer = issuer instanceof ParsedCertificate ? issuer.#openssl : new X509Certificate(issuer.der);
    const key = usableKey(signer);
    return key === undefined || this.#openssl.verify(key);
  }
}

/** Undefined for a key of a kind that this OpenSSL does not know. */
function usableKey(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}
