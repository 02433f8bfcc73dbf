import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { callerOf, requireAllowed, requireZone } from './access.ts';
import { canonicalName, sortKey } from './names.ts';
import { compareText, pageOf, parameterOf } from './paging.ts';
import type { HostedZone, Route53State } from './state.ts';
import type { XmlTree } from './xml.ts';

const MOST_ZONES = 100;

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html */
export function listHostedZonesByName(state: Route53State, call: Call): XmlTree {
  requireAllowed(state, call, '*');
  const dnsName = parameterOf(call, 'DNSName');
  const zoneId = parameterOf(call, 'HostedZoneId');
  if (zoneId !== undefined && dnsName === undefined) {
    throw new ServiceError('InvalidInput', 'HostedZoneId can be given only together with DNSName.');
  }
  const from = dnsName === undefined ? '' : sortKey(requireName(dnsName));
  const sorted = zonesOf(state, call).sort(
    (a, b) => compareText(sortKey(a.name), sortKey(b.name)) || compareText(a.id, b.id),
  );
  const starts = ({ name, id }: HostedZone): boolean =>
    sortKey(name) > from || (sortKey(name) === from && (zoneId === undefined || id >= zoneId));
  const { items, next, size } = pageOf(call, sorted, starts, MOST_ZONES);
  return {
    HostedZones: items.map(describeZone),
    DNSName: dnsName,
    HostedZoneId: zoneId,
    IsTruncated: next !== undefined,
    NextDNSName: next?.name,
    NextHostedZoneId: next?.id,
    MaxItems: size,
  };
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html */
export function listHostedZones(state: Route53State, call: Call): XmlTree {
  requireAllowed(state, call, '*');
  const marker = parameterOf(call, 'Marker');
  const zones = zonesOf(state, call);
  if (marker !== undefined && !zones.some(({ id }) => id === marker)) {
    throw new ServiceError('InvalidInput', `The value of the Marker parameter is not a hosted zone: ${marker}`);
  }
  const { items, next, size } = pageOf(call, zones, ({ id }) => marker === undefined || id === marker, MOST_ZONES);
  return {
    HostedZones: items.map(describeZone),
    Marker: marker,
    IsTruncated: next !== undefined,
    NextMarker: next?.id,
    MaxItems: size,
  };
}

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html */
export function getHostedZone(state: Route53State, call: Call): XmlTree {
  const zone = requireZone(state, call);
  return {
    HostedZone: describeZone(zone),
    ...(!zone.isPrivate && { DelegationSet: { NameServers: zone.nameServers } }),
  };
}

const zonesOf = (state: Route53State, call: Call): HostedZone[] =>
  [...state.zones.values()].filter(({ account }) => account === callerOf(call).account);

function requireName(text: string): string {
  const name = canonicalName(text);
  if (name === undefined)
    throw new ServiceError('InvalidDomainName', `The specified domain name is not valid: ${text}`);
  return name;
}

function describeZone({ id, name, callerReference, comment, isPrivate, records }: HostedZone): XmlTree {
  return {
    Id: `/hostedzone/${id}`,
    Name: name,
    CallerReference: callerReference,
    Config: { Comment: comment, PrivateZone: isPrivate },
    ResourceRecordSetCount: records.size,
  };
}
