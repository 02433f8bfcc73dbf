import type { Identities } from '../identities.ts';
import type { Times } from '../service.ts';
import type { RecordSet } from './record-set.ts';

/** What one accepted change did to a record set; undefined: it is gone. */
export interface Effect {
  readonly key: string;
  readonly recordSet: RecordSet | undefined;
}

export interface Change {
  /** Without `/change/`. */
  readonly id: string;
  readonly account: string;
  readonly comment: string | undefined;
  /** Epoch milliseconds. */
  readonly submittedAt: number;
  /** Monotonic milliseconds from which name servers answer by it. */
  readonly inSyncAt: number;
}

export interface HostedZone {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** Route 53's form. */
  readonly name: string;
  readonly account: string;
  readonly isPrivate: boolean;
  /** False: no name server of the parent zone points here, so that nobody's queries arrive. */
  readonly isDelegated: boolean;
  readonly comment: string | undefined;
  readonly callerReference: string;
  /** Without trailing dots. */
  readonly nameServers: readonly string[];
  /** What the API shows, by key. */
  readonly records: Map<string, RecordSet>;
  /** What the zone's name servers answer by, by key. */
  readonly served: Map<string, RecordSet>;
  /** Accepted, and not yet at the name servers; oldest first. */
  readonly spreading: { readonly inSyncAt: number; effects: readonly Effect[] }[];
  /** Monotonic milliseconds until which a further change is refused with PriorRequestNotComplete. */
  busyUntil: number;
}

export interface Route53Settings {
  /** How long a change stays PENDING. */
  insyncAfterMs: number;
  /** How long a change of a zone is being handled, so that another is refused. */
  zoneBusyMs: number;
}

/** All that the service remembers, and what it needs of the rest of the stand-in. */
export interface Route53State {
  readonly times: Times;
  readonly identities: Identities;
  readonly settings: Route53Settings;
  /** By id, in order of creation. */
  readonly zones: Map<string, HostedZone>;
  readonly changes: Map<string, Change>;
}

export function newRoute53State(parts: Pick<Route53State, 'times' | 'identities'>): Route53State {
  return { ...parts, settings: { insyncAfterMs: 0, zoneBusyMs: 0 }, zones: new Map(), changes: new Map() };
}

/** The records that the zone's name servers know now. */
export function servedRecords(zone: HostedZone, monotonicNow: number): ReadonlyMap<string, RecordSet> {
  for (let next = zone.spreading[0]; next && next.inSyncAt <= monotonicNow; next = zone.spreading[0]) {
    zone.spreading.shift();
    applyEffects(zone.served, next.effects);
  }
  return zone.served;
}

export function applyEffects(records: Map<string, RecordSet>, effects: readonly Effect[]): void {
  for (const { key, recordSet } of effects) {
    if (recordSet) records.set(key, recordSet);
    else records.delete(key);
  }
}
