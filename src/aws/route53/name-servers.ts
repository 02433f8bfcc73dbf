import type { Clock } from '../../system/clock.ts';
import { HeldBack } from '../paced.ts';
import type { Route53Identity } from './route53-identity.ts';

export type NameServersAnswer =
  /** Without trailing dots; none: Route 53 tells none, as of a private zone. */
  | { readonly kind: 'nameServers'; readonly names: readonly string[] }
  | { readonly kind: 'pending'; readonly afterMs: number };

/** Which name servers answer for zones. Shared by all issuers. */
export interface NameServers {
  /** Throws AwsError. */
  find(zoneId: string, identity: Route53Identity): Promise<NameServersAnswer>;
}

/** Those of a zone never change; the zone may be deleted. */
const believedMs = 10 * 60_000;

interface Known {
  readonly names: readonly string[];
  readonly atMs: number;
}

/** By the delegation set that Route 53 tells: the zone's own NS record may have been edited, and names the same servers. */
export function createNameServers({ clock }: { readonly clock: Pick<Clock, 'monotonic'> }): NameServers {
  const known = new Map<string, Known>();
  return {
    async find(zoneId, { account, calls }) {
      const key = `${account} ${zoneId}`;
      const now = clock.monotonic();
      for (const [other, { atMs }] of known) if (now - atMs >= believedMs) known.delete(other);
      const found = known.get(key);
      if (found) return { kind: 'nameServers', names: found.names };
      try {
        const { nameServers: names } = await calls.getHostedZone(zoneId);
        known.set(key, { names, atMs: now });
        return { kind: 'nameServers', names };
      } catch (error) {
        if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
        throw error;
      }
    },
  };
}

/** The same for every zone: for who cannot reach those of Route 53, or whose zones others serve. */
export const namedServers = (names: readonly string[]): NameServers => ({
  find: () => Promise.resolve({ kind: 'nameServers', names }),
});
