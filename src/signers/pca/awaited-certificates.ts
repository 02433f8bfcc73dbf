import type { Clock } from '../../system/clock.ts';
import type { IssuingTime } from './issuing-time.ts';

/** Requests that vanish between issue and look leave their entry behind; so many are kept. */
const limit = 10_000;

interface Awaited {
  /** When it was begun, monotonic milliseconds. */
  readonly sinceMs: number;
  /** How often somebody looked too early. */
  misses: number;
}

/** The certificates that this process asked for and has not seen yet, by their reference. */
export class AwaitedCertificates {
  readonly #clock: Clock;
  readonly #issuingTime: IssuingTime;
  readonly #awaited = new Map<string, Awaited>();
  /** How often the service failed over a certificate, asked for by whomever. */
  readonly #failures = new Map<string, number>();

  constructor(clock: Clock, issuingTime: IssuingTime) {
    this.#clock = clock;
    this.#issuingTime = issuingTime;
  }

  has(reference: string): boolean {
    return this.#awaited.has(reference);
  }

  begin(reference: string): void {
    this.#awaited.set(reference, { sinceMs: this.#clock.monotonic(), misses: 0 });
    dropOldest(this.#awaited);
  }

  /** Milliseconds until it is worth looking for the first time; 0 or less: look now. */
  untilFirstLookMs(reference: string): number {
    const awaited = this.#awaited.get(reference);
    if (!awaited || awaited.misses > 0) return 0;
    return Math.ceil(awaited.sinceMs + this.#issuingTime.firstLookMs - this.#clock.monotonic());
  }

  /** Somebody looked and it was not there. Returns after how many milliseconds to look again. */
  miss(reference: string): number {
    const awaited = this.#awaited.get(reference);
    if (!awaited) return this.#issuingTime.nextLookMs(0, 2);
    awaited.misses += 1;
    return this.#issuingTime.nextLookMs(this.#clock.monotonic() - awaited.sinceMs, awaited.misses);
  }

  /** The service failed over it. Returns how often by now. */
  fail(reference: string): number {
    const count = (this.#failures.get(reference) ?? 0) + 1;
    this.#failures.set(reference, count);
    dropOldest(this.#failures);
    return count;
  }

  arrive(reference: string): void {
    this.#failures.delete(reference);
    const awaited = this.#awaited.get(reference);
    if (!awaited) return;
    this.#awaited.delete(reference);
    this.#issuingTime.learn(this.#clock.monotonic() - awaited.sinceMs, awaited.misses > 0);
  }
}

function dropOldest(entries: Map<string, unknown>): void {
  const [oldest] = entries.keys();
  if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
}
