/** How far a throttle pushes the flow down at most, and how fast it climbs back. */
const floor = 1 / 16;
const recoveryPerSecond = 0.05;

/**
 * The tokens that a rate has brought forth since the beginning. After a throttle they come more slowly, and faster again
 * second by second. Times are monotonic milliseconds.
 */
export class TokenFlow {
  readonly #ratePerSecond: number;
  /** Fraction of the rate that flows: 1 unless the service throttled us all the same. */
  #fraction = 1;
  #minted = 0;
  #at: number;
  #slowedAt = -Infinity;

  constructor(ratePerSecond: number, now: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#at = now;
  }

  /** How much of the rate flowed at the last `minted`. */
  get fraction(): number {
    return this.#fraction;
  }

  /** All tokens up to `now`. */
  minted(now: number): number {
    const seconds = (now - this.#at) / 1000;
    const climbing = Math.min(seconds, this.#secondsToFull);
    const climbed = this.#fraction * climbing + (recoveryPerSecond * climbing ** 2) / 2;
    this.#minted += this.#ratePerSecond * (climbed + seconds - climbing);
    this.#fraction = Math.min(1, this.#fraction + recoveryPerSecond * climbing);
    this.#at = now;
    return this.#minted;
  }

  /** Halves the flow, but only once a second: a burst that is throttled is one sign, not many. True if it did. */
  slowDown(now: number): boolean {
    if (now - this.#slowedAt < 1000) return false;
    this.minted(now);
    this.#fraction = Math.max(floor, this.#fraction / 2);
    this.#slowedAt = now;
    return true;
  }

  /** Milliseconds from the last `minted` until so many more tokens have come, if nothing slows them down. */
  msUntil(tokens: number): number {
    const full = this.#secondsToFull;
    const seconds = tokens / this.#ratePerSecond;
    const whileClimbing = this.#fraction * full + (recoveryPerSecond * full ** 2) / 2;
    if (seconds >= whileClimbing) return (full + seconds - whileClimbing) * 1000;
    const root = Math.sqrt(this.#fraction ** 2 + 2 * recoveryPerSecond * seconds);
    return ((root - this.#fraction) / recoveryPerSecond) * 1000;
  }

  get #secondsToFull(): number {
    return (1 - this.#fraction) / recoveryPerSecond;
  }
}
