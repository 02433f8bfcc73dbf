import { createHash, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** The key of an ACME account: P-256, signing as ES256 (RFC 8555 section 6.2). */
export interface AccountKey {
  readonly privateKey: KeyObject;
  /** The public half, as a request that has no account yet shows it. */
  readonly jwk: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
  /** base64url of the SHA-256 thumbprint (RFC 7638). */
  readonly thumbprint: string;
}

/** The text is not the PEM of a P-256 private key. The message does not repeat it. */
export class InvalidAccountKey extends Error {
  override readonly name = 'InvalidAccountKey';
  readonly code = 'invalid-account-key';
}

/** A new key: PKCS#8 PEM, P-256. */
export async function createAccountKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** PKCS#8 or SEC1 PEM. Throws InvalidAccountKey. */
export function loadAccountKey(pem: string): AccountKey {
  const privateKey = parseKey(pem);
  const { kty, crv, x, y } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined)
    throw new InvalidAccountKey('the account key is not a P-256 key');
  // RFC 7638 section 3.2: the required members in the order of their names, without white space.
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return { privateKey, jwk: { kty, crv, x, y }, thumbprint };
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // Without the cause: what OpenSSL says of a key stays with it.
    throw new InvalidAccountKey('the account key is not the PEM of an unencrypted private key');
  }
}
