import { createPublicKey, type KeyObject } from 'node:crypto';

/**
 * Whether two SubjectPublicKeyInfo hold the same key. The same bytes do; so do others that mean the same, as a point that is
 * compressed in one of them, or the parameters of RSA that are absent in one of them (RFC 3279 2.3.1).
 */
export function isSamePublicKey(a: Buffer, b: Buffer): boolean {
  if (a.equals(b)) return true;
  const [left, right] = [read(a), read(b)];
  return left !== undefined && right !== undefined && left.equals(right);
}

/** Undefined for what this OpenSSL does not read. */
function read(key: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
