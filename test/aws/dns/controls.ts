import type { Controls } from '../model.ts';
import type { DnsServer } from './dns-server.ts';

export type DnsControls = Pick<Controls, 'startDnsServer'>;

/** The orders that a test can give about the DNS server. */
export function dnsControls(server: DnsServer): DnsControls {
  return { startDnsServer: async (options) => server.start(options?.port) };
}
