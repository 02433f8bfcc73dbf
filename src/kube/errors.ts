/**
 * The API server answered, and said no. `code` is the HTTP status, `reason` the machine-readable one of the Status
 * object (`NotFound`, `AlreadyExists`, `Conflict`, `Expired`, `Forbidden`, `Invalid`, `TooManyRequests`, …); tell errors
 * apart by these, never by the message.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly reason: string;
  /** How long the server asks to wait (Retry-After header or details.retryAfterSeconds), milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The Status object's details.causes. */
  readonly causes: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];

  constructor(init: {
    code: number;
    reason: string;
    message: string;
    retryAfterMs?: number | undefined;
    causes?: ApiError['causes'];
  }) {
    super(init.message);
    this.code = init.code;
    this.reason = init.reason;
    this.retryAfterMs = init.retryAfterMs;
    this.causes = init.causes ?? [];
  }
}

/**
 * No (usable) answer came. `code` is that of Node or OpenSSL (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, …), or `TIMEOUT`,
 * `INVALID_ANSWER` (no JSON, or cut short), `CREDENTIALS` (they could not be read), `CLOSED` (our client is).
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;
/** A write met a newer object or another uid (409 Conflict), as opposed to 409 AlreadyExists. */
export const isConflict = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.reason !== 'AlreadyExists';
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === 'AlreadyExists';
export const isExpired = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 410 || error.reason === 'Expired' || error.reason === 'Gone');
export const isForbidden = (error: unknown): boolean => error instanceof ApiError && error.code === 403;
