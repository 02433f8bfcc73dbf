import { isIPv4 } from 'node:net';

/** How the outside is reached. In the form that Node's agents take as `proxyEnv`. */
export interface ProxySettings {
  readonly HTTP_PROXY?: string;
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}

/** Never through a proxy: this machine, and what answers on the node's link (instance metadata, EKS Pod Identity). */
const local = [
  ...['localhost', '127.0.0.0-127.255.255.255', '::1', '[::1]', '169.254.0.0-169.254.255.255'],
  ...['fd00:ec2::23', '[fd00:ec2::23]', 'fd00:ec2::254', '[fd00:ec2::254]'],
];

/** What HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, in capitals or not. A fault names the variable; values may hold a password. */
export function readProxySettings(environment: Readonly<Record<string, string | undefined>>): {
  readonly proxies: ProxySettings;
  readonly faults: readonly string[];
} {
  const faults: string[] = [];
  // In both spellings the capitals win, as they do in Go's net/http.
  const read = (name: string): string | undefined => environment[name] || environment[name.toLowerCase()] || undefined;
  const readProxy = (name: string): string | undefined => {
    const url = toProxyUrl(read(name));
    if (url === null)
      faults.push(`${name} is not the URL of an HTTP proxy. It looks like http://proxy.example.com:3128`);
    return url ?? undefined;
  };
  const http = readProxy('HTTP_PROXY');
  const https = readProxy('HTTPS_PROXY');
  if (http === undefined && https === undefined) return { proxies: {}, faults };
  const proxies: ProxySettings = {
    ...(http !== undefined && { HTTP_PROXY: http }),
    ...(https !== undefined && { HTTPS_PROXY: https }),
    NO_PROXY: [...local, ...bypassed(read('NO_PROXY') ?? '')].join(','),
  };
  return { proxies, faults };
}

/** Null: it is none. Where Go takes `host:port` for `http://host:port`, so do we. */
function toProxyUrl(text: string | undefined): string | undefined | null {
  if (text === undefined) return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.hostname !== '' ? full : null;
}

/**
 * Node matches host names exactly, suffixes that begin with a dot, and ranges of IPv4 addresses. Elsewhere a name stands for
 * its subdomains too, and networks are told as CIDR (https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config).
 */
function bypassed(list: string): string[] {
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entry.toLowerCase())
    .flatMap((entry) => {
      const range = toRange(entry);
      if (range !== undefined) return [range];
      return /^[a-z\d-]+(?:\.[a-z\d-]+)*$/.test(entry) && !isIPv4(entry) ? [entry, `.${entry}`] : [entry];
    });
}

/** `10.1.0.0/16` is `10.1.0.0-10.1.255.255`. */
function toRange(entry: string): string | undefined {
  const [address = '', prefix = ''] = entry.split('/');
  if (!isIPv4(address) || !/^\d{1,2}$/.test(prefix) || Number(prefix) > 32) return undefined;
  const size = 2 ** (32 - Number(prefix));
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const first = Math.floor(number / size) * size;
  return `${toAddress(first)}-${toAddress(first + size - 1)}`;
}

const toAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
