import type { KeyObject } from 'node:crypto';
import { algorithmIdentifier, signBytes, type Algorithm } from './algorithms.ts';
import { bitString, explicit, integer, sequence, time } from './der.ts';
import { encodeExtension, type Extension } from './extensions.ts';

export interface CertificateContent {
  readonly serial: Buffer;
  /** DER of the issuer's Name. */
  readonly issuer: Uint8Array;
  /** DER of the subject's Name. */
  readonly subject: Uint8Array;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKeyInfo: Uint8Array;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  readonly extensions: readonly Extension[];
}

/** A signed version 3 certificate (RFC 5280, section 4.1), DER. */
export function signCertificate(content: CertificateContent, algorithm: Algorithm, key: KeyObject): Buffer {
  const identifier = algorithmIdentifier(algorithm);
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(content.serial),
    identifier,
    content.issuer,
    sequence(time(content.notBefore), time(content.notAfter)),
    content.subject,
    content.publicKeyInfo,
    explicit(3, sequence(...content.extensions.map(encodeExtension))),
  );
  return sequence(body, identifier, bitString(signBytes(algorithm, key, body)));
}
