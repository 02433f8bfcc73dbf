import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { requireZone } from './access.ts';
import { canonicalName, sortKey } from './names.ts';
import { compareText, pageOf, parameterOf } from './paging.ts';
import type { RecordSet } from './record-set.ts';
import type { Route53State } from './state.ts';
import type { XmlTree } from './xml.ts';

const MOST_RECORD_SETS = 300;

/**
 * What stands in the zone, changes that are still PENDING included.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function listResourceRecordSets(state: Route53State, call: Call): XmlTree {
  const zone = requireZone(state, call);
  const from = startOf(call);
  const sorted = sortRecordSets(zone.records.values());
  const { items, next, size } = pageOf(call, sorted, (set) => compareKeys(keysOf(set), from) >= 0, MOST_RECORD_SETS);
  return {
    ResourceRecordSets: items.map(describeRecordSet),
    IsTruncated: next !== undefined,
    NextRecordName: next?.name,
    NextRecordType: next?.type,
    NextRecordIdentifier: next?.setIdentifier,
    MaxItems: size,
  };
}

/** As Route 53 orders them: by name from the last label on, then type, then set identifier. */
export function sortRecordSets(sets: Iterable<RecordSet>): RecordSet[] {
  return [...sets].sort((a, b) => compareKeys(keysOf(a), keysOf(b)));
}

const keysOf = ({ name, type, setIdentifier }: RecordSet): readonly string[] => [
  sortKey(name),
  type,
  setIdentifier ?? '',
];

function compareKeys(a: readonly string[], b: readonly string[]): number {
  return a.reduce((order, key, index) => order || compareText(key, b[index] ?? ''), 0);
}

function startOf(call: Call): readonly string[] {
  const [text, type, identifier] = ['StartRecordName', 'StartRecordType', 'StartRecordIdentifier'].map((name) =>
    parameterOf(call, name),
  );
  const isIncomplete = (type !== undefined && text === undefined) || (identifier !== undefined && type === undefined);
  if (isIncomplete) throw new ServiceError('InvalidInput', 'A type needs a name, and an identifier a name and a type.');
  const name = text === undefined ? undefined : canonicalName(text);
  if (text !== undefined && name === undefined) throw new ServiceError('InvalidInput', `Invalid domain name: ${text}`);
  return [name === undefined ? '' : sortKey(name), type ?? '', identifier ?? ''];
}

function describeRecordSet({ name, type, setIdentifier, routing, ttl, values, alias }: RecordSet): XmlTree {
  return {
    Name: name,
    Type: type,
    SetIdentifier: setIdentifier,
    ...(routing && { [routing.field]: routing.value as XmlTree }),
    TTL: ttl,
    ...(!alias && { ResourceRecords: values.map((Value) => ({ Value })) }),
    AliasTarget: alias as XmlTree,
  };
}
