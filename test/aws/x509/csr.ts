import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Extensions } from '@peculiar/asn1-x509';
import { isSignedBy } from './algorithms.ts';
import { childrenOf, readElement, type Element } from './der.ts';
import type { Extension } from './extensions.ts';
import { fromPem } from './pem.ts';

/** A PKCS #10 request (RFC 2986) whose parts are kept as the bytes they came in. */
export interface Csr {
  readonly subject: Buffer;
  readonly hasSubject: boolean;
  readonly publicKeyInfo: Buffer;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Extension[];
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
}

/** The request cannot be read, or its signature does not hold. */
export class CsrError extends Error {}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** Reads and verifies a PEM request. Throws CsrError. */
export function parseCsr(pem: string): Csr {
  const der = fromPem(pem, ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']);
  if (!der) throw new CsrError('The CSR is not PEM-encoded.');
  try {
    return readCsr(der);
  } catch (error) {
    if (error instanceof CsrError) throw error;
    throw new CsrError('The CSR is not a valid PKCS #10 request.', { cause: error });
  }
}

function readCsr(der: Buffer): Csr {
  const request = AsnConvert.parse(der, CertificationRequest);
  const info = readElement(childrenOf(readElement(der))[0]?.raw ?? Buffer.alloc(0));
  const [, subject, keyInfo] = childrenOf(info);
  if (!subject || !keyInfo) throw new CsrError('The CSR lacks a subject or a key.');
  const publicKey = createPublicKey({ key: keyInfo.raw, format: 'der', type: 'spki' });
  requireSignature(der, info, request, publicKey);
  return {
    subject: subject.raw,
    hasSubject: subject.content.length > 0,
    publicKeyInfo: keyInfo.raw,
    publicKey,
    extensions: requestedExtensions(request),
    sha256: createHash('sha256').update(der).digest('hex'),
  };
}

function requireSignature(der: Buffer, info: Element, request: CertificationRequest, key: KeyObject): void {
  // An Ed25519 request is well signed; what stands against it is the key, which the service judges by itself.
  if (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448') return;
  const identifier = request.signatureAlgorithm.algorithm;
  const parameters = childrenOf(readElement(der))[1]?.raw ?? Buffer.alloc(0);
  const signature = Buffer.from(request.signature);
  if (!isSignedBy(key, { identifier, parameters }, info.raw, signature)) {
    throw new CsrError('The signature of the CSR does not match its public key.');
  }
}

function requestedExtensions(request: CertificationRequest): Extension[] {
  const attributes = request.certificationRequestInfo.attributes;
  const attribute = [...attributes].find(({ type }) => type === EXTENSION_REQUEST);
  const encoded = attribute?.values[0];
  if (!encoded) return [];
  return [...AsnConvert.parse(encoded, Extensions)].map((extension) => ({
    identifier: extension.extnID,
    critical: extension.critical,
    value: Buffer.from(extension.extnValue.buffer),
  }));
}
