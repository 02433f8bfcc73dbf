import type { Clock } from '../system/clock.ts';
import type { Random } from '../system/random.ts';

const FIRST_CEILING_MS = 1_600;
const CEILING_MS = 30_000;
const CALM_MS = 120_000;

/**
 * Growing delays for whoever talks to the API server in a loop: 0.8–1.6 s, doubling to 15–30 s, from the start again
 * after two minutes without trouble.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  #ceiling = FIRST_CEILING_MS;
  #calmSince = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** How long to wait now, milliseconds. Each call counts as one trouble. */
  next(): number {
    const now = this.#clock.monotonic();
    if (now - this.#calmSince > CALM_MS) this.#ceiling = FIRST_CEILING_MS;
    const delay = this.#ceiling * (0.5 + this.#random() / 2);
    this.#ceiling = Math.min(CEILING_MS, this.#ceiling * 2);
    this.#calmSince = now + delay;
    return delay;
  }
}
