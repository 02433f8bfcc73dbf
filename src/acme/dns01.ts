import { createHash } from 'node:crypto';
import type { AcmeIdentifier } from './errors.ts';

/** The value of the TXT record that answers a dns-01 challenge (RFC 8555 section 8.4). */
export function dns01Value(token: string, thumbprint: string): string {
  // The key authorization (section 8.1), of which DNS shows the digest alone.
  return createHash('sha256').update(`${token}.${thumbprint}`).digest('base64url');
}

/** The name of that record, without trailing dot; the same for `example.com` and `*.example.com`. */
export function dns01Name(identifier: Pick<AcmeIdentifier, 'value'>): string {
  return `_acme-challenge.${identifier.value.replace(/^\*\./, '')}`;
}
