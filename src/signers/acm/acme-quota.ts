import { AcmeProblem } from '../../acme/errors.ts';
import type { Pacer } from '../../aws/pacing.ts';
import { type CallInTurn, type Held, inTurn, stillHeld, type TurnRules } from '../turns.ts';

/** Calls per second; 0: do not pace. GetOrder stands for all that only reads. */
export interface AcmeRates {
  readonly NewOrder: number;
  readonly FinalizeOrder: number;
  readonly GetOrder: number;
}
export type AcmeOperation = keyof AcmeRates;

/** The quotas of an account and region at ACM: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
export const acmRates: AcmeRates = { NewOrder: 20, FinalizeOrder: 1, GetOrder: 25 };
/** Other servers tell their limits by refusing: so much is fair to any, and less once it refuses. */
export const directoryRates: AcmeRates = { NewOrder: 5, FinalizeOrder: 5, GetOrder: 25 };

export interface AcmeQuotaOptions {
  /** Shared by all issuers. */
  readonly pacer: Pacer;
  readonly rates: AcmeRates;
  /** At ACM the AWS account of the endpoint; elsewhere the host of the directory. */
  readonly account: string;
  /** At ACM; elsewhere empty. */
  readonly region: string;
  /** Turns are shared out evenly among issuers. */
  readonly issuerKey: string;
}

/** The verbs of the client by the operation that they count as. */
const verbs: Readonly<Record<AcmeOperation, string>> = {
  NewOrder: 'newOrder',
  FinalizeOrder: 'finalize',
  GetOrder: 'getOrder',
};

/** The quotas under which one issuer orders. */
export class AcmeQuota {
  readonly #options: AcmeQuotaOptions;

  constructor(options: AcmeQuotaOptions) {
    this.#options = options;
  }

  /** Does `work` when it is the turn of this call: see `inTurn`. */
  inTurn<T extends { readonly kind: string }>(
    operation: AcmeOperation,
    ticket: string,
    work: (call: CallInTurn) => Promise<T>,
  ): Promise<T | Held> {
    return inTurn(this.#rulesOf(operation, ticket), work);
  }

  /** For who was told to wait: what `inTurn` would say, as long as the turn has not come. */
  stillHeld(operation: AcmeOperation, ticket: string): Held | undefined {
    return stillHeld(this.#rulesOf(operation, ticket));
  }

  #rulesOf(operation: AcmeOperation, ticket: string): TurnRules {
    const { pacer, rates, account, region, issuerKey } = this.#options;
    const scope = { service: region === '' ? 'acme' : 'acm-acme', account, region, operation };
    return {
      pacer,
      claim: { scope, ratePerSecond: rates[operation], claimant: issuerKey, ticket },
      hold: (afterMs) => this.#hold(operation, afterMs),
      isThrottle: (error) => error instanceof AcmeProblem && error.operation === verbs[operation] && isThrottled(error),
    };
  }

  #hold(operation: AcmeOperation, afterMs: number): Held {
    const { rates, account, region } = this.#options;
    const who = region === '' ? `the server ${account}` : `account ${account} in ${region}`;
    const message = `It waits its turn: all issuers of ${who} together make at most ${rates[operation]} ${operation} calls a second.`;
    return { kind: 'retry', code: 'Pacing', message, afterMs, outcomeUnknown: false };
  }
}

/** Limits on how fast calls come are over sooner. */
const longestThrottleMs = 60_000;

/**
 * Too many calls: RFC 8555 section 6.6, or the same said without a problem document. Servers say `rateLimited` too of how
 * many certificates a domain may have in hours or days: whoever met that waits, and nobody calls more slowly for it.
 */
function isThrottled({ code, status, retryAfterMs = 0 }: AcmeProblem): boolean {
  if (code === 'rateLimited') return retryAfterMs <= longestThrottleMs;
  return status === 429;
}
