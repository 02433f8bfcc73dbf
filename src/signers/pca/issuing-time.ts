/** A CA that is faster than this is looked at in the pass that issued. */
const atOnceMs = 20;
const shortestMs = 25;
const longestMs = 15_000;
/** Each look that finds the certificate makes the next first one so much earlier; faster when none was too early for long. */
const step = 0.01;
const longStep = 0.05;
const longRow = 20;
/** What one certificate can add: one that takes very long must not keep all others waiting. */
const largestRise = 1.5;

/**
 * Learns how long a certificate authority takes to issue, so that the first look comes when the certificate is likely
 * there: each look too early is a call of the GetCertificate quota. It settles where about one look in ten is too early:
 * a look that finds the certificate lowers it a little, one that does not raises it to where the certificate was found.
 * Not knowing, it looks at once.
 */
export class IssuingTime {
  #learnedMs = 0;
  /** Looks in a row that found the certificate at once. */
  #row = 0;

  /**
   * Remembers that a certificate was there `tookMs` after the answer of IssueCertificate. `missed`: an earlier look had
   * not found it, so that this is about the time it took. Without one it may have lain there for long, while the look
   * waited for the quota or for a permission: it can only have been quicker than thought.
   */
  learn(tookMs: number, missed: boolean): void {
    if (!missed) {
      this.#row += 1;
      this.#learnedMs = Math.min(tookMs, this.#learnedMs * (1 - (this.#row > longRow ? longStep : step)));
      return;
    }
    this.#row = 0;
    const most = this.#learnedMs === 0 ? longestMs : Math.max(shortestMs, this.#learnedMs * largestRise);
    this.#learnedMs = Math.max(this.#learnedMs, Math.min(tookMs, most, longestMs));
  }

  /** How long after IssueCertificate to look for the first time; 0: in the same pass. */
  get firstLookMs(): number {
    return this.#learnedMs < atOnceMs ? 0 : this.#learnedMs;
  }

  /**
   * When to look again at a certificate that is not there `sinceMs` after it was begun: soon after the first of its
   * `misses`, as it is likely just late; then the later, the rarer.
   */
  nextLookMs(sinceMs: number, misses: number): number {
    const untilLikelyMs = this.#learnedMs - sinceMs;
    const pauseMs = misses === 1 ? Math.max(shortestMs, sinceMs / 10) : Math.max(2 * shortestMs, sinceMs / 4);
    return Math.ceil(Math.min(longestMs, Math.max(pauseMs, untilLikelyMs)));
  }
}
