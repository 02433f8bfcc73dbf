import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { callerOf, requireAllowed, requireZone } from './access.ts';
import { newId } from './create-zone.ts';
import { planChanges } from './plan-changes.ts';
import { readChanges, type RequestedChange } from './read-changes.ts';
import { applyEffects, type Change, type Effect, type HostedZone, type Route53State } from './state.ts';
import { isRecord, type XmlTree } from './xml.ts';

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets */
const MOST_RECORDS = 1000;
const MOST_CHARACTERS = 32_000;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html */
export function changeResourceRecordSets(state: Route53State, call: Call): XmlTree {
  const zone = requireZone(state, call);
  const batch = call.parameters['ChangeBatch'];
  const changes = readChanges(batch);
  requireLimits(changes);
  requireIdle(state, zone);
  const plan = planChanges(zone.name, zone.records, changes);
  if (plan.kind === 'refused') throw new ServiceError('InvalidChangeBatch', `[${plan.messages.join(', ')}]`);
  zone.busyUntil = state.times.clock.monotonic() + state.settings.zoneBusyMs;
  const comment = isRecord(batch) && typeof batch['Comment'] === 'string' ? batch['Comment'] : undefined;
  const change = acceptChange(state, zone, plan.effects, { account: callerOf(call).account, comment });
  return { ChangeInfo: describeChange(change, 'PENDING') };
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html */
export function getChange(state: Route53State, call: Call): XmlTree {
  const id = String(call.parameters['Id']);
  requireAllowed(state, call, `change/${id}`);
  const change = state.changes.get(id);
  if (change?.account !== callerOf(call).account) {
    throw new ServiceError('NoSuchChange', `Could not find resource with ID: ${id}`);
  }
  const isInSync = change.inSyncAt <= state.times.clock.monotonic();
  return { ChangeInfo: describeChange(change, isInSync ? 'INSYNC' : 'PENDING') };
}

/** Each value of an UPSERT counts twice. */
function requireLimits(changes: readonly RequestedChange[]): void {
  const values = changes.flatMap(({ action, recordSet }) =>
    action === 'UPSERT' ? [...recordSet.values, ...recordSet.values] : recordSet.values,
  );
  if (values.length > MOST_RECORDS) throw exceeded('records', MOST_RECORDS);
  if (values.reduce((sum, value) => sum + value.length, 0) > MOST_CHARACTERS) {
    throw exceeded('characters', MOST_CHARACTERS);
  }
}

const exceeded = (what: string, limit: number): ServiceError =>
  new ServiceError('InvalidChangeBatch', `Number of ${what} limit of ${limit} exceeded.`);

function requireIdle(state: Route53State, zone: HostedZone): void {
  if (state.times.clock.monotonic() >= zone.busyUntil) return;
  const message = 'The request was rejected because Route 53 was still processing a prior request.';
  throw new ServiceError('PriorRequestNotComplete', message);
}

function acceptChange(
  state: Route53State,
  zone: HostedZone,
  effects: readonly Effect[],
  origin: Pick<Change, 'account' | 'comment'>,
): Change {
  const inSyncAt = acceptEffects(state, zone, effects);
  const change = { id: newId('C'), ...origin, submittedAt: state.times.clock.now(), inSyncAt };
  state.changes.set(change.id, change);
  return change;
}

/**
 * Shows the effects in the API at once; the name servers learn of them in order, once the change is INSYNC: the result,
 * in monotonic milliseconds.
 */
export function acceptEffects(state: Route53State, zone: HostedZone, effects: readonly Effect[]): number {
  const soonest = zone.spreading.at(-1)?.inSyncAt ?? Number.NEGATIVE_INFINITY;
  const inSyncAt = Math.max(soonest, state.times.clock.monotonic() + state.settings.insyncAfterMs);
  applyEffects(zone.records, effects);
  zone.spreading.push({ inSyncAt, effects });
  return inSyncAt;
}

function describeChange({ id, submittedAt, comment }: Change, status: 'PENDING' | 'INSYNC'): XmlTree {
  return { Id: `/change/${id}`, Status: status, SubmittedAt: new Date(submittedAt).toISOString(), Comment: comment };
}
