import type { Resolver } from 'node:dns/promises';

/** Names that a name points to by CNAME records; empty: it has none. */
export type ResolveCname = (name: string) => Promise<readonly string[]>;

/** As many as resolvers follow; a longer way is a circle. */
const mostHops = 10;

/** Nobody can tell where a name leads. `code` is that of Node's resolver, or `CNAME_LOOP`. */
export class CnameError extends Error {
  override readonly name = 'CnameError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Where CNAMEs lead: a zone may delegate its `_acme-challenge` to another one, which is the only one that the issuer writes
 * into (cert-manager's `cnameStrategy: Follow`). Throws CnameError.
 */
export function createCnameFollower(resolveCname: ResolveCname): (name: string) => Promise<string> {
  return async (start) => {
    let name = start;
    for (let hops = 0; hops < mostHops; hops++) {
      const [next] = await resolveCname(name);
      if (next === undefined) return name;
      name = next.replace(/\.$/, '').toLowerCase();
    }
    throw new CnameError('CNAME_LOOP', `its CNAME records lead through more than ${mostHops} names`);
  };
}

const noRecord: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/** By the resolver of Node. Throws CnameError. */
export const resolveCnameBy =
  (resolver: Pick<Resolver, 'resolveCname'>): ResolveCname =>
  async (name) => {
    try {
      return await resolver.resolveCname(name);
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
      if (noRecord.has(code)) return [];
      throw new CnameError(typeof code === 'string' ? code : 'UNKNOWN', 'its CNAME record cannot be looked up', {
        cause,
      });
    }
  };
