import type { Controls, DnsRecord, DnsRecordQuery, HostedZoneOptions, HostedZoneSummary } from '../model.ts';
import { newHostedZone } from './create-zone.ts';
import { sortRecordSets } from './list-records.ts';
import { canonicalName } from './names.ts';
import { planChanges } from './plan-changes.ts';
import type { RequestedChange } from './read-changes.ts';
import type { RecordSet } from './record-set.ts';
import { applyEffects, type HostedZone, type Route53State } from './state.ts';

const DEFAULT_ACCOUNT = '111122223333';
const DEFAULT_TTL = 300;

export type Route53Controls = Pick<
  Controls,
  'createHostedZone' | 'deleteHostedZone' | 'records' | 'putRecord' | 'removeRecord'
>;

/** The orders that a test can give about hosted zones and their records. */
export function route53Controls(state: Route53State): Route53Controls {
  return {
    createHostedZone: async (options) => createZone(state, options),
    deleteHostedZone: async ({ zoneId }) => void state.zones.delete(requireZone(state, zoneId).id),
    records: async ({ zoneId }) => sortRecordSets(requireZone(state, zoneId).records.values()).map(toRecord),
    putRecord: async ({ zoneId, ...record }) => write(requireZone(state, zoneId), [upsertOf(record)]),
    removeRecord: async (query) => remove(requireZone(state, query.zoneId), query),
  };
}

function createZone(state: Route53State, options: HostedZoneOptions): HostedZoneSummary {
  const { name, account = DEFAULT_ACCOUNT, isPrivate = false, isDelegated = true, comment } = options;
  const zone = newHostedZone({ name, account, isPrivate, isDelegated, comment });
  state.zones.set(zone.id, zone);
  return { id: zone.id, name: zone.name, account, isPrivate };
}

function requireZone(state: Route53State, id: string): HostedZone {
  const zone = state.zones.get(id);
  if (!zone) throw new Error(`no hosted zone ${id}`);
  return zone;
}

const toRecord = ({ name, type, ttl, values, setIdentifier }: RecordSet): DnsRecord => ({
  name,
  type,
  ...(ttl !== undefined && { ttl }),
  values,
  ...(setIdentifier !== undefined && { setIdentifier }),
});

function upsertOf({ name: text, type, ttl = DEFAULT_TTL, values, setIdentifier }: DnsRecord): RequestedChange {
  const routing = setIdentifier === undefined ? undefined : ({ field: 'MultiValueAnswer', value: 'true' } as const);
  const recordSet = { name: requireName(text), type, ttl, values, setIdentifier, routing, alias: undefined };
  return { action: 'UPSERT', recordSet };
}

function remove(zone: HostedZone, { name: text, type, setIdentifier }: DnsRecordQuery): void {
  const name = requireName(text);
  const meant = [...zone.records.values()].filter(
    (set) => set.name === name && set.type === type && (setIdentifier ?? set.setIdentifier) === set.setIdentifier,
  );
  if (meant.length === 0) throw new Error(`no ${type} record ${name} in zone ${zone.name}`);
  write(
    zone,
    meant.map((recordSet) => ({ action: 'DELETE', recordSet })),
  );
}

function requireName(text: string): string {
  const name = canonicalName(text);
  if (name === undefined) throw new Error(`not a domain name: ${text}`);
  return name;
}

/** Held to the same rules as the API's changes, but without its delay. */
function write(zone: HostedZone, changes: readonly RequestedChange[]): void {
  const plan = planChanges(zone.name, zone.records, changes);
  if (plan.kind === 'refused') throw new Error(plan.messages.join(', '));
  applyEffects(zone.records, plan.effects);
  applyEffects(zone.served, plan.effects);
  // What is still on its way about the same record sets has been overtaken.
  const written = new Set(plan.effects.map(({ key }) => key));
  for (const pending of zone.spreading) pending.effects = pending.effects.filter(({ key }) => !written.has(key));
}
