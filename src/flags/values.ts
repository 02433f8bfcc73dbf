import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parseOneCsvRecord } from './go-csv.ts';
import { parseGoDuration } from './go-values.ts';
import type { Parse, Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

/** Where a server listens. An empty host means all interfaces. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[v6]:port` or `:port`; `0` for no server at all, which gives undefined. */
export function parseListenAddress(text: string): Parsed<ListenAddress | undefined> {
  if (text === '0') return parsed(undefined);
  const [, v6, host = v6 ?? '', port = ''] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || (v6 !== undefined && !isIPv6(v6))) {
    return faulty('must be host:port, :port for all interfaces, or 0 to switch the server off');
  }
  return Number(port) > 65_535 ? faulty('the port must be at most 65535') : parsed({ host, port: Number(port) });
}

/** A duration in milliseconds, not shorter than the least. */
export function durationAtLeast(least: string, leastMilliseconds: number): Parse<number> {
  return (text) => {
    const result = parseGoDuration(text);
    return result.ok && result.value < leastMilliseconds ? faulty(`must be at least ${least}`) : result;
  };
}

/** Calls per second. 0 means without limit. */
export function parseRate(text: string): Parsed<number> {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value > 1e6) return faulty('must be a number of calls per second, 0 or more');
  return parsed(value);
}

/** A whole number in plain digits. */
export function wholeNumber(least: number, most: number): Parse<number> {
  return (text) => {
    const value = Number(text);
    const fits = /^\d+$/.test(text) && value >= least && value <= most;
    return fits ? parsed(value) : faulty(`must be a whole number from ${least} to ${most}`);
  };
}

/** One of a few words, in any case, as zap reads its own. */
export function oneOf<const T extends string>(words: readonly T[]): Parse<T> {
  return (text) => {
    const found = words.find((word) => word === text.toLowerCase());
    return found === undefined ? faulty(`must be ${listOf(words)}`) : parsed(found);
  };
}

function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}

/** The name of a namespace (RFC 1123 label), or nothing. */
export function parseNamespace(text: string): Parsed<string> {
  const fits = text.length <= 63 && /^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/.test(text);
  return fits ? parsed(text) : faulty('must be the name of a namespace');
}

/** A list as pflag's StringSlice reads it: one record of CSV. https://pkg.go.dev/github.com/spf13/pflag#StringSlice */
export function parseStringSlice(text: string): Parsed<readonly string[]> {
  return text === '' ? parsed([]) : parseOneCsvRecord(text);
}

/** Addresses of name servers: `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`. */
export function parseNameServers(text: string): Parsed<readonly string[]> {
  const list = parseStringSlice(text);
  if (!list.ok) return list;
  const servers = list.value.map((server) => server.trim());
  return servers.every(isNameServer)
    ? parsed(servers)
    : faulty('must be IP addresses, each with or without a port, such as 192.0.2.1:53');
}

function isNameServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, v6 = '', v4 = '', port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  return (isIPv6(v6) || isIPv4(v4)) && Number(port) > 0 && Number(port) <= 65_535;
}

export function nonEmptyText(text: string): Parsed<string> {
  return text === '' ? faulty('must not be empty') : parsed(text);
}
