import { ServiceError } from '../errors.ts';
import { queryAuthenticationCode } from '../query-protocol.ts';
import type { Call, Invocation, Service } from '../service.ts';
import type { SignedRequest } from '../sigv4.ts';
import { changeResourceRecordSets, getChange } from './change.ts';
import { listResourceRecordSets } from './list-records.ts';
import type { Route53State } from './state.ts';
import { encodeXmlError, encodeXmlResult, parseXml, type XmlTree } from './xml.ts';
import { getHostedZone, listHostedZones, listHostedZonesByName } from './zones.ts';

const PREFIX = '/2013-04-01/';

interface Route {
  readonly operation: string;
  readonly method: string;
  /** Below the prefix. The only group is the value of `label`. */
  readonly path: RegExp;
  readonly label?: string;
  /** Parameters by their names in the query. */
  readonly query?: Readonly<Record<string, string>>;
  /** Element that the body consists of. */
  readonly body?: string;
  readonly execute: (state: Route53State, call: Call) => XmlTree;
}

const ROUTES: readonly Route[] = [
  {
    operation: 'ListHostedZonesByName',
    method: 'GET',
    path: /^hostedzonesbyname$/,
    query: { dnsname: 'DNSName', hostedzoneid: 'HostedZoneId', maxitems: 'MaxItems' },
    execute: listHostedZonesByName,
  },
  {
    operation: 'ListHostedZones',
    method: 'GET',
    path: /^hostedzone$/,
    query: { marker: 'Marker', maxitems: 'MaxItems' },
    execute: listHostedZones,
  },
  {
    operation: 'GetHostedZone',
    method: 'GET',
    path: /^hostedzone\/([^/]+)$/,
    label: 'HostedZoneId',
    execute: getHostedZone,
  },
  {
    operation: 'ChangeResourceRecordSets',
    method: 'POST',
    path: /^hostedzone\/([^/]+)\/rrset$/,
    label: 'HostedZoneId',
    body: 'ChangeResourceRecordSetsRequest',
    execute: changeResourceRecordSets,
  },
  {
    operation: 'ListResourceRecordSets',
    method: 'GET',
    path: /^hostedzone\/([^/]+)\/rrset$/,
    label: 'HostedZoneId',
    query: {
      name: 'StartRecordName',
      type: 'StartRecordType',
      identifier: 'StartRecordIdentifier',
      maxitems: 'MaxItems',
    },
    execute: listResourceRecordSets,
  },
  { operation: 'GetChange', method: 'GET', path: /^change\/([^/]+)$/, label: 'Id', execute: getChange },
];

/** Amazon Route 53. https://docs.aws.amazon.com/Route53/latest/APIReference/Welcome.html */
export function createRoute53Service(state: Route53State): Service {
  return {
    name: 'route53',
    recognizes: ({ url }) => url.startsWith(PREFIX),
    parse,
    needsSignature: () => true,
    describe: ({ parameters }) => parameters,
    refuseBeyondQuota: () => new ServiceError('Throttling', 'Rate exceeded'),
    execute: async (call) => routeOf(call)?.execute(state, call),
    authenticationCode: queryAuthenticationCode,
    encodeResult: (operation, result, requestId) => encodeXmlResult(operation, result as XmlTree, requestId),
    encodeError: encodeXmlError,
  };
}

const routeOf = ({ operation }: Invocation): Route | undefined => ROUTES.find((route) => route.operation === operation);

function parse({ method, url, body }: SignedRequest): Invocation {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const path = pathname.slice(PREFIX.length).replace(/\/$/, '');
  const route = ROUTES.find((candidate) => candidate.method === method && candidate.path.test(path));
  if (!route) throw new ServiceError('InvalidAction', `Unable to find operation for ${method} ${pathname}`, 404);
  const { operation, label, query = {}, body: root } = route;
  const given = Object.entries(query).flatMap(([short, name]) => {
    const value = searchParams.get(short);
    return value === null ? [] : [[name, value] as const];
  });
  const parameters = {
    ...(label !== undefined && { [label]: decodeURIComponent(route.path.exec(path)?.[1] ?? '') }),
    ...Object.fromEntries(given),
    ...(root !== undefined && parseXml(body, root)),
  };
  return { operation, parameters };
}
