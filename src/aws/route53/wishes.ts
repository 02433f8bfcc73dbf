import { plainName } from './names.ts';
import type { RecordChange, RecordSet } from './route53-calls.ts';

/** A record that somebody wants to be there, or gone. */
export interface RecordInput {
  readonly name: string;
  /** Of a CNAME: the name that it points to. Of a TXT: its text, without quotes. */
  readonly value: string;
  /** Bare. */
  readonly zone: { readonly id: string };
}

/** What is to be done for a wish, as far as it can be told. */
export type Plan =
  | { readonly kind: 'change'; readonly change: RecordChange }
  /** It is as it was wished. */
  | { readonly kind: 'nothing' }
  /** What stands at the name decides. */
  | { readonly kind: 'look' };

/** What somebody wants of one name in a zone. */
export interface Wish {
  /** Wishes with the same key are the same. */
  readonly key: string;
  /** What it is about: of two wishes about the same thing the later one goes after the other. */
  readonly subject: string;
  readonly name: string;
  /** Characters that it may put into a batch of changes, by Route 53's way of counting. */
  readonly size: number;
  /** `current`: all records at the name; undefined: nobody has looked. */
  decide(current: readonly RecordSet[] | undefined): Plan;
}

/** Seconds. Validation records stay for years, and a lost one is to come back within minutes. */
export const cnameTtl = 300;
/** cert-manager's: records side by side should have the same. */
const txtTtl = 10;

const nothing: Plan = { kind: 'nothing' };
const look: Plan = { kind: 'look' };
const change = (action: RecordChange['action'], record: RecordSet): Plan => ({
  kind: 'change',
  change: { action, record },
});

/** Points the name to the value, whatever else it points to; nothing is written when it does already. */
export function cnameWish({ name, value }: RecordInput): Wish {
  const record = { name: plainName(name), type: 'CNAME', ttl: cnameTtl, values: [value] };
  return {
    ...describe('cname', record),
    decide: (current) => {
      if (!current) return look;
      const there = cnamesOf(current);
      const isRight = there.length > 0 && there.every((found) => pointsTo(found, value));
      return isRight ? nothing : change('UPSERT', record);
    },
  };
}

/** Takes the CNAME away if it still points to the value: as it stands, whatever its TTL. */
export function noCnameWish({ name, value }: RecordInput): Wish {
  const record = { name: plainName(name), type: 'CNAME', ttl: cnameTtl, values: [value] };
  return {
    ...describe('no cname', record),
    decide: (current) => {
      if (!current) return look;
      const found = cnamesOf(current).find((candidate) => pointsTo(candidate, value));
      return found ? change('DELETE', found) : nothing;
    },
  };
}

/** Adds a text beside others of the same name. It is written without looking: whoever answers for the zone must say it anew. */
export function txtWish({ name, value }: RecordInput): Wish {
  const record = txtRecord(name, value);
  return { ...describe('txt', record), decide: () => change('UPSERT', record) };
}

/** Takes a text away. Route 53 refuses that when anything differs: only then is it looked at. */
export function noTxtWish({ name, value }: RecordInput): Wish {
  const record = txtRecord(name, value);
  return {
    ...describe('no txt', record),
    decide: (current) => {
      if (!current) return change('DELETE', record);
      const found = current.find(({ type, setIdentifier }) => type === 'TXT' && setIdentifier === record.setIdentifier);
      return found ? change('DELETE', found) : nothing;
    },
  };
}

/** Several values side by side are sets of their own, all of which are answered: in the way of cert-manager. */
function txtRecord(name: string, value: string): RecordSet & { readonly setIdentifier: string } {
  const quoted = `"${value.replace(/["\\]/g, (character) => `\\${character}`)}"`;
  const side = { setIdentifier: quoted, isMultiValue: true };
  return { name: plainName(name), type: 'TXT', ttl: txtTtl, values: [quoted], ...side };
}

function describe(kind: string, { name, type, values, setIdentifier = '' }: RecordSet): Omit<Wish, 'decide'> {
  return {
    key: [kind, name, ...values].join(' '),
    subject: [name, type, setIdentifier].join(' '),
    name,
    // An UPSERT counts twice.
    size: 2 * values.join('').length,
  };
}

const cnamesOf = (records: readonly RecordSet[]): readonly RecordSet[] =>
  records.filter(({ type }) => type === 'CNAME');

const pointsTo = ({ values }: RecordSet, value: string): boolean =>
  values.length === 1 && plainName(values[0] ?? '') === plainName(value);
