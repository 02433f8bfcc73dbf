import { createPublicKey, type KeyObject } from 'node:crypto';

/** What ACM's ACME endpoints sign, by ACM's names, and what to say in a Certificate to get it. */
export const acmKeyAlgorithms: Readonly<Record<string, string>> = {
  RSA_2048: 'algorithm: RSA, size: 2048',
  EC_prime256v1: 'algorithm: ECDSA, size: 256',
  EC_secp384r1: 'algorithm: ECDSA, size: 384',
};

/** The algorithm of a SubjectPublicKeyInfo in ACM's manner: `RSA_2048`, `EC_prime256v1`, `ED25519`; `unknown` else. */
export function keyAlgorithmOf(publicKey: Buffer): string {
  const key = readKey(publicKey);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key ?? {};
  if (type === 'rsa') return `RSA_${details.modulusLength ?? 0}`;
  if (type === 'ec') return `EC_${details.namedCurve ?? 'unknown'}`;
  return type?.toUpperCase() ?? 'unknown';
}

/** Undefined for a key of a kind that this OpenSSL does not know. */
function readKey(key: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
