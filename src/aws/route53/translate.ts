import type * as Sdk from '@aws-sdk/client-route-53';
import { required } from '../required.ts';
import { bareId, plainName, unescapeName } from './names.ts';
import type { ChangeInfo, HostedZone, RecordChange, RecordPage, RecordSet, ZonePage } from './route53-calls.ts';

const readName = (name: string | undefined): string => plainName(unescapeName(required(name, 'Name')));

export function toZonePage(output: Sdk.ListHostedZonesByNameResponse): ZonePage {
  const zones = (output.HostedZones ?? []).map(toZone);
  const { NextDNSName: name, NextHostedZoneId: id } = output;
  if (!output.IsTruncated || !name) return { zones };
  return { zones, next: { name: readName(name), ...(id ? { id: bareId(id) } : {}) } };
}

const toZone = ({ Id, Name, Config }: Sdk.HostedZone): HostedZone => ({
  id: bareId(required(Id, 'Id')),
  name: readName(Name),
  isPrivate: Config?.PrivateZone ?? false,
});

export function toRecordPage(output: Sdk.ListResourceRecordSetsResponse): RecordPage {
  const records = (output.ResourceRecordSets ?? []).map(toRecord);
  const { NextRecordName: name, NextRecordType: type, NextRecordIdentifier: setIdentifier } = output;
  if (!output.IsTruncated || !name || !type) return { records };
  return { records, next: { name: readName(name), type, ...(setIdentifier ? { setIdentifier } : {}) } };
}

function toRecord(record: Sdk.ResourceRecordSet): RecordSet {
  const { Name, Type, TTL, ResourceRecords = [], SetIdentifier, MultiValueAnswer } = record;
  return {
    name: readName(Name),
    type: required(Type, 'Type'),
    values: ResourceRecords.map(({ Value }) => required(Value, 'Value')),
    ...(TTL === undefined ? {} : { ttl: TTL }),
    ...(SetIdentifier === undefined ? {} : { setIdentifier: SetIdentifier }),
    ...(MultiValueAnswer === undefined ? {} : { isMultiValue: MultiValueAnswer }),
  };
}

export const toSdkChange = ({ action, record }: RecordChange): Sdk.Change => ({
  Action: action,
  ResourceRecordSet: {
    Name: record.name,
    Type: record.type as Sdk.RRType,
    ResourceRecords: record.values.map((Value) => ({ Value })),
    ...(record.ttl === undefined ? {} : { TTL: record.ttl }),
    ...(record.setIdentifier === undefined ? {} : { SetIdentifier: record.setIdentifier }),
    ...(record.isMultiValue === undefined ? {} : { MultiValueAnswer: record.isMultiValue }),
  },
});

export const toChangeInfo = ({ Id, Status }: Sdk.ChangeInfo): ChangeInfo => ({
  id: bareId(required(Id, 'Id')),
  status: Status ?? 'UNKNOWN',
});
