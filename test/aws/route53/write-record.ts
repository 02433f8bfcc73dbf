import type { RecordWriter } from '../public-records.ts';
import { acceptEffects } from './change.ts';
import { canonicalName, isWithin } from './names.ts';
import { planChanges } from './plan-changes.ts';
import type { RecordSet } from './record-set.ts';
import type { Route53State } from './state.ts';

const TTL_SECONDS = 300;

/** What ACM uses to write a validation's CNAME itself; it spreads as every change does. */
export function createRecordWriter(state: Route53State): RecordWriter {
  return ({ zoneId, account, name: text, value }) => {
    const zone = state.zones.get(zoneId);
    if (!zone) return 'HOSTED_ZONE_NOT_FOUND';
    if (zone.account !== account) return 'ACCESS_DENIED';
    const name = canonicalName(text);
    if (name === undefined || !isWithin(name, zone.name)) return 'DOMAIN_MISMATCH';
    const plan = planChanges(zone.name, zone.records, [{ action: 'UPSERT', recordSet: cname(name, value) }]);
    if (plan.kind === 'refused') return 'INVALID_CHANGE_BATCH';
    acceptEffects(state, zone, plan.effects);
    return undefined;
  };
}

function cname(name: string, value: string): RecordSet {
  const nothing = { setIdentifier: undefined, routing: undefined, alias: undefined };
  return { name, type: 'CNAME', ttl: TTL_SECONDS, values: [value], ...nothing };
}
