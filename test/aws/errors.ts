/** An answer in a service's own error format. `code` is what SDK clients show as the error's name. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Headers of the answer, and further members of its body beside the message. */
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    status = statusOf(code),
    { headers = {}, members = {} }: ErrorExtras = {},
  ) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = status;
    this.headers = headers;
    this.members = members;
  }
}

export interface ErrorExtras {
  readonly headers?: Readonly<Record<string, string>>;
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Statuses of AWS's common errors; everything else is the caller's fault: 400. */
const STATUS: Readonly<Record<string, number>> = {
  InternalFailure: 500,
  InternalServerException: 500,
  InternalError: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  InternalServerError: 500,
  RequestTimeout: 408,
  RequestTimeoutException: 408,
  RequestEntityTooLargeException: 413,
  SlowDown: 503,
  UnknownOperationException: 404,
  AccessDenied: 403,
  NotAuthorized: 401,
  OptInRequired: 403,
  IncompleteSignature: 403,
  MalformedQueryString: 404,
  RegionDisabledException: 403,
  InvalidClientTokenId: 403,
  SignatureDoesNotMatch: 403,
  MissingAuthenticationToken: 403,
  ExpiredToken: 403,
  IDPRejectedClaim: 403,
  // ACME's problem types (RFC 8555, section 6.7) by the statuses that servers give them.
  rateLimited: 429,
  serverInternal: 500,
  unauthorized: 403,
  externalAccountRequired: 403,
  orderNotReady: 403,
  userActionRequired: 403,
};

export function statusOf(code: string): number {
  return STATUS[code] ?? 400;
}
