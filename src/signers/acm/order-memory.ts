import type { AcmeOrder } from '../../acme/resources.ts';
import type { Clock } from '../../system/clock.ts';
import { remember } from './remember.ts';

/** Longer than any server takes to know an order that it took. */
const newMs = 10 * 60_000;

/** What this process knows of orders beyond what their URLs tell. Lost on restart, and nothing worse than time with it. */
export class OrderMemory {
  readonly #clock: Clock;
  /** When (monotonic) they were placed, by URL. */
  readonly #placed = new Map<string, number>();
  /** As the server showed them last, by URL; only while nothing was done since that may have changed them. */
  readonly #shown = new Map<string, AcmeOrder>();
  /** Since when (monotonic) the server works on them, by URL. */
  readonly #processing = new Map<string, number>();
  /** Since when (monotonic) nothing is found at them, by URL. */
  readonly #missing = new Map<string, number>();
  /** How many orders died, by the request's UID. */
  readonly #deaths = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The server took it just now, and gave it this URL. */
  place(url: string, order: AcmeOrder): void {
    remember(this.#placed, url, this.#clock.monotonic());
    this.keep(url, order);
  }

  /** Placed by this process, not long ago. */
  isNew(url: string): boolean {
    const placedAt = this.#placed.get(url);
    return placedAt !== undefined && this.#clock.monotonic() - placedAt < newMs;
  }

  /** The order does not change by itself from here on: it was just opened, or waits for its turn to be finalised. */
  keep(url: string, order: AcmeOrder): void {
    remember(this.#shown, url, order);
  }

  shown(url: string): AcmeOrder | undefined {
    return this.#shown.get(url);
  }

  forget(url: string): void {
    this.#shown.delete(url);
  }

  /** For how long the server has been at work on it, as far as this process saw. */
  processingForMs(url: string): number {
    return this.#forMs(this.#processing, url);
  }

  /** For how long it has not been found, as far as this process looked. */
  missingForMs(url: string): number {
    return this.#forMs(this.#missing, url);
  }

  /** It is there. */
  find(url: string): void {
    this.#missing.delete(url);
  }

  /** An order of the request died. Returns how many have by now. */
  bury(url: string, uid: string): number {
    const deaths = (this.#deaths.get(uid) ?? 0) + 1;
    this.#end(url);
    remember(this.#deaths, uid, deaths);
    return deaths;
  }

  finish(url: string, uid: string): void {
    this.#end(url);
    this.#deaths.delete(uid);
  }

  #forMs(entries: Map<string, number>, url: string): number {
    const now = this.#clock.monotonic();
    const since = entries.get(url) ?? now;
    remember(entries, url, since);
    return now - since;
  }

  #end(url: string): void {
    this.#placed.delete(url);
    this.#shown.delete(url);
    this.#processing.delete(url);
  }
}
