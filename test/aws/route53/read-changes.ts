import { ServiceError } from '../errors.ts';
import { canonicalName } from './names.ts';
import { ROUTING_FIELDS, type RecordSet } from './record-set.ts';
import { RECORD_TYPES } from './values.ts';
import { isRecord } from './xml.ts';

export interface RequestedChange {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT';
  readonly recordSet: RecordSet;
}

const MOST_TTL_SECONDS = 2_147_483_647;

type Fields = Readonly<Record<string, unknown>>;

/** The changes of a ChangeResourceRecordSets body, held to the API model. Throws ServiceError InvalidInput. */
export function readChanges(batch: unknown): readonly RequestedChange[] {
  const changes: unknown = isRecord(batch) ? batch['Changes'] : undefined;
  if (!Array.isArray(changes) || changes.length === 0) {
    throw invalid(
      "1 validation error detected: Value at 'changeBatch.changes' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  return changes.map(readChange);
}

function readChange(change: unknown): RequestedChange {
  const { Action: action, ResourceRecordSet: fields } = isRecord(change) ? change : {};
  if (action !== 'CREATE' && action !== 'DELETE' && action !== 'UPSERT') {
    throw invalid(
      `Value '${String(action)}' at 'action' failed to satisfy constraint: Member must satisfy enum value set: [CREATE, DELETE, UPSERT]`,
    );
  }
  if (!isRecord(fields))
    throw invalid("Value null at 'resourceRecordSet' failed to satisfy constraint: Member must not be null");
  return { action, recordSet: readRecordSet(fields, action) };
}

function readRecordSet(fields: Fields, action: string): RecordSet {
  const text = requireText(fields, 'Name');
  const type = requireText(fields, 'Type');
  if (!RECORD_TYPES.includes(type))
    throw invalid(`Value '${type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set`);
  const name = canonicalName(text);
  if (name === undefined) throw invalid(`Invalid domain name: ${text}`, 'InvalidChangeBatch');
  const setIdentifier = optionalText(fields, 'SetIdentifier');
  const where = `in Change with [Action=${action}, Name=${text}, Type=${type}, SetIdentifier=${setIdentifier ?? 'null'}]`;
  const routing = readRouting(fields, setIdentifier, where);
  return { name, type, setIdentifier, routing, ...readContent(fields, where) };
}

function readRouting(fields: Fields, setIdentifier: string | undefined, where: string): RecordSet['routing'] {
  const given = ROUTING_FIELDS.filter((field) => fields[field] !== undefined);
  const [field] = given;
  const expected = `Expected exactly one of [${ROUTING_FIELDS.join(', ')}]`;
  if (given.length > 1) throw invalid(`Invalid request: ${expected}, but found more than one ${where}`);
  if (setIdentifier !== undefined && !field) throw invalid(`Invalid request: ${expected}, but found none ${where}`);
  if (!field || fields[field] === 'false') return undefined;
  if (setIdentifier === undefined) throw invalid(`Invalid request: Missing field 'SetIdentifier' ${where}`);
  return { field, value: fields[field] };
}

function readContent(fields: Fields, where: string): Pick<RecordSet, 'ttl' | 'values' | 'alias'> {
  const { AliasTarget: alias, ResourceRecords: records, TTL: ttl } = fields;
  const expected =
    'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]';
  const isGiven = records !== undefined || ttl !== undefined;
  if (isRecord(alias)) {
    if (isGiven) throw invalid(`Invalid request: ${expected}, but found more than one ${where}`);
    return { ttl: undefined, values: [], alias };
  }
  if (!Array.isArray(records) || records.length === 0 || typeof ttl !== 'string') {
    throw invalid(`Invalid request: ${expected}, but found none ${where}`);
  }
  if (!/^\d{1,10}$/.test(ttl) || Number(ttl) > MOST_TTL_SECONDS) throw invalid(`Invalid TTL ${ttl} ${where}`);
  return { ttl: Number(ttl), values: records.map(valueOf), alias: undefined };
}

function valueOf(record: unknown): string {
  return requireText(isRecord(record) ? record : {}, 'Value');
}

function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value.length > 0 && value.length <= 4000) return value;
  throw invalid(`Value at '${name}' failed to satisfy constraint: Member must have length between 1 and 4000`);
}

function requireText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined)
    throw invalid(`Value null at '${name}' failed to satisfy constraint: Member must not be null`);
  return value;
}

const invalid = (message: string, code = 'InvalidInput'): ServiceError => new ServiceError(code, message);
