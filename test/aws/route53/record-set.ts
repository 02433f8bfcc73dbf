/** Routing policies as the API gives them: passed through, except that a multivalue answer has its own meaning. */
export const ROUTING_FIELDS = [
  'Weight',
  'Region',
  'GeoLocation',
  'Failover',
  'MultiValueAnswer',
  'GeoProximityLocation',
  'CidrRoutingConfig',
] as const;

export type RoutingField = (typeof ROUTING_FIELDS)[number];

/** One resource record set. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export interface RecordSet {
  /** Route 53's form. */
  readonly name: string;
  readonly type: string;
  readonly setIdentifier: string | undefined;
  /** Seconds; undefined for an alias. */
  readonly ttl: number | undefined;
  /** In zone file format; empty for an alias. */
  readonly values: readonly string[];
  readonly routing: { readonly field: RoutingField; readonly value: unknown } | undefined;
  readonly alias: Readonly<Record<string, unknown>> | undefined;
}

/** Name, type and set identifier are what tells record sets apart. */
export function keyOf({ name, type, setIdentifier }: RecordIdentity): string {
  return JSON.stringify([name, type, setIdentifier ?? null]);
}

export type RecordIdentity = Pick<RecordSet, 'name' | 'type' | 'setIdentifier'>;

/** Whether a DELETE that gives `wanted` means exactly what stands there; the order of values does not matter. */
export function hasSameContent(standing: RecordSet, wanted: RecordSet): boolean {
  return contentOf(standing) === contentOf(wanted);
}

const contentOf = ({ ttl, values, routing, alias }: RecordSet): string =>
  JSON.stringify([ttl, [...values].sort(), routing, alias]);
