import type { AcmeClient } from '../../acme/acme-client.ts';
import { AcmeProblem, AcmeTransportError } from '../../acme/errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { Setback } from '../signer.ts';
import { toSetback } from './explain-problem.ts';
import type { AcmSignerSettings } from './settings.ts';

/** How long an answer counts: many requests may be refused at once. */
const freshMs = 10_000;

/**
 * Tells whether a denial is about the account. RFC 8555 has one type, unauthorized, for an account that was revoked, for
 * an order of somebody else's, and, at ACM, for a role that may not issue.
 */
export class AccountProbe {
  readonly #provider: AcmSignerSettings['provider'];
  readonly #client: AcmeClient;
  readonly #clock: Clock;
  #asked: { readonly atMs: number; readonly answer: Promise<Setback | undefined> } | undefined;

  constructor({ provider, client }: Pick<AcmSignerSettings, 'provider' | 'client'>, clock: Clock) {
    this.#provider = provider;
    this.#client = client;
    this.#clock = clock;
  }

  /** Undefined when the account is valid, so that it is not to blame. */
  findFault(): Promise<Setback | undefined> {
    const now = this.#clock.monotonic();
    if (this.#asked && now - this.#asked.atMs < freshMs) return this.#asked.answer;
    this.#asked = { atMs: now, answer: this.#ask() };
    return this.#asked.answer;
  }

  async #ask(): Promise<Setback | undefined> {
    try {
      const { status } = await this.#client.getAccount();
      return status === 'valid' ? undefined : accountFault(`is ${status}`);
    } catch (error) {
      if (error instanceof AcmeTransportError) return toSetback(this.#provider, error);
      if (!(error instanceof AcmeProblem)) throw error;
      const setback = toSetback(this.#provider, error);
      return setback.kind === 'retry' ? setback : accountFault(`cannot be used (${error.code}: ${error.detail})`);
    }
  }
}

const accountFault = (what: string): Setback => ({
  kind: 'issuerFault',
  code: 'AccountNotValid',
  message: `The ACME account of the issuer ${what}. See the issuer's status.`,
  credentialsRefused: false,
});
