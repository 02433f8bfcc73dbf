import type { Clock } from '../system/clock.ts';

const mostKept = 64;
/** Servers forget; a nonce that they have forgotten costs a request. */
const longestKeptMs = 120_000;

/** What a nonce consists of (RFC 8555 section 6.5.1); whatever else a server sends is ignored. */
const wellFormed = /^[A-Za-z0-9_-]{1,1024}$/;

/** The nonces that answers brought, for the requests that come next. The latest is given first: it is the least likely forgotten. */
export class NoncePool {
  readonly #clock: Clock;
  #kept: { readonly nonce: string; readonly sinceMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  put(nonce: string): void {
    this.#kept.push({ nonce, sinceMs: this.#clock.monotonic() });
    if (this.#kept.length > mostKept) this.#kept.shift();
  }

  take(): string | undefined {
    const latest = this.#kept.pop();
    if (latest && this.#clock.monotonic() - latest.sinceMs <= longestKeptMs) return latest.nonce;
    this.#kept = [];
    return undefined;
  }
}

/** The nonce of an answer's Replay-Nonce. */
export function readNonce(headers: Readonly<Record<string, string | undefined>>): string | undefined {
  const nonce = headers['replay-nonce']?.trim() ?? '';
  return wellFormed.test(nonce) ? nonce : undefined;
}
