import { isWithin } from '../route53/names.ts';
import { servedRecords, type HostedZone, type Route53State } from '../route53/state.ts';
import type { FindZone, ServedZone } from './resolve.ts';

/** Looks among the public zones that somebody's queries can reach; of two with one name the older is delegated to. */
export function createFindZone(state: Route53State): FindZone {
  return (name) => {
    const reachable = [...state.zones.values()].filter((zone) => !zone.isPrivate && zone.isDelegated);
    const holders = reachable.filter((zone) => isWithin(name, zone.name));
    const [nearest] = holders.toSorted((a, b) => b.name.length - a.name.length);
    return nearest && served(nearest, state.times.clock.monotonic());
  };
}

function served(zone: HostedZone, monotonicNow: number): ServedZone {
  return { name: zone.name, setsByName: Map.groupBy(servedRecords(zone, monotonicNow).values(), ({ name }) => name) };
}
