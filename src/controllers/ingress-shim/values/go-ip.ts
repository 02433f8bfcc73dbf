import { isIP } from 'node:net';

/**
 * Whether Go's net.ParseIP takes the text for an address: no zone, no prefix length, no leading zero in IPv4.
 * https://pkg.go.dev/net#ParseIP
 */
export function isGoIpAddress(text: string): boolean {
  return isIP(text) !== 0 && !text.includes('%');
}
