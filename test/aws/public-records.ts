/** What the public DNS answers, as ACM looks it up. Names in any case, with or without the dot at the end. */
export interface PublicRecords {
  /** The target of the CNAME at `name`. */
  cname(name: string): string | undefined;
  /** The texts of the TXT records at `name`. */
  txt(name: string): readonly string[];
}

/** A CNAME that ACM writes itself, into a hosted zone of the endpoint's account. */
export interface RecordWrite {
  readonly zoneId: string;
  readonly account: string;
  readonly name: string;
  readonly value: string;
}

/** Why it could not be written, by ACM's names of failure. */
export type RecordRefusal = 'ACCESS_DENIED' | 'DOMAIN_MISMATCH' | 'HOSTED_ZONE_NOT_FOUND' | 'INVALID_CHANGE_BATCH';

/** Writes a CNAME; undefined when it stands. */
export type RecordWriter = (write: RecordWrite) => RecordRefusal | undefined;

export interface RecordSet {
  readonly cname?: string;
  readonly txt?: readonly string[];
}

/** The form in which names are compared: lower case, no dot at the end. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Records without zones: of domains that are served outside Route 53, or for tests that need no zone. */
export class MemoryRecords implements PublicRecords {
  readonly #records = new Map<string, RecordSet>();

  /** Replaces what stands at `name`; an empty set leaves nothing there. */
  set(name: string, record: RecordSet): void {
    if (record.cname === undefined && record.txt === undefined) this.#records.delete(canonicalName(name));
    else this.#records.set(canonicalName(name), record);
  }

  cname(name: string): string | undefined {
    return this.#records.get(canonicalName(name))?.cname;
  }

  txt(name: string): readonly string[] {
    return this.#records.get(canonicalName(name))?.txt ?? [];
  }
}

/** Several sources as one: the first that has a record answers. */
export function firstOf(...sources: readonly PublicRecords[]): PublicRecords {
  return {
    cname: (name) => sources.map((source) => source.cname(name)).find((target) => target !== undefined),
    txt: (name) => sources.map((source) => source.txt(name)).find((texts) => texts.length > 0) ?? [],
  };
}
