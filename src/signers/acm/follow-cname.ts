/** Names that a name points to by CNAME records, without trailing dots; empty: it has none. Rejects when nobody can tell. */
export type ResolveCname = (name: string) => Promise<readonly string[]>;

/** As many as resolvers follow; a longer way is a circle. */
const mostHops = 10;

/** A name's CNAMEs lead nowhere. */
export class CnameLoop extends Error {
  override readonly name = 'CnameLoop';
  readonly code = 'CNAME_LOOP';
}

/**
 * Where CNAMEs lead: a zone may delegate its `_acme-challenge` to another one, which is the only one that the issuer writes
 * into (cert-manager's `cnameStrategy: Follow`).
 */
export function createCnameFollower(resolveCname: ResolveCname): (name: string) => Promise<string> {
  return async (start) => {
    let name = start;
    for (let hops = 0; hops < mostHops; hops++) {
      const [next] = await resolveCname(name);
      if (next === undefined) return name;
      name = next.replace(/\.$/, '').toLowerCase();
    }
    throw new CnameLoop(`the CNAME records of ${start} lead through more than ${mostHops} names`);
  };
}
