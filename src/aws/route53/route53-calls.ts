/** A hosted zone as a list tells it. */
export interface HostedZone {
  /** Bare: without `/hostedzone/`. */
  readonly id: string;
  /** Lower case, without the trailing dot. */
  readonly name: string;
  readonly isPrivate: boolean;
}

/** Where a list of zones goes on. */
export interface ZoneMarker {
  readonly name: string;
  readonly id?: string;
}

export interface ZonePage {
  /** By name, labels reversed: `com.example` before `com.example.www`. */
  readonly zones: readonly HostedZone[];
  /** Undefined: this is the last page. */
  readonly next?: ZoneMarker;
}

/** Records of one name and type; of several sets with the same name and type each has its own `setIdentifier`. */
export interface RecordSet {
  /** Lower case, without the trailing dot; `*` stands for itself. */
  readonly name: string;
  /** CNAME, TXT, … */
  readonly type: string;
  /** Seconds; undefined for an alias. */
  readonly ttl?: number;
  /** As they stand in a zone file: the text of a TXT record is quoted. Empty for an alias. */
  readonly values: readonly string[];
  readonly setIdentifier?: string;
  /** One of several sets of which all are answered. */
  readonly isMultiValue?: boolean;
}

export interface RecordPage {
  readonly records: readonly RecordSet[];
  readonly next?: { readonly name: string; readonly type: string; readonly setIdentifier?: string };
}

export interface RecordChange {
  readonly action: 'UPSERT' | 'DELETE';
  readonly record: RecordSet;
}

/** A change on its way to the name servers. */
export interface ChangeInfo {
  /** Bare: without `/change/`. */
  readonly id: string;
  /** PENDING, INSYNC. */
  readonly status: string;
}

/**
 * The calls to Route 53 under one identity: one HTTP call each, never repeated. Each throws AwsError.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53.html
 */
export interface Route53Calls {
  /** At most 100 of the account's zones, public and private, from `start` on; undefined: from the first one. */
  listHostedZonesByName(start?: ZoneMarker): Promise<ZonePage>;
  /** `start`: the first name and type that are wanted; at most `maxItems` (1 to 300). */
  listResourceRecordSets(input: {
    readonly zoneId: string;
    readonly start?: { readonly name: string; readonly type?: string; readonly setIdentifier?: string };
    readonly maxItems?: number;
  }): Promise<RecordPage>;
  /** All or nothing. */
  changeResourceRecordSets(zoneId: string, changes: readonly RecordChange[]): Promise<ChangeInfo>;
  getChange(id: string): Promise<ChangeInfo>;
  /** `nameServers`: of its delegation set, without trailing dots; a private zone has none. */
  getHostedZone(zoneId: string): Promise<{ readonly nameServers: readonly string[] }>;
}

/** Every call. They share one quota: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const route53Operations = {
  listHostedZonesByName: 'all',
  listResourceRecordSets: 'all',
  changeResourceRecordSets: 'all',
  getChange: 'all',
  getHostedZone: 'all',
} as const satisfies Record<keyof Route53Calls, 'all'>;
