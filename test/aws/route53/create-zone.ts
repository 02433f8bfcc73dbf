import { randomBytes, randomUUID } from 'node:crypto';
import { keyOf, type RecordSet } from './record-set.ts';
import { canonicalName } from './names.ts';
import type { HostedZone } from './state.ts';

export interface NewZone {
  readonly name: string;
  readonly account: string;
  readonly isPrivate: boolean;
  readonly isDelegated: boolean;
  readonly comment: string | undefined;
}

/** A zone with the NS and SOA records that Route 53 gives each. Throws for a name that is none. */
export function newHostedZone({ name: text, ...others }: NewZone): HostedZone {
  const name = canonicalName(text);
  if (name === undefined) throw new Error(`not a domain name: ${text}`);
  const nameServers = ['com', 'net', 'org', 'co.uk'].map((end, index) => `ns-${index * 512 + 1}.awsdns-00.${end}`);
  const apex = apexRecords(name, nameServers).map((set) => [keyOf(set), set] as const);
  return {
    ...others,
    id: newId('Z'),
    name,
    callerReference: randomUUID(),
    nameServers,
    records: new Map(apex),
    served: new Map(apex),
    spreading: [],
    busyUntil: Number.NEGATIVE_INFINITY,
  };
}

function apexRecords(name: string, nameServers: readonly string[]): RecordSet[] {
  const common = { name, setIdentifier: undefined, routing: undefined, alias: undefined };
  const soa = `${nameServers[0] ?? ''}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { ...common, type: 'NS', ttl: 172_800, values: nameServers.map((server) => `${server}.`) },
    { ...common, type: 'SOA', ttl: 900, values: [soa] },
  ];
}

/** As Route 53's: a letter for the kind, then capitals and digits, 21 in all. */
export function newId(kind: 'Z' | 'C'): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  return `${kind}${[...randomBytes(20)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('')}`;
}
