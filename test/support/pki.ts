import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  Attribute,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyIdentifier,
  KeyUsage,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import { toPem } from '../../src/x509/pem.ts';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const ecKey = (namedCurve = 'P-256'): KeyPair => generateKeyPairSync('ec', { namedCurve });

/** Object identifiers of signature algorithms by the digest that goes with them; null: the key brings its own. */
const signatureOids: Readonly<Record<string, readonly [oid: string, digest: string | null]>> = {
  ec: ['1.2.840.10045.4.3.2', 'sha256'],
  rsa: ['1.2.840.113549.1.1.11', 'sha256'],
  ed25519: ['1.3.101.112', null],
  ed448: ['1.3.101.113', null],
  'ml-dsa-44': ['2.16.840.1.101.3.4.3.17', null],
  'ml-dsa-65': ['2.16.840.1.101.3.4.3.18', null],
  'ml-dsa-87': ['2.16.840.1.101.3.4.3.19', null],
};

function signature({ privateKey }: KeyPair, signed: ArrayBuffer): ArrayBuffer {
  const [, digest = null] = signatureOids[privateKey.asymmetricKeyType ?? ''] ?? [];
  return toArrayBuffer(sign(digest, Buffer.from(signed), privateKey));
}

const algorithmOf = ({ privateKey }: KeyPair): AlgorithmIdentifier =>
  new AlgorithmIdentifier({ algorithm: signatureOids[privateKey.asymmetricKeyType ?? '']?.[0] ?? '' });

export const toArrayBuffer = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

const spki = ({ publicKey }: KeyPair): SubjectPublicKeyInfo =>
  AsnConvert.parse(publicKey.export({ format: 'der', type: 'spki' }), SubjectPublicKeyInfo);

/** A distinguished name of common names alone; none: the empty name. */
export const nameOf = (...commonNames: string[]): Name =>
  new Name(
    commonNames.map(
      (value) =>
        new RelativeDistinguishedName([
          new AttributeTypeAndValue({ type: '2.5.4.3', value: new AttributeValue({ utf8String: value }) }),
        ]),
    ),
  );

export function extension(oid: string, value: Uint8Array | ArrayBuffer, critical = false): Extension {
  return new Extension({ extnID: oid, critical, extnValue: new OctetString(value) });
}

export const sanExtension = (...names: GeneralName[]): Extension =>
  extension(id_ce_subjectAltName, AsnConvert.serialize(new SubjectAlternativeName(names)));
export const dnsSan = (...names: string[]): Extension =>
  sanExtension(...names.map((dNSName) => new GeneralName({ dNSName })));
/** `flags` as of @peculiar's KeyUsageFlags. */
export const keyUsageExtension = (flags: number): Extension =>
  extension(id_ce_keyUsage, AsnConvert.serialize(new KeyUsage(flags)), true);
export const extendedKeyUsageExtension = (...oids: string[]): Extension =>
  extension(id_ce_extKeyUsage, AsnConvert.serialize(new ExtendedKeyUsage(oids)));
export const subjectKeyIdentifier = (identifier: string): Extension =>
  extension(id_ce_subjectKeyIdentifier, AsnConvert.serialize(new OctetString(Buffer.from(identifier))));
export const authorityKeyIdentifier = (identifier: string): Extension => {
  const keyIdentifier = new KeyIdentifier(Buffer.from(identifier));
  return extension(id_ce_authorityKeyIdentifier, AsnConvert.serialize(new AuthorityKeyIdentifier({ keyIdentifier })));
};
export const caExtension = (pathLenConstraint?: number): Extension =>
  extension(
    id_ce_basicConstraints,
    AsnConvert.serialize(
      new BasicConstraints({ cA: true, ...(pathLenConstraint === undefined ? {} : { pathLenConstraint }) }),
    ),
    true,
  );

export interface CertificateContent {
  readonly key: KeyPair;
  readonly subject: Name;
  readonly issuer: { readonly subject: Name; readonly key: KeyPair };
  readonly extensions?: readonly Extension[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly serial?: Uint8Array;
}

/** A signed certificate, DER. */
export function mintCertificate(content: CertificateContent): Buffer {
  const { notBefore = new Date('2026-01-01T00:00:00Z'), notAfter = new Date('2036-01-01T00:00:00Z') } = content;
  const algorithm = algorithmOf(content.issuer.key);
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: toArrayBuffer(content.serial ?? Buffer.concat([Buffer.of(0x40), randomBytes(8)])),
    signature: algorithm,
    issuer: content.issuer.subject,
    validity: new Validity({ notBefore, notAfter }),
    subject: content.subject,
    subjectPublicKeyInfo: spki(content.key),
    ...(content.extensions ? { extensions: new Extensions([...content.extensions]) } : {}),
  });
  const certificate = new Certificate({ tbsCertificate: body, signatureAlgorithm: algorithm });
  certificate.signatureValue = signature(content.issuer.key, AsnConvert.serialize(body));
  return Buffer.from(AsnConvert.serialize(certificate));
}

export interface Authority {
  readonly subject: Name;
  readonly key: KeyPair;
  readonly der: Buffer;
}

/** A CA: self-signed, or signed by `issuer`. */
export function mintAuthority(
  commonName: string,
  issuer?: Omit<Authority, 'der'>,
  key = ecKey(),
  change: Partial<CertificateContent> = {},
): Authority {
  const subject = nameOf(commonName);
  const content = { key, subject, issuer: issuer ?? { subject, key }, extensions: [caExtension()], ...change };
  return { subject, key, der: mintCertificate(content) };
}

export interface CsrContent {
  readonly key?: KeyPair;
  readonly subject?: Name;
  readonly extensions?: readonly Extension[];
}

/** A signed PKCS#10 request, DER. */
export function mintCsr({ key = ecKey(), subject = nameOf(), extensions = [] }: CsrContent): Buffer {
  const info = new CertificationRequestInfo({ subject, subjectPKInfo: spki(key), attributes: new Attributes() });
  if (extensions.length > 0) {
    const values = [AsnConvert.serialize(new Extensions([...extensions]))];
    info.attributes.push(new Attribute({ type: '1.2.840.113549.1.9.14', values }));
  }
  const request = new CertificationRequest({
    certificationRequestInfo: info,
    signatureAlgorithm: algorithmOf(key),
    signature: signature(key, AsnConvert.serialize(info)),
  });
  return Buffer.from(AsnConvert.serialize(request));
}

export const csrPem = (der: Uint8Array): string => toPem('CERTIFICATE REQUEST', der);
export const certificatesPem = (...ders: readonly Uint8Array[]): string =>
  ders.map((der) => toPem('CERTIFICATE', der)).join('');
