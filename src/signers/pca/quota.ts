import { AwsError } from '../../aws/errors.ts';
import type { Claim, Pacer } from '../../aws/pacing.ts';
import { type CallInTurn, type Held, inTurn, stillHeld, type TurnRules } from '../turns.ts';

export type { CallInTurn, Held };

/** Calls per second that the account's quotas allow; 0: do not pace. */
export interface PcaRates {
  readonly IssueCertificate: number;
  readonly GetCertificate: number;
  readonly DescribeCertificateAuthority: number;
}
export type PacedOperation = keyof PcaRates;

/** Of whom an operation's turns are asked for, and under whose quota. */
export interface QuotaOptions {
  /** Shared by all issuers. */
  readonly pacer: Pacer;
  readonly rates: PcaRates;
  /** The account whose quotas the calls use: the caller's, also where the CA is another account's. */
  readonly account: string;
  readonly region: string;
  /** Turns are shared out evenly among issuers. */
  readonly issuerKey: string;
}

/** What a person can do about a quota, by its name in Service Quotas: https://docs.aws.amazon.com/general/latest/gr/pca.html */
const remedies: Readonly<Record<PacedOperation, string>> = {
  IssueCertificate: 'To go faster, have AWS raise it (L-CAFB4993), then --pca-issue-rate.',
  GetCertificate: 'To go faster, have AWS raise it (L-1725E639), then --pca-get-rate.',
  DescribeCertificateAuthority: 'AWS does not raise it (L-46ADAC63); --pca-describe-rate must not exceed it.',
};

/** The quotas of AWS Private CA in one account and region, as one issuer uses them. */
export class PcaQuota {
  readonly #options: QuotaOptions;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  /** Does `work` when it is the turn of this call: see `inTurn`. */
  inTurn<T extends { readonly kind: string }>(
    operation: PacedOperation,
    ticket: string,
    work: (call: CallInTurn) => Promise<T>,
  ): Promise<T | Held> {
    return inTurn(this.#rulesOf(operation, ticket), work);
  }

  /** For who was told to wait: what `inTurn` would say, as long as the turn has not come. */
  stillHeld(operation: PacedOperation, ticket: string): Held | undefined {
    return stillHeld(this.#rulesOf(operation, ticket));
  }

  #rulesOf(operation: PacedOperation, ticket: string): TurnRules {
    return {
      pacer: this.#options.pacer,
      claim: this.#claim(operation, ticket),
      hold: (afterMs) => this.#hold(operation, afterMs),
      isThrottle: (error) => isThrottleOf(operation, error),
    };
  }

  #claim(operation: PacedOperation, ticket: string): Claim {
    const { rates, account, region, issuerKey } = this.#options;
    const scope = { service: 'acm-pca', account, region, operation };
    return { scope, ratePerSecond: rates[operation], claimant: issuerKey, ticket };
  }

  #hold(operation: PacedOperation, afterMs: number): Held {
    const { rates, account, region } = this.#options;
    const message =
      `It waits its turn: all issuers of account ${account} in ${region} together make at most ${rates[operation]} ` +
      `${operation} calls a second, within the AWS quota "Rate of ${operation} requests". ${remedies[operation]}`;
    return { kind: 'retry', code: 'Pacing', message, afterMs, outcomeUnknown: false };
  }
}

/** The call may also have failed on its way, where credentials were fetched: that says nothing of this quota. */
function isThrottleOf(operation: PacedOperation, error: unknown): boolean {
  return error instanceof AwsError && error.consequence === 'throttled' && error.operation === operation;
}
