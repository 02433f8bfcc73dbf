import { isWithin, plainName } from './names.ts';
import type { HostedZone } from './route53-calls.ts';

export type ZoneChoice =
  | { readonly kind: 'zone'; readonly zone: HostedZone }
  /** `privateNames`: private zones that would hold the name, which nobody outside a VPC can see. */
  | { readonly kind: 'none'; readonly privateNames: readonly string[] }
  /** Several public zones of one name: only its delegation tells which one is asked, and that can be changed. */
  | { readonly kind: 'ambiguous'; readonly zones: readonly HostedZone[] };

/** The longest public zone that holds `name`, label by label. */
export function chooseZone(name: string, zones: readonly HostedZone[]): ZoneChoice {
  const holding = zones.filter((zone) => isWithin(name, zone.name));
  const publicZones = holding.filter(({ isPrivate }) => !isPrivate);
  const longest = Math.max(0, ...publicZones.map((zone) => plainName(zone.name).length));
  const chosen = publicZones.filter((zone) => plainName(zone.name).length === longest);
  const [zone, ...others] = chosen;
  if (!zone) return { kind: 'none', privateNames: [...new Set(holding.map((held) => held.name))] };
  return others.length > 0 ? { kind: 'ambiguous', zones: chosen } : { kind: 'zone', zone };
}

/** What is wrong and what to do, for the condition of who wanted to write `name` in the account. */
export function explainChoice(
  name: string,
  account: string,
  choice: Extract<ZoneChoice, { kind: 'none' | 'ambiguous' }>,
): string {
  if (choice.kind === 'ambiguous') {
    const ids = choice.zones
      .map(({ id }) => id)
      .sort()
      .join(', ');
    return (
      `account ${account} has ${choice.zones.length} public hosted zones named ${choice.zones[0]?.name ?? ''} (${ids}): ` +
      `set hostedZoneID to the one that the domain is delegated to.`
    );
  }
  const twins =
    choice.privateNames.length > 0 ? `; ${choice.privateNames.join(', ')} is there as a private zone only` : '';
  return (
    `zone not found in Route 53 for domain ${name}: account ${account} has no public hosted zone for it or for a parent of ` +
    `it${twins}. Create the zone, or set role to one of the account that has it.`
  );
}
