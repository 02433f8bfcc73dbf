import { constants, sign, verify, type KeyObject } from 'node:crypto';
import type { SigningAlgorithm } from '../model.ts';
import { explicit, integer, nothing, objectIdentifier, sequence } from './der.ts';
import type { KeyFamily } from './keys.ts';

type Digest = 'sha256' | 'sha384' | 'sha512';

export interface Algorithm {
  readonly family: KeyFamily;
  /** Null: the key brings its own. */
  readonly digest: Digest | null;
  readonly pss: boolean;
  /** Object identifier of the signature algorithm (RFC 4055, RFC 5758, RFC 9881). */
  readonly identifier: string;
}

const PSS = '1.2.840.113549.1.1.10';
const rsa = (digest: Digest, identifier: string): Algorithm => ({
  family: 'RSA',
  digest,
  pss: identifier === PSS,
  identifier,
});
const ecdsa = (digest: Digest, identifier: string): Algorithm => ({
  family: 'ECDSA',
  digest,
  pss: false,
  identifier,
});

const mlDsa = (identifier: string): Algorithm => ({ family: 'ML_DSA', digest: null, pss: false, identifier });

export const ALGORITHMS: Readonly<Record<SigningAlgorithm, Algorithm>> = {
  SHA256WITHRSA: rsa('sha256', '1.2.840.113549.1.1.11'),
  SHA384WITHRSA: rsa('sha384', '1.2.840.113549.1.1.12'),
  SHA512WITHRSA: rsa('sha512', '1.2.840.113549.1.1.13'),
  SHA256WITHRSA_PSS: rsa('sha256', PSS),
  SHA384WITHRSA_PSS: rsa('sha384', PSS),
  SHA512WITHRSA_PSS: rsa('sha512', PSS),
  SHA256WITHECDSA: ecdsa('sha256', '1.2.840.10045.4.3.2'),
  SHA384WITHECDSA: ecdsa('sha384', '1.2.840.10045.4.3.3'),
  SHA512WITHECDSA: ecdsa('sha512', '1.2.840.10045.4.3.4'),
  ML_DSA_44: mlDsa('2.16.840.1.101.3.4.3.17'),
  ML_DSA_65: mlDsa('2.16.840.1.101.3.4.3.18'),
  ML_DSA_87: mlDsa('2.16.840.1.101.3.4.3.19'),
};

const DIGESTS = {
  sha256: { identifier: '2.16.840.1.101.3.4.2.1', size: 32 },
  sha384: { identifier: '2.16.840.1.101.3.4.2.2', size: 48 },
  sha512: { identifier: '2.16.840.1.101.3.4.2.3', size: 64 },
};

export function isSigningAlgorithm(name: string): name is SigningAlgorithm {
  return name in ALGORITHMS;
}

/** AlgorithmIdentifier for a certificate's signature. */
export function algorithmIdentifier(algorithm: Algorithm): Buffer {
  const identifier = objectIdentifier(algorithm.identifier);
  if (algorithm.family !== 'RSA') return sequence(identifier);
  return sequence(identifier, algorithm.pss && algorithm.digest ? pssParameters(algorithm.digest) : nothing());
}

/** RSASSA-PSS-params with a salt as long as the digest (RFC 4055, section 3.1). */
function pssParameters(digest: Digest): Buffer {
  const hash = sequence(objectIdentifier(DIGESTS[digest].identifier), nothing());
  const mask = sequence(objectIdentifier('1.2.840.113549.1.1.8'), hash);
  const salt = integer(Buffer.from([DIGESTS[digest].size]));
  return sequence(explicit(0, hash), explicit(1, mask), explicit(2, salt));
}

export function signBytes(algorithm: Algorithm, key: KeyObject, bytes: Uint8Array): Buffer {
  if (!algorithm.pss) return sign(algorithm.digest, bytes, key);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return sign(algorithm.digest, bytes, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

/** Digest of each signature algorithm that a request may be signed with, by object identifier. */
const REQUEST_DIGESTS: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.10045.4.1': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '2.16.840.1.101.3.4.3.17': null,
  '2.16.840.1.101.3.4.3.18': null,
  '2.16.840.1.101.3.4.3.19': null,
};

/** Whether `signature` over `bytes` holds. `parameters` is the DER beside the identifier; only PSS has any of meaning. */
export function isSignedBy(
  key: KeyObject,
  algorithm: { readonly identifier: string; readonly parameters: Buffer },
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm.identifier === PSS) return isSignedWithPss(key, algorithm.parameters, bytes, signature);
  const digest = REQUEST_DIGESTS[algorithm.identifier];
  return digest !== undefined && verify(digest, bytes, key, signature);
}

function isSignedWithPss(key: KeyObject, parameters: Buffer, bytes: Uint8Array, signature: Uint8Array): boolean {
  const names = Object.keys(DIGESTS) as (keyof typeof DIGESTS)[];
  const digest = names.find((name) => parameters.includes(objectIdentifier(DIGESTS[name].identifier)));
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return digest !== undefined && verify(digest, bytes, { key, padding }, signature);
}
