import type { AwsClients } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import type { IdentitySpec } from '../../aws/identity.ts';
import { HeldBack, pacedRoute53 } from '../../aws/paced.ts';
import type { Pacer } from '../../aws/pacing.ts';
import type { NameServers, NameServersAnswer } from '../../aws/route53/name-servers.ts';
import type { Records } from '../../aws/route53/records.ts';
import { createRoute53Dns, type NoZone, type Route53Dns } from '../../aws/route53/route53-dns.ts';
import type { Zones } from '../../aws/route53/zones.ts';
import type { KubeClient } from '../../kube/client.ts';
import { connectIdentity, type Connection, keyOfConnection } from './connect-identity.ts';
import { explainAws } from './explain-aws.ts';
import { isObstacle, type Obstacle } from './obstacle.ts';
import type { ZoneIdentityPlan } from './plan-domains.ts';

/** The CNAME that ACM asks for. Names without the dot at their end. */
export interface ValidationRecord {
  readonly name: string;
  readonly value: string;
}

export type RecordOutcome =
  /** It stands, on all name servers of the zone. */
  | { readonly kind: 'inSync'; readonly hostedZoneId: string }
  /** It waits to be looked at or written, or, `isWritten`, name servers take over what was written just now. */
  | { readonly kind: 'pending'; readonly hostedZoneId?: string; readonly afterMs: number; readonly isWritten: boolean }
  | Obstacle;

/** Where a domain's record stands, and who writes it. */
export interface RecordPlace {
  readonly identity: ZoneIdentityPlan;
  /** Undefined: the longest public zone that the name ends in. */
  readonly hostedZoneId: string | undefined;
}

/** Route 53 as the identity of one domain sees it. */
export interface DomainDns {
  readonly kind: 'dns';
  readonly dns: Route53Dns;
  readonly findNameServers: (zoneId: string) => Promise<NameServersAnswer>;
  readonly connection: Connection;
}

/** Writes the records of one issuer's domains. Nobody waits inside. */
export interface DomainRecords {
  /** Sees to it that the record stands; what already does costs no write. */
  ensure(place: RecordPlace, record: ValidationRecord): Promise<RecordOutcome>;
  /** Undefined: it is gone. A record of another value stays. */
  remove(place: RecordPlace, record: ValidationRecord): Promise<Obstacle | undefined>;
  /** For whoever writes other records of the domain. */
  open(place: RecordPlace): Promise<DomainDns | Obstacle>;
}

/** What all issuers share. */
export interface SharedDns {
  readonly zones: Zones;
  readonly records: Records;
  readonly nameServers: NameServers;
  readonly pacer: Pacer;
  /** Calls to Route 53 per second and account. */
  readonly rate: number;
}

export interface DomainRecordsOptions extends SharedDns {
  readonly client: KubeClient;
  readonly aws: AwsClients;
  readonly using: (spec: IdentitySpec) => void;
  readonly issuerKey: string;
}

/** For one check of one issuer: domains with the same identity share its credentials. */
export function createDomainRecords(options: DomainRecordsOptions): DomainRecords {
  const { client, aws, using, zones, records, nameServers, pacer, rate, issuerKey } = options;
  const connections = new Map<string, Promise<Connection | Obstacle>>();
  const connect = (identity: ZoneIdentityPlan): Promise<Connection | Obstacle> => {
    const key = JSON.stringify(identity);
    const roleField = 'dns01.route53.role';
    const connecting = connections.get(key) ?? connectIdentity(identity, { client, aws, using, roleField });
    connections.set(key, connecting);
    return connecting;
  };
  const open = async ({ identity, hostedZoneId }: RecordPlace): Promise<DomainDns | Obstacle> => {
    const connection = await connect(identity);
    if (isObstacle(connection)) return connection;
    const { account } = connection.caller;
    const calls = pacedRoute53(connection.api.route53, rate, { pacer, account, claimant: issuerKey });
    const writer = { key: keyOfConnection(connection), account, calls };
    const dns = createRoute53Dns({
      ...{ zones, records, identity: writer },
      ...(hostedZoneId === undefined ? {} : { hostedZoneId }),
    });
    const findNameServers = (zoneId: string): Promise<NameServersAnswer> => nameServers.find(zoneId, writer);
    return { kind: 'dns', dns, findNameServers, connection };
  };
  return {
    open,
    ensure: async (place, record) => {
      const opened = await open(place);
      if (isObstacle(opened)) return opened;
      return explained(opened, place, async (): Promise<RecordOutcome> => {
        const answer = await opened.dns.presentCname(record.name, record.value);
        if (answer.kind === 'noZone') return explainNoZone(answer);
        const zone = answer.zoneId === undefined ? {} : { hostedZoneId: answer.zoneId };
        return answer.kind === 'pending'
          ? { kind: 'pending', afterMs: answer.afterMs, isWritten: answer.written, ...zone }
          : { kind: 'inSync', hostedZoneId: answer.zoneId };
      });
    },
    remove: async (place, record) => {
      const opened = await open(place);
      if (isObstacle(opened)) return opened;
      return explained(opened, place, async (): Promise<Obstacle | undefined> => {
        const answer = await opened.dns.removeCname(record.name, record.value);
        if (answer.kind !== 'pending') return undefined;
        const message = `The record ${record.name} is being removed.`;
        return { kind: 'onItsWay', reason: 'Deleting', message, afterMs: answer.afterMs };
      });
    },
  };
}

async function explained<T>(opened: DomainDns, place: RecordPlace, work: () => Promise<T>): Promise<T | Obstacle> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AwsError) return explainRoute53(error, opened.connection, place.hostedZoneId);
    throw error;
  }
}

/** Somebody may be about to create it. */
const zoneLookMs = 15_000;

const explainNoZone = ({ code, message }: NoZone): Obstacle => ({
  ...{ kind: 'notReady', reason: code, message },
  afterMs: zoneLookMs,
});

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html */
export function explainRoute53(error: AwsError, { asker }: Connection, hostedZoneId: string | undefined): Obstacle {
  const { operation, code, detail, consequence, hop } = error;
  const zone = hostedZoneId === undefined ? 'the hosted zone' : `hosted zone ${hostedZoneId}`;
  if (error instanceof HeldBack || hop || operation === 'TokenRequest') return explainAws(error, asker);
  if (code === 'NoSuchHostedZone') {
    const message = `There is no ${zone} in Route 53 (${code}). Correct hostedZoneID, or leave it out: then it is looked for.`;
    return { kind: 'notReady', reason: 'ZoneNotFound', message };
  }
  if (consequence === 'denied') {
    const message =
      `${asker.identity ?? 'The identity in use'} may not call route53:${operation} (${detail}). Allow it ` +
      `route53:ChangeResourceRecordSets and route53:ListResourceRecordSets on ${zone}, route53:GetChange on change/*, and ` +
      'route53:ListHostedZonesByName on * where hostedZoneID is not set.';
    return { kind: 'notReady', reason: 'AccessDenied', message };
  }
  if (consequence === 'authority' || consequence === 'request') {
    const message = `Route 53 refuses ${operation} in ${zone} (${code}: ${detail}).`;
    return { kind: 'notReady', reason: 'RecordRefused', message };
  }
  return explainAws(error, asker);
}
