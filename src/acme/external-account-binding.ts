import { FlattenedSign } from 'jose';
import type { AccountKey } from './account-key.ts';

/** What a service hands out so that an account is made in somebody's name (RFC 8555 section 7.3.4). */
export interface ExternalAccountBinding {
  readonly keyId: string;
  /** base64url or base64, with or without padding, as the service hands it out. Secret. */
  readonly macKey: string;
}

/** The MAC key cannot be read. The message does not repeat it. */
export class InvalidMacKey extends Error {
  override readonly name = 'InvalidMacKey';
  readonly code = 'invalid-mac-key';
}

/** The key's bytes; white space around it, as Secrets often have it, does not matter. Throws InvalidMacKey. */
export function parseMacKey(text: string): Buffer {
  const key = text.trim();
  // Node reads both alphabets; what it does not know it would skip in silence.
  if (!/^[A-Za-z0-9_+/-]+={0,2}$/.test(key)) throw new InvalidMacKey('the MAC key is not base64url');
  return Buffer.from(key, 'base64url');
}

/** The JWS that binds an account's key to the binding's (HS256): a field of newAccount. */
export function signBinding(binding: ExternalAccountBinding, key: AccountKey, newAccountUrl: string): Promise<object> {
  return new FlattenedSign(Buffer.from(JSON.stringify(key.jwk)))
    .setProtectedHeader({ alg: 'HS256', kid: binding.keyId, url: newAccountUrl })
    .sign(parseMacKey(binding.macKey));
}
