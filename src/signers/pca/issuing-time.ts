const shortestMs = 50;
const longestMs = 15_000;

/**
 * Learns how long a certificate authority takes to issue, so that the first look comes when the certificate is likely
 * there: each look too early is a call of the GetCertificate quota. Not knowing, it looks at once.
 */
export class IssuingTime {
  #learnedMs = 0;

  /** Remembers how long a certificate took from the answer of IssueCertificate until it was there. */
  learn(tookMs: number): void {
    this.#learnedMs = this.#learnedMs === 0 ? tookMs : this.#learnedMs * 0.8 + tookMs * 0.2;
  }

  /** How long after IssueCertificate to look for the first time; 0: in the same pass. */
  get firstLookMs(): number {
    // A little early, or what is learned could only ever grow: nobody sees how long a certificate lay there already.
    return this.#learnedMs < shortestMs ? 0 : Math.min(longestMs, this.#learnedMs * 0.9);
  }

  /** When to look again at a certificate that is not there `sinceMs` after it was begun: the later, the rarer. */
  nextLookMs(sinceMs: number): number {
    const untilLikely = this.#learnedMs - sinceMs;
    const step = Math.max(shortestMs, Math.min(longestMs, sinceMs / 4));
    return untilLikely > step ? untilLikely : step;
  }
}
