import { canonicalName, isWithin, parentOf } from '../route53/names.ts';
import type { RecordSet } from '../route53/record-set.ts';

/** One resource record of an answer. */
export interface Row {
  /** As it was asked for, or as a CNAME names it. */
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** In zone file format. */
  readonly value: string;
}

export interface Resolution {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  readonly isAuthoritative: boolean;
  readonly answers: readonly Row[];
  readonly authorities: readonly Row[];
}

export interface ServedZone {
  /** Route 53's form. */
  readonly name: string;
  readonly setsByName: ReadonlyMap<string, readonly RecordSet[]>;
}

export interface Question {
  readonly name: string;
  /** For example `TXT`; `ANY` for all. */
  readonly type: string;
  /** Any counter: where among many multivalue answers the row begins. */
  readonly turn: number;
}

/** Finds the most specific zone that a name (in Route 53's form) lies in. */
export type FindZone = (name: string) => ServedZone | undefined;

const MOST_LINKS = 16;
/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-multivalue.html */
const MOST_MULTIVALUE_ANSWERS = 8;

/** What an authoritative server of all these zones answers (RFC 1034 section 4.3.2, RFC 4592, RFC 2308). */
export function resolve(findZone: FindZone, question: Question): Resolution {
  const answers: Row[] = [];
  const seen = new Set<string | undefined>();
  let step = resolveStep(findZone, question);
  for (;;) {
    answers.push(...step.answers);
    const target = step.answers.find(({ type }) => type === 'CNAME')?.value;
    if (target === undefined || !isFollowed(question.type)) return conclude(step, answers);
    seen.add(canonicalName(step.answers[0]?.name ?? ''));
    // A circle: what was found so far is true, and whoever asks notices the circle.
    if (seen.has(canonicalName(target)) || seen.size > MOST_LINKS) return conclude(step, answers);
    step = resolveStep(findZone, { ...question, name: target });
  }
}

const isFollowed = (type: string): boolean => type !== 'CNAME' && type !== 'ANY';

/** A CNAME that leads out of these zones is answered as far as it goes. */
function conclude(last: Resolution, answers: readonly Row[]): Resolution {
  const isOutside = last.code === 'REFUSED' && answers.length > 0;
  if (isOutside) return { code: 'NOERROR', isAuthoritative: true, answers, authorities: [] };
  return { ...last, isAuthoritative: last.isAuthoritative || answers.length > 0, answers };
}

const REFUSED: Resolution = { code: 'REFUSED', isAuthoritative: false, answers: [], authorities: [] };

function resolveStep(findZone: FindZone, question: Question): Resolution {
  const name = canonicalName(question.name);
  const zone = name === undefined ? undefined : findZone(name);
  if (name === undefined || !zone) return REFUSED;
  const delegation = delegationOf(zone, name);
  if (delegation) return { code: 'NOERROR', isAuthoritative: false, answers: [], authorities: delegation };
  const sets = setsFor(zone, name);
  if (!sets) return { code: 'NXDOMAIN', isAuthoritative: true, answers: [], authorities: negativeAuthority(zone) };
  const answers = rowsFor(sets, question);
  const authorities = answers.length > 0 ? [] : negativeAuthority(zone);
  return { code: 'NOERROR', isAuthoritative: true, answers, authorities };
}

/** NS records between the zone's apex and the name: another server's matter. */
function delegationOf(zone: ServedZone, name: string): readonly Row[] | undefined {
  const nameServers = ancestorsWithin(zone, name)
    .map((ancestor) => zone.setsByName.get(ancestor)?.find(({ type }) => type === 'NS'))
    .findLast((set) => set !== undefined);
  return nameServers && rowsOf(nameServers, nameServers.name);
}

/** The name and what is above it, without the zone's apex; nearest first. */
function ancestorsWithin(zone: ServedZone, name: string): string[] {
  const ancestors: string[] = [];
  for (let next: string | undefined = name; next !== undefined && next !== zone.name; next = parentOf(next)) {
    ancestors.push(next);
  }
  return ancestors;
}

/** The record sets at a name, or those of the wildcard that stands for it; undefined: the name does not exist. */
function setsFor(zone: ServedZone, name: string): readonly RecordSet[] | undefined {
  const exact = zone.setsByName.get(name);
  if (exact) return exact;
  if (exists(zone, name)) return [];
  const encloser = [...ancestorsWithin(zone, name).slice(1), zone.name].find((ancestor) => exists(zone, ancestor));
  return zone.setsByName.get(`\\052.${encloser ?? zone.name}`);
}

/** Also without records of its own, when there are some below it. */
const exists = (zone: ServedZone, name: string): boolean =>
  name === zone.name || zone.setsByName.keys().some((other) => isWithin(other, name));

function rowsFor(sets: readonly RecordSet[], { name, type, turn }: Question): readonly Row[] {
  const alias = sets.filter((set) => set.type === 'CNAME');
  const wanted = alias.length > 0 ? alias : sets.filter((set) => type === 'ANY' || set.type === type);
  const byType = Map.groupBy(wanted, (set) => set.type);
  return [...byType.values()].flatMap((sameType) => chosen(sameType, turn)).flatMap((set) => rowsOf(set, name));
}

/** Several multivalue answers are given together, up to eight in turn; of any other policy one is. */
function chosen(sets: readonly RecordSet[], turn: number): readonly RecordSet[] {
  const multivalue = sets.filter(({ routing }) => routing?.field === 'MultiValueAnswer');
  if (multivalue.length === 0) return sets.slice(0, 1);
  const start = multivalue.length > MOST_MULTIVALUE_ANSWERS ? turn % multivalue.length : 0;
  return [...multivalue.slice(start), ...multivalue.slice(0, start)].slice(0, MOST_MULTIVALUE_ANSWERS);
}

const rowsOf = ({ type, ttl = 60, values }: RecordSet, name: string): Row[] =>
  values.map((value) => ({ name, type, ttl, value }));

/** The SOA record, its TTL no longer than its last field (RFC 2308 section 3). */
function negativeAuthority(zone: ServedZone): readonly Row[] {
  const soa = zone.setsByName.get(zone.name)?.find(({ type }) => type === 'SOA');
  if (!soa) return [];
  const minimum = Number(soa.values[0]?.split(/\s+/).at(-1));
  return rowsOf(soa, zone.name).map((row) => ({ ...row, ttl: Math.min(row.ttl, minimum) }));
}
