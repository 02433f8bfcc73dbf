import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { KeyAlgorithm } from '../model.ts';
import { childrenOf, readElement } from './der.ts';

const generate = promisify(generateKeyPair);
type MlDsaType = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';
// `promisify` sees only the last overload of a function.
const generateMlDsa = generate as unknown as (type: MlDsaType, options: undefined) => Promise<KeyPair>;

export type KeyFamily = 'RSA' | 'ECDSA' | 'ML_DSA';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const RSA_BITS: Readonly<Partial<Record<KeyAlgorithm, number>>> = { RSA_2048: 2048, RSA_3072: 3072, RSA_4096: 4096 };

const ML_DSA_TYPES = { ML_DSA_44: 'ml-dsa-44', ML_DSA_65: 'ml-dsa-65', ML_DSA_87: 'ml-dsa-87' } as const;

export function isMlDsa(algorithm: string): algorithm is keyof typeof ML_DSA_TYPES {
  return algorithm in ML_DSA_TYPES;
}

export function familyOf(algorithm: KeyAlgorithm): KeyFamily {
  if (isMlDsa(algorithm)) return 'ML_DSA';
  return algorithm in RSA_BITS ? 'RSA' : 'ECDSA';
}

export async function generateKeys(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const modulusLength = RSA_BITS[algorithm];
  if (modulusLength !== undefined) return generate('rsa', { modulusLength });
  if (isMlDsa(algorithm)) return generateMlDsa(ML_DSA_TYPES[algorithm], undefined);
  return generate('ec', { namedCurve: algorithm.replace('EC_', '') });
}

/** What of a certificate's public key AWS Private CA signs; undefined for every other key. */
export function acceptedKeyOf(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'rsa') {
    return [2048, 3072, 4096].includes(details?.modulusLength ?? 0) ? `RSA_${details?.modulusLength}` : undefined;
  }
  if (key.asymmetricKeyType?.startsWith('ml-dsa-')) return key.asymmetricKeyType.toUpperCase().replaceAll('-', '_');
  const curve = details?.namedCurve ?? '';
  return ['prime256v1', 'secp384r1', 'secp521r1'].includes(curve) ? `EC_${curve}` : undefined;
}

export function publicKeyInfoOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** SHA-1 of the subjectPublicKey bits (RFC 5280, section 4.2.1.2, method 1). */
export function keyIdentifierOf(publicKeyInfo: Buffer): Buffer {
  const bits = childrenOf(readElement(publicKeyInfo))[1];
  if (!bits) throw new Error('not a SubjectPublicKeyInfo');
  return createHash('sha1').update(bits.content.subarray(1)).digest();
}
