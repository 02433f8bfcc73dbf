import type { Clock } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import type { Dns01Solver } from './settings.ts';

/** A TXT record that answers a challenge. The value is public, like all that stands in DNS. */
export interface ChallengeRecord {
  readonly name: string;
  readonly value: string;
  readonly solver: Dns01Solver;
}

interface Entry {
  readonly records: readonly ChallengeRecord[];
  /** When somebody came for the order last; monotonic. */
  readonly touchedAt: number;
}

const isSame = (one: ChallengeRecord, other: ChallengeRecord): boolean =>
  one.name === other.name && one.value === other.value;

/** An order that nobody has come for in this time lost its request, or its certificate did not wait for the removal. */
const abandonedMs = 15 * 60_000;
const sweepEveryMs = 60_000;
/** Somebody's request waits for it. */
const sweptAtOnce = 20;
/** How long to let a removal that failed rest. */
const failedMs = 10_000;

/**
 * The records that this process put into DNS, by the URL of the order that they are for, until they are taken away. What a
 * process leaves behind when it dies its successor finds again through the order: see `Challenges`.
 */
export class ChallengeRecords {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #standing = new Map<string, Entry>();
  #sweptAt: number;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
    this.#sweptAt = clock.monotonic();
  }

  has(order: string): boolean {
    return this.#standing.has(order);
  }

  /** To be told before the records are written: a write whose answer gets lost is a record all the same. */
  add(order: string, records: readonly ChallengeRecord[]): void {
    const known = this.#standing.get(order)?.records ?? [];
    const added = records.filter((record) => !known.some((other) => isSame(record, other)));
    this.#standing.set(order, { records: [...known, ...added], touchedAt: this.#clock.monotonic() });
  }

  /** Somebody came for the order, whose records are needed on. */
  touch(order: string): void {
    const entry = this.#standing.get(order);
    if (entry) this.#standing.set(order, { ...entry, touchedAt: this.#clock.monotonic() });
  }

  /**
   * Takes the records of an order away, but not those that stand for another order too: a server may let orders share an
   * authorization that is pending, and so its challenge. The last of them takes those away. Returns after how long to come
   * again for what is left; 0: nothing is.
   */
  async remove(order: string): Promise<number> {
    const entry = this.#standing.get(order);
    if (!entry) return 0;
    const own = entry.records.filter((record) => !this.#standsForAnother(order, record));
    // Before anything is awaited: of orders that end at the same time one is the last.
    this.#standing.set(order, { ...entry, records: own });
    const waits = await Promise.all(own.map((record) => this.#remove(record)));
    const left = own.filter((_, index) => waits[index] !== 0);
    if (left.length === 0) this.#standing.delete(order);
    else this.#standing.set(order, { ...entry, records: left });
    return Math.max(0, ...waits);
  }

  /** Takes away what could not be taken away before, and what belongs to requests that are gone. */
  async sweep(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    const abandoned = [...this.#standing].filter(([, { touchedAt }]) => now - touchedAt > abandonedMs);
    await Promise.all(abandoned.slice(0, sweptAtOnce).map(([order]) => this.#sweep(order)));
  }

  /** What cannot be removed now must not stand before others for ever. */
  async #sweep(order: string): Promise<void> {
    await this.remove(order);
    const left = this.#standing.get(order);
    if (left) {
      this.#standing.delete(order);
      this.#standing.set(order, left);
    }
  }

  #standsForAnother(order: string, record: ChallengeRecord): boolean {
    return [...this.#standing].some(
      ([other, { records }]) => other !== order && records.some((theirs) => isSame(record, theirs)),
    );
  }

  /** Returns after how long to come again; 0: it is gone. */
  async #remove({ solver, name, value }: ChallengeRecord): Promise<number> {
    try {
      const state = await solver.remove(name, value);
      return state.kind === 'gone' ? 0 : state.afterMs;
    } catch (error) {
      // It proves nothing to anybody any more: no reason to fail for it.
      this.#logger.warn({ error, record: name }, 'the record of a challenge could not be removed yet');
      return failedMs;
    }
  }
}
