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
  AuthFailure: 'credentials',
  RequestExpired: 'credentials',
  RequestInTheFuture: 'credentials',
  RequestTimeTooSkewed: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  UnrecognizedClientException: 'credentials',
  EC2ThrottledException: 'throttled',
  PriorRequestNotComplete: 'throttled',
  ProvisionedThroughputExceededException: 'throttled',
  RequestLimitExceeded: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  TransactionInProgressException: 'throttled',
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
  // The SDK's: flags or variables that exclude each other
  EndpointError: 'authority',
  // The SDK's: the source of the credentials gave none. An agent or a metadata service may answer the next time.
  CredentialsProviderError: 'transient',
  TokenProviderError: 'transient',
  ProviderError: 'transient',
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
  // The proxy let nothing through
  ERR_PROXY_TUNNEL: 'transient',
};
