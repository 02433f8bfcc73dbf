import type { AwsApi } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { Setback } from '../signer.ts';
import { findProblem } from './check-authority.ts';
import { isBeforeTheCall, toSetback } from './setbacks.ts';

/** How long a successful description of the authority answers for it while errors are judged. */
const freshMs = 10_000;

/**
 * Finds out whose fault an error is. A denial, or something that is not found, can be meant for the authority or for
 * what else the call names: it is the latter if this identity can describe the authority, and that can issue.
 */
export class AuthorityProbe {
  readonly #api: AwsApi;
  readonly #arn: string;
  readonly #clock: Clock;
  #passedAt = -Infinity;
  #running: Promise<Setback | undefined> | undefined;

  constructor(api: AwsApi, arn: string, clock: Clock) {
    this.#api = api;
    this.#arn = arn;
    this.#clock = clock;
  }

  /** What follows from an error by itself; undefined when it is not the issuer's after all. */
  async judge(error: AwsError): Promise<Setback | undefined> {
    const isAmbiguous =
      !isBeforeTheCall(error) &&
      (error.consequence === 'denied' || (error.consequence === 'authority' && error.code !== 'InvalidStateException'));
    if (!isAmbiguous) return toSetback(error);
    if (this.#clock.monotonic() - this.#passedAt < freshMs) return undefined;
    // Many requests may meet the same denial at once; one description answers for all.
    this.#running ??= this.#probe().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #probe(): Promise<Setback | undefined> {
    try {
      const authority = await this.#api.describeCertificateAuthority(this.#arn);
      const problem = findProblem(authority, this.#clock.now());
      if (problem) return { kind: 'issuerFault', credentialsRefused: false, ...problem };
      this.#passedAt = this.#clock.monotonic();
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return toIssuerSetback(toSetback(error));
    }
  }
}

/** Of a call that names nothing but the authority, and changes nothing. */
function toIssuerSetback(setback: Setback): Setback {
  const { code, message } = setback;
  if (setback.kind === 'rejected') return { kind: 'issuerFault', credentialsRefused: false, code, message };
  return setback.kind === 'retry' ? { ...setback, outcomeUnknown: false } : setback;
}
