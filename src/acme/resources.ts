import type { AcmeIdentifier, ProblemDocument } from './errors.ts';

/** RFC 8555 section 7.1.1. */
export interface AcmeDirectory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly revokeCert: string;
  readonly meta: {
    readonly termsOfService?: string;
    readonly externalAccountRequired: boolean;
  };
}

export const accountStatuses = ['valid', 'deactivated', 'revoked'] as const;

/** RFC 8555 section 7.1.2. */
export interface AcmeAccount {
  readonly status: (typeof accountStatuses)[number];
  readonly contact: readonly string[];
}

export const orderStatuses = ['pending', 'ready', 'processing', 'valid', 'invalid'] as const;
export type OrderStatus = (typeof orderStatuses)[number];

/** RFC 8555 section 7.1.3. */
export interface AcmeOrder {
  readonly status: OrderStatus;
  readonly identifiers: readonly AcmeIdentifier[];
  /** URLs. */
  readonly authorizations: readonly string[];
  /** Where the CSR is sent. */
  readonly finalize: string;
  /** Where the certificate is, once the order is valid. */
  readonly certificate?: string;
  /** Why it is invalid. */
  readonly error?: ProblemDocument;
  /** RFC 3339, as the server wrote it. */
  readonly expires?: string;
  /** How long the server asks to wait before looking again, at most a day. */
  readonly retryAfterMs?: number;
}

export const authorizationStatuses = ['pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked'] as const;

/** RFC 8555 section 7.1.4. */
export interface AcmeAuthorization {
  readonly status: (typeof authorizationStatuses)[number];
  /** Without `*.`, for a wildcard too. */
  readonly identifier: AcmeIdentifier;
  readonly wildcard: boolean;
  readonly challenges: readonly AcmeChallenge[];
  readonly expires?: string;
  readonly retryAfterMs?: number;
}

export const challengeStatuses = ['pending', 'processing', 'valid', 'invalid'] as const;

/** RFC 8555 section 7.1.5. */
export interface AcmeChallenge {
  /** `dns-01`, `http-01`, … */
  readonly type: string;
  readonly url: string;
  readonly status: (typeof challengeStatuses)[number];
  /** Not for logs. */
  readonly token?: string;
  readonly error?: ProblemDocument;
  readonly retryAfterMs?: number;
}
