/** The error types of RFC 8555 section 6.7, without their prefix. */
export const acmeErrorCodes = [
  ...['accountDoesNotExist', 'alreadyRevoked', 'badCSR', 'badNonce', 'badPublicKey', 'badRevocationReason'],
  ...['badSignatureAlgorithm', 'caa', 'compound', 'connection', 'dns', 'externalAccountRequired'],
  ...['incorrectResponse', 'invalidContact', 'malformed', 'orderNotReady', 'rateLimited', 'rejectedIdentifier'],
  ...['serverInternal', 'tls', 'unauthorized', 'unsupportedContact', 'unsupportedIdentifier', 'userActionRequired'],
] as const;

/** `other`: a type of which RFC 8555 says nothing, or none at all. */
export type AcmeErrorCode = (typeof acmeErrorCodes)[number] | 'other';

/** One identifier of an order, a name of a certificate (RFC 8555 section 7.1.3). */
export interface AcmeIdentifier {
  /** `dns`, or what extensions add. */
  readonly type: string;
  /** In an order `*.example.com` for a wildcard; in its authorization without `*.`. */
  readonly value: string;
}

/** A problem document (RFC 7807), as answers and orders hold it. `detail` is fit for a condition. */
export interface ProblemDocument {
  readonly type: string;
  readonly code: AcmeErrorCode;
  readonly detail: string;
  readonly subproblems: readonly Subproblem[];
}

/** RFC 8555 section 6.7.1. */
export interface Subproblem {
  readonly type: string;
  readonly code: AcmeErrorCode;
  readonly detail: string;
  readonly identifier?: AcmeIdentifier;
}

/**
 * The server answered, and said no. Tell problems apart by `code` and `status`. An answer without a problem document, such as
 * that of a load balancer, is of type `about:blank`.
 */
export class AcmeProblem extends Error implements ProblemDocument {
  override readonly name = 'AcmeProblem';
  /** The verb that failed: `newOrder`. */
  readonly operation: string;
  /** Of the HTTP answer. */
  readonly status: number;
  readonly type: string;
  readonly code: AcmeErrorCode;
  readonly detail: string;
  readonly subproblems: readonly Subproblem[];
  /** How long the server asks to wait, at most a day. */
  readonly retryAfterMs?: number;
  /** True when it may have been carried out all the same: a failure of the server's in a call that changes something. */
  readonly outcomeUnknown: boolean;

  constructor(init: {
    readonly operation: string;
    readonly status: number;
    readonly problem: ProblemDocument;
    readonly outcomeUnknown: boolean;
    readonly retryAfterMs?: number | undefined;
  }) {
    super(`${init.operation}: ${init.problem.type}: ${init.problem.detail}`);
    const { type, code, detail, subproblems } = init.problem;
    this.operation = init.operation;
    this.status = init.status;
    this.type = type;
    this.code = code;
    this.detail = detail;
    this.subproblems = subproblems;
    this.outcomeUnknown = init.outcomeUnknown;
    if (init.retryAfterMs !== undefined) this.retryAfterMs = init.retryAfterMs;
  }
}

/**
 * The codes of our own.
 *
 * - `TIMEOUT`: the call's deadline passed. `ABORTED`: the caller's signal. `CLOSED`: the connections are closed.
 * - `STALE_CONNECTION`: a connection that lay idle was closed by the other side.
 * - `TOO_LARGE`, `REDIRECT`, `CONTENT_TYPE`, `NOT_JSON`, `INVALID_ANSWER` (a field is missing or of a value that RFC 8555 does
 *   not know), `NO_NONCE`, `NO_LOCATION`, `NOT_PEM`: what is wrong with the answer.
 * - `FOREIGN_DIRECTORY`: the directory's own URL is none, or nonces come from a server that must not be called.
 * - `FOREIGN_URL`: a URL that is none, or of a server that the directory does not name; it was not called.
 * - `NO_ACCOUNT`: the call needs an account, and the client has none yet.
 */
export type AcmeTransportCode =
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CLOSED'
  | 'STALE_CONNECTION'
  | 'TOO_LARGE'
  | 'REDIRECT'
  | 'CONTENT_TYPE'
  | 'NOT_JSON'
  | 'INVALID_ANSWER'
  | 'NO_NONCE'
  | 'NO_LOCATION'
  | 'NOT_PEM'
  | 'FOREIGN_URL'
  | 'FOREIGN_DIRECTORY'
  | 'NO_ACCOUNT';

/** No usable answer came. `code` is one of ours, or that of Node or OpenSSL (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …). */
export class AcmeTransportError extends Error {
  override readonly name = 'AcmeTransportError';
  readonly code: string;
  /** True when a call that changes something may have been carried out all the same. */
  readonly outcomeUnknown: boolean;

  constructor(code: string, message: string, outcomeUnknown: boolean, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.outcomeUnknown = outcomeUnknown;
  }
}
