import type { CertificateAuthority, PcaApi } from '../../aws/clients.ts';
import { errorRow } from '../../aws/consequences.ts';
import { AwsError, isBeforeTheCall } from '../../aws/errors.ts';
import type { Clock } from '../../system/clock.ts';
import type { Setback } from '../signer.ts';
import { findProblem } from './check-authority.ts';
import type { CallInTurn, PcaQuota } from './quota.ts';
import { toSetback } from './setbacks.ts';

/** How long a successful description of the authority answers for it while errors are judged. */
const freshMs = 10_000;

export interface AuthorityProbeOptions {
  readonly api: PcaApi;
  /** As it was described last. */
  readonly authority: CertificateAuthority;
  readonly clock: Clock;
  readonly quota: PcaQuota;
}

/** Knows the authority as it was described last, and describes it again where that decides something. */
export class AuthorityProbe {
  readonly #options: AuthorityProbeOptions;
  #authority: CertificateAuthority;
  /** Monotonic: when it was found able to issue. */
  #passedAt = -Infinity;
  #running: Promise<Setback | undefined> | undefined;

  constructor(options: AuthorityProbeOptions) {
    this.#options = options;
    this.#authority = options.authority;
  }

  get authority(): CertificateAuthority {
    return this.#authority;
  }

  /**
   * Finds out whose fault an error is. A denial, or something that is not found, can be meant for the authority or for
   * what else the call names: it is the latter if this identity can describe the authority, and that can issue.
   * Returns what follows from the error by itself; undefined when it is not the issuer's after all.
   */
  async judge(error: AwsError): Promise<Setback | undefined> {
    const isSuspect = error.consequence === 'denied' || error.consequence === 'authority';
    const isAmbiguous = isSuspect && !isBeforeTheCall(error) && !errorRow(error.code)?.isConclusive;
    return isAmbiguous ? this.refresh(freshMs) : toSetback(error);
  }

  /** What keeps the authority from issuing, if anything, by a description that is no older than `maxAgeMs`. */
  async refresh(maxAgeMs: number): Promise<Setback | undefined> {
    if (this.#options.clock.monotonic() - this.#passedAt < maxAgeMs) return this.findFault();
    // Many requests may ask at once; one description answers for all.
    this.#running ??= this.#probe().finally(() => (this.#running = undefined));
    return this.#running;
  }

  /** What keeps the authority from issuing, as far as it is known. */
  findFault(authority = this.#authority): Setback | undefined {
    const problem = findProblem(authority, this.#options.clock.now());
    return problem && { kind: 'issuerFault', credentialsRefused: false, ...problem };
  }

  async #probe(): Promise<Setback | undefined> {
    const describe = (call: CallInTurn) => this.#describe(call);
    const judged = await this.#options.quota.inTurn('DescribeCertificateAuthority', 'probe', describe);
    return judged.kind === 'passed' ? undefined : judged;
  }

  async #describe(call: CallInTurn): Promise<Setback | { readonly kind: 'passed' }> {
    const { api, clock } = this.#options;
    try {
      const described = await call(() => api.describeCertificateAuthority(this.#authority.arn));
      const fault = this.findFault(described);
      if (fault) return fault;
      this.#authority = described;
      this.#passedAt = clock.monotonic();
      return { kind: 'passed' };
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
