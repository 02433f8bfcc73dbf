import type { Obstacle } from './obstacle.ts';
import type { ZoneIdentityPlan } from './plan-domains.ts';

/** The CNAME that ACM asks for. Names may end in a dot. */
export interface ValidationRecord {
  readonly name: string;
  readonly value: string;
}

export type RecordOutcome =
  /** It stands, on all name servers of the zone. */
  | { readonly kind: 'inSync'; readonly hostedZoneId: string }
  /** It was written just now. */
  | { readonly kind: 'pending'; readonly hostedZoneId: string; readonly afterMs: number }
  | Obstacle;

/** Where a domain's record stands, and who writes it. */
export interface RecordPlace {
  readonly identity: ZoneIdentityPlan;
  /** Undefined: the longest public zone that the name ends in. */
  readonly hostedZoneId: string | undefined;
}

/** Writes the records of one issuer's domains. Nobody waits inside. */
export interface DomainRecords {
  /** Sees to it that the record stands; what already does costs no write. */
  ensure(place: RecordPlace, record: ValidationRecord): Promise<RecordOutcome>;
  /** Undefined: it is gone. A record of another value stays. */
  remove(place: RecordPlace, record: ValidationRecord): Promise<Obstacle | undefined>;
}
