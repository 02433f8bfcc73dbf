import { withoutSession } from './arn.ts';

/**
 * Whose fault an error is, and so what follows from it.
 * - `request`: this request can never succeed as it is
 * - `authority`: the certificate authority, or its ARN, cannot serve anybody now
 * - `denied`: this identity may not do this; IAM is eventually consistent
 * - `credentials`: AWS does not accept the credentials; others may come
 * - `throttled`: too many calls; `quota`: a limit that only an administrator can lift
 * - `transient`: the service or the network failed; the outcome may be unknown
 * - `inProgress`: not ready yet; `failed`: the service gave up on this certificate
 */
export type Consequence =
  'request' | 'authority' | 'denied' | 'credentials' | 'throttled' | 'quota' | 'transient' | 'inProgress' | 'failed';

/**
 * Every error code of the ACM PCA and STS models that our operations can meet, and the generic ones of AWS's common
 * errors pages (https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html).
 */
export const consequences: Readonly<Record<string, Consequence>> = {
  // ACM PCA: IssueCertificate, GetCertificate, DescribeCertificateAuthority
  MalformedCSRException: 'request',
  InvalidArgsException: 'request',
  ValidationException: 'request',
  InvalidArnException: 'authority',
  ResourceNotFoundException: 'authority',
  InvalidStateException: 'authority',
  LimitExceededException: 'quota',
  RequestInProgressException: 'inProgress',
  RequestFailedException: 'failed',
  ConcurrentModificationException: 'transient',
  // ACM PCA: operations that only an administrator calls
  CertificateMismatchException: 'request',
  InvalidNextTokenException: 'request',
  InvalidPolicyException: 'request',
  InvalidRequestException: 'request',
  InvalidTagException: 'request',
  LockoutPreventedException: 'request',
  MalformedCertificateException: 'request',
  PermissionAlreadyExistsException: 'request',
  RequestAlreadyProcessedException: 'request',
  TooManyTagsException: 'request',
  // STS
  ExpiredTokenException: 'credentials',
  ExpiredToken: 'credentials',
  ExpiredTradeInTokenException: 'credentials',
  IDPCommunicationErrorException: 'transient',
  IDPCommunicationError: 'transient',
  IDPRejectedClaimException: 'credentials',
  IDPRejectedClaim: 'credentials',
  InvalidAuthorizationMessageException: 'request',
  InvalidIdentityTokenException: 'credentials',
  InvalidIdentityToken: 'credentials',
  JWTPayloadSizeExceededException: 'request',
  MalformedPolicyDocumentException: 'denied',
  MalformedPolicyDocument: 'denied',
  OutboundWebIdentityFederationDisabledException: 'denied',
  PackedPolicyTooLargeException: 'denied',
  PackedPolicyTooLarge: 'denied',
  RegionDisabledException: 'authority',
  SessionDurationEscalationException: 'denied',
  // Common to all services
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  NotAuthorized: 'denied',
  OptInRequired: 'denied',
  UnauthorizedAccess: 'denied',
  IncompleteSignature: 'credentials',
  IncompleteSignatureException: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  MissingAuthenticationToken: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  RequestExpired: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  UnrecognizedClientException: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  ProviderError: 'credentials',
  RequestLimitExceeded: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  BandwidthLimitExceeded: 'throttled',
  SlowDown: 'throttled',
  InternalFailure: 'transient',
  InternalError: 'transient',
  InternalServerError: 'transient',
  InternalServerException: 'transient',
  ServiceUnavailable: 'transient',
  ServiceUnavailableException: 'transient',
  RequestTimeout: 'transient',
  RequestTimeoutException: 'transient',
  InvalidAction: 'authority',
  InvalidParameterCombination: 'request',
  InvalidParameterValue: 'request',
  InvalidQueryParameter: 'request',
  MalformedHttpRequestException: 'request',
  MalformedQueryString: 'request',
  MissingAction: 'request',
  MissingParameter: 'request',
  UnknownOperationException: 'authority',
  ValidationError: 'request',
  // No (complete) answer: names that the SDK and Node give
  TimeoutError: 'transient',
  AbortError: 'transient',
  ECONNREFUSED: 'transient',
  ECONNRESET: 'transient',
  EPIPE: 'transient',
  ETIMEDOUT: 'transient',
  EHOSTUNREACH: 'transient',
  ENETUNREACH: 'transient',
  ENOTFOUND: 'transient',
  EAI_AGAIN: 'transient',
};

/** An AWS call that failed, told by consequence. `detail` is fit for a condition: no request id, time or session name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly operation: string;
  readonly code: string;
  readonly consequence: Consequence;
  readonly detail: string;
  /** Whether the service said that it did not carry out the call. False: it may have. */
  readonly refused: boolean;

  constructor(
    operation: string,
    code: string,
    consequence: Consequence,
    detail: string,
    refused: boolean,
    cause: unknown,
  ) {
    super(`${operation}: ${code}: ${detail}`, { cause });
    this.operation = operation;
    this.code = code;
    this.consequence = consequence;
    this.detail = detail;
    this.refused = refused;
  }
}

/** Failures that happen before anything reaches the service. */
const neverSent: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

interface ErrorLike {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Types whatever an SDK call threw. A code that nobody knows is judged by its HTTP status. */
export function toAwsError(operation: string, thrown: unknown): AwsError {
  if (thrown instanceof AwsError) return thrown;
  const error: ErrorLike = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const status = error.$metadata?.httpStatusCode;
  const code = codeOf(error);
  const consequence = consequences[code] ?? byStatus(status);
  const refused = neverSent.has(code) || (status !== undefined && status >= 400 && status < 500);
  return new AwsError(operation, code, consequence, sanitize(error.message), refused, thrown);
}

function codeOf(error: ErrorLike): string {
  const names = [error.name, error.code].filter((name): name is string => typeof name === 'string');
  return names.find((name) => name in consequences) ?? names.find((name) => name !== 'Error') ?? 'UnknownError';
}

function byStatus(status: number | undefined): Consequence {
  if (status === 429) return 'throttled';
  return status === 401 || status === 403 ? 'denied' : 'transient';
}

/** Takes out what changes from try to try: a condition that changed each time would be written each time. */
function sanitize(message: unknown): string {
  const text = typeof message === 'string' && message !== '' ? message : 'no further explanation';
  return withoutSession(text)
    .replace(/[\s(,;]*\b(?:x-amzn?-)?request[\s-]?id:?\s*[\w-]+\)?/gi, '')
    .replace(/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '(address)')
    .replace(/\b\d{8}T\d{6}Z\b/g, '(time)')
    .replace(/\s+/g, ' ')
    .trim();
}
