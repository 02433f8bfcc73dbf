import type { LookupAddress } from 'node:dns';
import type { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * The texts of the TXT records that one name server has at a name; none: it says that there are none. `server`: a name, or an
 * address with or without a port. Throws NameServerError.
 */
export type AskNameServer = (server: string, name: string) => Promise<readonly string[]>;

/** The name server gave no answer to the question. `code` is that of Node's resolver, of the name server's own address too. */
export class NameServerError extends Error {
  override readonly name = 'NameServerError';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super('the name server cannot be asked', options);
    this.code = code;
  }
}

export interface NameServerQueries {
  /** The addresses of a name server, by the host's own resolver. */
  readonly lookup: (name: string) => Promise<readonly LookupAddress[]>;
  /** With a short time limit, and one try: whoever has to wait comes again. */
  readonly createResolver: () => Pick<Resolver, 'setServers' | 'resolveTxt'>;
}

const noRecord: ReadonlySet<string> = new Set(['ENODATA', 'ENOTFOUND']);
const withPort = /^(?:\[[^\]]+\]|\d+(?:\.\d+){3}):\d+$/;

/**
 * Over UDP, and over TCP where an answer is too long for it. Whether the answer has the flag AA is not told by Node, and not
 * needed: the name servers of Route 53 refuse what they are not authoritative for, and never ask others.
 */
export function askNameServerBy({ lookup, createResolver }: NameServerQueries): AskNameServer {
  const addressesOf = async (server: string): Promise<readonly string[]> =>
    isIP(server) !== 0 || withPort.test(server) ? [server] : (await lookup(server)).map(({ address }) => address);
  return async (server, name) => {
    const addresses = await attempt(() => addressesOf(server));
    const resolver = createResolver();
    resolver.setServers(addresses);
    try {
      return (await resolver.resolveTxt(name)).map((strings) => strings.join(''));
    } catch (cause) {
      const code = codeOf(cause);
      if (noRecord.has(code)) return [];
      throw new NameServerError(code, { cause });
    }
  };
}

async function attempt<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new NameServerError(codeOf(cause), { cause });
  }
}

/** What is no error of a resolver is a fault of this program. */
function codeOf(cause: unknown): string {
  const isCoded = typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string';
  if (isCoded) return cause.code as string;
  throw cause;
}
