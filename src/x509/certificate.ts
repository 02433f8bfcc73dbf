import { type KeyObject, X509Certificate } from 'node:crypto';
import { DerError, type Element, parseDer } from './asn1.ts';
import {
  type Extension,
  extensionOid,
  findExtension,
  parseAuthorityKeyIdentifier,
  parseExtensions,
  parseSubjectKeyIdentifier,
} from './extensions.ts';
import { parseDistinguishedName, type RelativeName } from './distinguished-name.ts';
import { commonNamesOf, type Names, parseGeneralNames } from './names.ts';
import { parsePem, toPem } from './pem.ts';
import { isVerifiable } from './signature-algorithms.ts';

/** A certificate as far as it matters to the chain that it is part of: who signed whose key. */
export interface ChainCertificate {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly notAfter: Date;
  /**
   * True when this certificate names `issuer` as its issuer and the issuer's key verifies its signature. Where key or
   * algorithm are of a kind that cannot be verified here (SM2), names and, as far as both bear them, key identifiers
   * (RFC 5280 4.2.1.1) decide.
   */
  isSignedBy(issuer: ChainCertificate): boolean;
}

/** An X.509 certificate (RFC 5280). */
export interface Certificate extends ChainCertificate {
  /** `subject`, read. */
  readonly subjectName: readonly RelativeName[];
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** Lower-case hexadecimal without leading zeros. */
  readonly serial: string;
  readonly names: Names;
  readonly extensions: readonly Extension[];
  readonly notBefore: Date;
}

/** What should have been a certificate is none. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** Every CERTIFICATE block of a PEM text, in its order. */
export const parseCertificates = (pem: string): Certificate[] => certificateBlocks(pem).map(parseCertificate);

/**
 * As `parseCertificates`, but of what stands above a leaf: names and extensions that others gave their CAs are not
 * judged.
 */
export const parseChainCertificates = (pem: string): ChainCertificate[] =>
  certificateBlocks(pem).map((der) => orThrow(() => new ParsedChainCertificate(der)));

const certificateBlocks = (pem: string): Buffer[] =>
  parsePem(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => der);

export const certificatePem = ({ der }: ChainCertificate): string => toPem('CERTIFICATE', der);

/** Parses one DER certificate. */
export const parseCertificate = (der: Buffer): Certificate => orThrow(() => new ParsedCertificate(der));

function orThrow<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new CertificateError('a certificate cannot be parsed', { cause });
  }
}

class ParsedChainCertificate implements ChainCertificate {
  readonly der: Buffer;
  readonly subject: Buffer;
  readonly issuer: Buffer;
  protected readonly openssl: X509Certificate;
  protected readonly subjectElement: Element;
  protected readonly keyInfo: Element;
  readonly #extensions: Element | undefined;
  readonly #algorithm: string;
  #key: KeyObject | undefined;
  /** The last answer: of a chain that is kept, the same is asked again for every certificate below it. */
  #answered: { readonly issuer: ChainCertificate; readonly isSigner: boolean } | undefined;

  constructor(der: Buffer) {
    this.der = der;
    this.openssl = new X509Certificate(der);
    const root = parseDer(der);
    // tbsCertificate: [0] version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, …
    const parts = root.child(0).children.filter((part, index) => !(index === 0 && part.isContext(0)));
    const [, , issuer, , subject, publicKey] = parts;
    if (!issuer || !subject || !publicKey) throw new CertificateError('a certificate lacks a mandatory field');
    this.issuer = issuer.bytes;
    this.subject = subject.bytes;
    this.subjectElement = subject;
    this.keyInfo = publicKey;
    this.#extensions = parts.find((part) => part.isContext(3));
    this.#algorithm = root.child(1).child(0).oid;
  }

  get notAfter(): Date {
    return this.openssl.validToDate;
  }

  isSignedBy(issuer: ChainCertificate): boolean {
    if (this.#answered?.issuer !== issuer) this.#answered = { issuer, isSigner: this.#verify(issuer) };
    return this.#answered.isSigner;
  }

  #verify(issuer: ChainCertificate): boolean {
    if (!this.issuer.equals(issuer.subject)) return false;
    const signer = issuer instanceof ParsedChainCertificate ? issuer : new ParsedChainCertificate(issuer.der);
    const key = isVerifiable(this.#algorithm) ? signer.#usableKey() : undefined;
    return key === undefined ? this.#namesKeyOf(signer) : this.openssl.verify(key);
  }

  /** Undefined for a key of a kind that this OpenSSL does not know. */
  #usableKey(): KeyObject | undefined {
    try {
      return (this.#key ??= this.openssl.publicKey);
    } catch {
      return undefined;
    }
  }

  protected readExtensions(): Extension[] {
    return this.#extensions ? parseExtensions(this.#extensions.child(0)) : [];
  }

  #namesKeyOf(signer: ParsedChainCertificate): boolean {
    try {
      const wanted = parseAuthorityKeyIdentifier(this.readExtensions());
      const actual = parseSubjectKeyIdentifier(signer.readExtensions());
      return wanted === undefined || actual === undefined || wanted.equals(actual);
    } catch (error) {
      if (error instanceof DerError) return true;
      throw error;
    }
  }
}

class ParsedCertificate extends ParsedChainCertificate implements Certificate {
  readonly subjectName: readonly RelativeName[];
  readonly publicKey: Buffer;
  readonly names: Names;
  readonly extensions: readonly Extension[];

  constructor(der: Buffer) {
    super(der);
    this.publicKey = this.keyInfo.bytes;
    this.extensions = this.readExtensions();
    const alternative = findExtension(this.extensions, extensionOid.subjectAltName);
    const { dns, others } = alternative ? parseGeneralNames(alternative.value) : { dns: [], others: [] };
    this.subjectName = parseDistinguishedName(this.subjectElement);
    this.names = { commonNames: commonNamesOf(this.subjectName), dns, others };
  }

  get serial(): string {
    return this.openssl.serialNumber.toLowerCase().replace(/^0+(?=.)/, '');
  }

  get notBefore(): Date {
    return this.openssl.validFromDate;
  }
}
