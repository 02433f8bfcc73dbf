const shortestMs = 50;
const longestMs = 15_000;
/** How much a new observation counts. */
const weight = 0.2;

/**
 * Learns how long a certificate authority takes to issue, so that the first look comes when the certificate is likely
 * there: each look too early is a call of the GetCertificate quota. Not knowing, it looks at once.
 */
export class IssuingTime {
  #learnedMs = 0;

  /**
   * Remembers that a certificate was there `tookMs` after the answer of IssueCertificate. `missed`: an earlier look had
   * not found it, so that this is about the time it took. Without one it may have lain there for long, while the look
   * waited for the quota or for a permission: it can only have been quicker than thought.
   */
  learn(tookMs: number, missed: boolean): void {
    const observedMs = Math.min(longestMs, missed ? tookMs : Math.min(tookMs, this.#learnedMs * 0.75));
    this.#learnedMs = this.#learnedMs === 0 ? observedMs : this.#learnedMs * (1 - weight) + observedMs * weight;
  }

  /** How long after IssueCertificate to look for the first time; 0: in the same pass. */
  get firstLookMs(): number {
    return this.#learnedMs < shortestMs ? 0 : this.#learnedMs * 0.9;
  }

  /** When to look again at a certificate that is not there `sinceMs` after it was begun: the later, the rarer. */
  nextLookMs(sinceMs: number): number {
    const untilLikelyMs = this.#learnedMs - sinceMs;
    return Math.ceil(Math.min(longestMs, Math.max(shortestMs, sinceMs / 4, untilLikelyMs)));
  }
}
