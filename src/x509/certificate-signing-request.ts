import { createPublicKey, verify } from 'node:crypto';
import { DerError, type Element, parseDer } from './asn1.ts';
import {
  type Extension,
  extensionOid,
  findExtension,
  parseBasicConstraints,
  parseExtendedKeyUsage,
  parseExtensions,
  parseKeyUsage,
} from './extensions.ts';
import { parseDistinguishedName, type RelativeName } from './distinguished-name.ts';
import { commonNamesOf, type Names, parseGeneralNames } from './names.ts';
import { parsePem } from './pem.ts';

/** A PKCS#10 request (RFC 2986) as far as an issuer looks at it. */
export interface CertificateSigningRequest {
  readonly der: Buffer;
  /** SubjectPublicKeyInfo, DER. The key may be of a kind that nobody here knows. */
  readonly publicKey: Buffer;
  readonly names: Names;
  /** Empty when there is none. */
  readonly subject: readonly RelativeName[];
  readonly extensions: readonly Extension[];
  /** Checked when it is asked for. `unknown`: the key or signature algorithm is not one that this program can check; the CA will. */
  readonly signature: 'valid' | 'invalid' | 'unknown';
}

/** What should have been a request is none; the message says to a person why. */
export class CertificateSigningRequestError extends Error {
  override readonly name = 'CertificateSigningRequestError';
}

const labels = ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];

/** Parses `spec.request` of a CertificateRequest: one PEM block with a PKCS#10 request. */
export function parseCertificateSigningRequest(pem: string): CertificateSigningRequest {
  const block = parsePem(pem).find(({ label }) => labels.includes(label));
  if (!block) throw new CertificateSigningRequestError('it holds no PEM block of type CERTIFICATE REQUEST');
  try {
    return readRequest(block.der);
  } catch (cause) {
    // Whatever a reader trips over in a stranger's bytes, the bytes are at fault.
    const detail = cause instanceof DerError ? cause.message : 'its structure is damaged';
    throw new CertificateSigningRequestError(`it is no PKCS#10 request (${detail})`, { cause });
  }
}

function readRequest(der: Buffer): CertificateSigningRequest {
  const root = parseDer(der);
  const [info, algorithm, signature] = [root.child(0), root.child(1), root.child(2)];
  const [subject, publicKey] = [parseDistinguishedName(info.child(1)), info.child(2).bytes];
  const extensions = requestedExtensions(info);
  // They are compared with the certificate's once that is paid for; damage has to show before.
  parseKeyUsage(extensions);
  parseExtendedKeyUsage(extensions);
  parseBasicConstraints(extensions);
  const alternative = findExtension(extensions, extensionOid.subjectAltName);
  const { dns, others } = alternative ? parseGeneralNames(alternative.value) : { dns: [], others: [] };
  const [algorithmOid, signatureBits] = [algorithm.child(0).oid, signature.bits];
  let checked: CertificateSigningRequest['signature'] | undefined;
  return {
    der,
    publicKey,
    names: { commonNames: commonNamesOf(subject), dns, others },
    subject,
    extensions,
    get signature() {
      return (checked ??= checkSignature(info.bytes, publicKey, algorithmOid, signatureBits));
    },
  };
}

const extensionRequestOid = '1.2.840.113549.1.9.14';

/** The extensionRequest attribute (RFC 2985 5.4.2). */
function requestedExtensions(info: Element): Extension[] {
  const attributes = info.children.find((part) => part.isContext(0))?.children ?? [];
  const wanted = attributes.find((attribute) => attribute.child(0).oid === extensionRequestOid);
  return wanted ? parseExtensions(wanted.child(1).child(0)) : [];
}

/** Digest of each signature algorithm that is checked here; null where the algorithm brings its own. */
const digests: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.3.101.112': null,
};

function checkSignature(
  signed: Buffer,
  publicKey: Buffer,
  algorithm: string,
  signature: Buffer,
): CertificateSigningRequest['signature'] {
  const digest = digests[algorithm];
  if (digest === undefined) return 'unknown';
  try {
    const key = createPublicKey({ key: publicKey, format: 'der', type: 'spki' });
    return verify(digest, signed, key, signature) ? 'valid' : 'invalid';
  } catch {
    // OpenSSL does not know this key, or not together with this algorithm. What it is worth is for the CA to say.
    return 'unknown';
  }
}
