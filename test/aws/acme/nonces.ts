import { randomBytes } from 'node:crypto';

const MOST_NONCES = 20_000;

/** Replay nonces (RFC 8555, section 6.5). */
export class Nonces {
  readonly #settings: { readonly badNonceShare: number };
  readonly #good = new Set<string>();
  #asked = 0;

  constructor(settings: { readonly badNonceShare: number }) {
    this.#settings = settings;
  }

  issue(): string {
    const nonce = randomBytes(16).toString('base64url');
    this.#good.add(nonce);
    const [oldest] = this.#good;
    if (this.#good.size > MOST_NONCES && oldest !== undefined) this.#good.delete(oldest);
    return nonce;
  }

  /** Whether the nonce is good, once; a configured share of good ones is refused all the same, evenly spread. */
  use(nonce: string): boolean {
    if (!this.#good.delete(nonce)) return false;
    const { badNonceShare } = this.#settings;
    const before = Math.floor(this.#asked * badNonceShare);
    this.#asked += 1;
    return Math.floor(this.#asked * badNonceShare) === before;
  }
}
