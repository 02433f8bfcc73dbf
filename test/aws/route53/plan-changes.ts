import { faultsOfResult } from './coexistence.ts';
import { isWithin } from './names.ts';
import type { RequestedChange } from './read-changes.ts';
import { hasSameContent, keyOf, type RecordSet } from './record-set.ts';
import { applyEffects, type Effect } from './state.ts';
import { faultOfValue } from './values.ts';

export type ChangePlan =
  | { readonly kind: 'accepted'; readonly effects: readonly Effect[] }
  /** Nothing of the batch takes effect. */
  | { readonly kind: 'refused'; readonly messages: readonly string[] };

/** Decides what a batch does to a zone's records. The records themselves stay as they are. */
export function planChanges(
  zoneName: string,
  records: ReadonlyMap<string, RecordSet>,
  changes: readonly RequestedChange[],
): ChangePlan {
  const after = new Map(records);
  const effects: Effect[] = [];
  const messages = [...faultsOfSequence(changes)];
  for (const change of changes) {
    const fault = faultOf(zoneName, after, change);
    if (fault !== undefined) messages.push(fault);
    const { action, recordSet } = change;
    const effect = { key: keyOf(recordSet), recordSet: action === 'DELETE' ? undefined : recordSet };
    effects.push(effect);
    applyEffects(after, [effect]);
  }
  const written = changes.filter(({ action }) => action !== 'DELETE').map(({ recordSet }) => recordSet);
  if (messages.length === 0) messages.push(...faultsOfResult(zoneName, after.values(), written));
  return messages.length > 0 ? { kind: 'refused', messages } : { kind: 'accepted', effects };
}

/** A batch may name a record set once, or delete it and then create it. */
function faultsOfSequence(changes: readonly RequestedChange[]): readonly string[] {
  const actions = new Map<string, string[]>();
  for (const { action, recordSet } of changes) {
    const key = keyOf(recordSet);
    actions.set(key, [...(actions.get(key) ?? []), action]);
  }
  const isRepeated = (recordSet: RecordSet): boolean => {
    const sequence = actions.get(keyOf(recordSet)) ?? [];
    return sequence.length > 1 && sequence.join() !== 'DELETE,CREATE';
  };
  const repeated = changes.map(({ recordSet }) => recordSet).filter(isRepeated);
  const texts = repeated.map(({ type, name }) => `'${type} ${name}'`);
  return [...new Set(texts)].map(
    (text) => `The request contains an invalid set of changes for a resource record set ${text}`,
  );
}

function faultOf(
  zoneName: string,
  records: ReadonlyMap<string, RecordSet>,
  { action, recordSet }: RequestedChange,
): string | undefined {
  const { name, type, values } = recordSet;
  if (!isWithin(name, zoneName)) return `RRSet with DNS name ${name} is not permitted in zone ${zoneName}`;
  const standing = records.get(keyOf(recordSet));
  if (action === 'DELETE') return faultOfDeletion(zoneName, recordSet, standing);
  if (action === 'CREATE' && standing) {
    return `Tried to create resource record set ${describe(recordSet)} but it already exists`;
  }
  if (new Set(values).size < values.length) return `Duplicate Resource Record: '${repeatedValue(values)}'`;
  return values.map((value) => faultOfValue(type, value)).find((fault) => fault !== undefined);
}

function faultOfDeletion(zoneName: string, wanted: RecordSet, standing: RecordSet | undefined): string | undefined {
  const tried = `Tried to delete resource record set ${describe(wanted)}`;
  if (!standing) return `${tried} but it was not found`;
  if (!hasSameContent(standing, wanted)) return `${tried} but the values provided do not match the current values`;
  if (wanted.name !== zoneName) return undefined;
  if (wanted.type === 'SOA') return 'A HostedZone must contain exactly one SOA record.';
  return wanted.type === 'NS' ? 'A HostedZone must contain at least one NS record for the zone itself.' : undefined;
}

function describe({ name, type, setIdentifier }: RecordSet): string {
  const identifier = setIdentifier === undefined ? '' : `, set-identifier='${setIdentifier}'`;
  return `[name='${name}', type='${type}'${identifier}]`;
}

const repeatedValue = (values: readonly string[]): string =>
  values.find((value, index) => values.indexOf(value) !== index) ?? '';
