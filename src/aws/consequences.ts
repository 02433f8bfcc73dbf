import { unmetCodes } from './unmet-codes.ts';

/**
 * Whose fault an error is, and so what follows from it.
 * - `request`: this request can never succeed as it is
 * - `authority`: the certificate authority or ACME endpoint, or what the issuer says of it, cannot serve anybody now
 * - `denied`: this identity may not do this; IAM is eventually consistent
 * - `credentials`: AWS does not accept the credentials; others may come
 * - `throttled`: too many calls; `quota`: a limit that only an administrator can lift
 * - `transient`: the service or the network failed; the outcome may be unknown
 * - `inProgress`: not ready yet; `failed`: the service gave up on this certificate
 */
export type Consequence =
  'request' | 'authority' | 'denied' | 'credentials' | 'throttled' | 'quota' | 'transient' | 'inProgress' | 'failed';

/**
 * Where a code comes from, and so which of our calls can meet it.
 * - `pca`: in the model of ACM PCA, for operations that an issuer calls
 * - `acm`: in the model of ACM, for its ACME endpoints and their tags
 * - `route53`: in the model of Route 53, for operations that an issuer calls
 * - `common`: any AWS service may answer it, to any call
 * - `sts`: in the model of STS: met while a role is assumed
 * - `token`: of our own, where a ServiceAccount's token is requested to assume a role with: see CredentialRequestError
 * - `source`: the SDK found no credentials to make the call with
 * - `settings`: of our own: settings of the controller exclude each other
 * - `pace`: of our own: the turn of a call has not come
 * - `network`: no answer, or none that can be read
 * - `unmet`: in a model, but only for operations that an issuer never calls
 */
export type ErrorOrigin =
  'pca' | 'acm' | 'route53' | 'common' | 'sts' | 'token' | 'source' | 'settings' | 'pace' | 'network' | 'unmet';

export interface ErrorRow {
  readonly origin: ErrorOrigin;
  readonly consequence: Consequence;
  /** Operations to which the code means something else. */
  readonly at?: Readonly<Record<string, Consequence>>;
  /** What it means after all when the CA turns out to be able to issue; default: what it seems, for one template only. */
  readonly ifAuthorityIsFine?: Consequence;
  /** It can mean nothing but the CA's own state: nobody has to ask for that first. */
  readonly isConclusive?: true;
  /** The call did not leave this process, or was turned away before anybody read it. */
  readonly neverSent?: true;
  /** What a person does about this code in particular, a sentence. */
  readonly remedy?: string;
}

type Rest = Omit<ErrorRow, 'origin' | 'consequence'>;
const rows = (
  origin: ErrorOrigin,
  consequence: Consequence,
  codes: readonly string[],
  rest: Rest = {},
): Record<string, ErrorRow> => Object.fromEntries(codes.map((code) => [code, { origin, consequence, ...rest }]));

/**
 * Bad parameters are the requester's where the requester chose some of them: at IssueCertificate. Every other call names
 * only what the issuer says, or what AWS gave us itself.
 */
const ofRequester: Rest = { at: { IssueCertificate: 'request' } };

const checkClock: Rest = {
  remedy: 'Check that the clock of the node is right (AWS allows five minutes), and the secret key.',
};
const checkEndpoint: Rest = {
  remedy:
    'Whatever answers does not speak as AWS does: check proxies, VPC endpoints and AWS_ENDPOINT_URL of the controller.',
};
const checkTrust: Rest = {
  neverSent: true,
  remedy:
    'The TLS certificate of the endpoint is not trusted: check proxies and NODE_EXTRA_CA_CERTS of the controller, and the clock of the node.',
};
const checkRoute: Rest = {
  neverSent: true,
  remedy: "Check the cluster's route to AWS: NAT, VPC endpoints, security groups and network policies.",
};
const checkName: Rest = {
  neverSent: true,
  remedy: 'Check the region in spec.arn and the DNS of the cluster.',
};
const checkSource: Rest = {
  neverSent: true,
  remedy:
    "Give the controller's ServiceAccount a role (EKS Pod Identity or IRSA), or name a Secret with an access key in spec.secretRef or a ServiceAccount in spec.serviceAccountRef.",
};
const checkProvider: Rest = {
  remedy:
    "The account of the role needs an IAM OIDC identity provider for the issuer of this cluster's tokens, with their audience.",
};
const checkProxy: Rest = {
  neverSent: true,
  remedy: 'Check HTTPS_PROXY and NO_PROXY of the controller, and what the proxy lets through.',
};

/**
 * Every error code of the ACM PCA, ACM, Route 53 and STS models, the generic ones of AWS's common errors pages
 * (https://docs.aws.amazon.com/privateca/latest/APIReference/CommonErrors.html,
 * https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html), those by which the AWS SDKs tell throttles and
 * clocks that are wrong, and what the SDK and Node say when there is no answer. docs/errors.md is made from it.
 */
export const errorTable: Readonly<Record<string, ErrorRow>> = {
  ...rows('pca', 'authority', ['MalformedCSRException', 'InvalidArgsException', 'ValidationException'], ofRequester),
  // The CA, or else the template that IssueCertificate names.
  ...rows('pca', 'authority', ['InvalidArnException'], { ifAuthorityIsFine: 'request' }),
  // A share that is new becomes visible to one operation after the other.
  ...rows('pca', 'authority', ['ResourceNotFoundException']),
  ...rows('pca', 'authority', ['InvalidStateException'], { isConclusive: true }),
  ...rows('pca', 'quota', ['LimitExceededException']),
  ...rows('pca', 'inProgress', ['RequestInProgressException']),
  ...rows('pca', 'failed', ['RequestFailedException']),
  ...rows('pca', 'transient', ['ConcurrentModificationException']),

  // It is in no state for that, or there is one already: what there is decides, once it was looked at anew.
  ...rows('acm', 'inProgress', ['ConflictException'], {
    remedy: 'Nothing, unless it lasts: then see what else changes the ACME endpoint or domain validation.',
  }),
  ...rows('acm', 'quota', ['ServiceQuotaExceededException'], {
    remedy:
      'Raise the quota of ACM in Service Quotas, or delete what is no longer needed: by default an account and region has 50 ACME endpoints, and each of them 1500 domain validations and 1000 external account bindings.',
  }),
  ...rows('acm', 'authority', ['InvalidTagException', 'TagPolicyException', 'TooManyTagsException'], {
    remedy: 'Correct the tags of the issuer, or the tag policy of the organization.',
  }),

  ...rows('route53', 'authority', ['InvalidChangeBatch'], {
    remedy:
      'Take away what stands at the name and is no such record, or set hostedZoneID to the public zone that holds the domain: the message says which it is.',
  }),
  ...rows('route53', 'authority', ['InvalidDomainName', 'InvalidInput'], {
    remedy: "Correct the domain's name and hostedZoneID in the issuer.",
  }),
  ...rows('route53', 'authority', ['NoSuchHostedZone'], {
    remedy:
      'Correct or remove hostedZoneID in the issuer: there is no such zone (any more). Without it the zone is looked for.',
  }),
  ...rows('route53', 'transient', ['NoSuchChange']),

  ...rows(
    'common',
    'authority',
    ['InvalidParameterCombination', 'InvalidParameterValue', 'RequestEntityTooLargeException', 'ValidationError'],
    ofRequester,
  ),
  ...rows('common', 'denied', [
    'AccessDenied',
    'AccessDeniedException',
    'NotAuthorized',
    'OptInRequired',
    'UnauthorizedAccess',
  ]),
  ...rows('common', 'credentials', [
    'ExpiredToken',
    'ExpiredTokenException',
    'IncompleteSignature',
    'IncompleteSignatureException',
    'InvalidClientTokenId',
    'MissingAuthenticationToken',
    'MissingAuthenticationTokenException',
    'UnrecognizedClientException',
  ]),
  ...rows(
    'common',
    'credentials',
    [
      'AuthFailure',
      'InvalidSignatureException',
      'RequestExpired',
      'RequestInTheFuture',
      'RequestTimeTooSkewed',
      'SignatureDoesNotMatch',
    ],
    checkClock,
  ),
  ...rows('common', 'throttled', [
    'BandwidthLimitExceeded',
    'EC2ThrottledException',
    'PriorRequestNotComplete',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'RequestThrottled',
    'RequestThrottledException',
    'SlowDown',
    'ThrottledException',
    'Throttling',
    'ThrottlingException',
    'TooManyRequestsException',
    'TransactionInProgressException',
  ]),
  ...rows('common', 'transient', [
    'InternalError',
    'InternalFailure',
    'InternalServerError',
    'InternalServerException',
    'RequestAbortedException',
    'RequestTimeout',
    'RequestTimeoutException',
    'ServiceUnavailable',
    'ServiceUnavailableException',
  ]),
  // Nothing that a requester could say makes a call like this: something on the way changed it, or answers in AWS's place.
  ...rows(
    'common',
    'transient',
    [
      'InvalidAction',
      'InvalidQueryParameter',
      'MalformedHttpRequestException',
      'MalformedQueryString',
      'MissingAction',
      'MissingParameter',
      'SerializationException',
      'UnknownOperationException',
    ],
    checkEndpoint,
  ),

  ...rows(
    'sts',
    'credentials',
    ['IDPRejectedClaim', 'IDPRejectedClaimException', 'InvalidIdentityToken', 'InvalidIdentityTokenException'],
    checkProvider,
  ),
  ...rows('sts', 'transient', ['IDPCommunicationError', 'IDPCommunicationErrorException']),
  ...rows('sts', 'denied', [
    'MalformedPolicyDocument',
    'MalformedPolicyDocumentException',
    'PackedPolicyTooLarge',
    'PackedPolicyTooLargeException',
  ]),
  ...rows('sts', 'authority', ['RegionDisabledException'], {
    isConclusive: true,
    remedy: 'Activate STS for the region in the account settings of IAM.',
  }),

  ...rows('token', 'credentials', ['ServiceAccountNotFound'], {
    remedy: 'Create the ServiceAccount that spec.serviceAccountRef names.',
  }),
  ...rows('token', 'credentials', ['TokenRequestForbidden'], {
    remedy: 'Let the controller create tokens of the ServiceAccount: the message has the RBAC rule.',
  }),
  ...rows('token', 'credentials', ['TokenRequestRefused'], {
    remedy: 'Correct spec.serviceAccountRef.audiences.',
  }),
  ...rows('token', 'transient', ['TokenRequestFailed']),

  // An agent or a metadata service may answer the next time.
  ...rows('source', 'transient', ['CredentialsProviderError', 'ProviderError', 'TokenProviderError'], checkSource),

  ...rows('settings', 'authority', ['EndpointError'], {
    isConclusive: true,
    neverSent: true,
    remedy:
      'A custom endpoint (AWS_ENDPOINT_URL) goes together with neither --use-fips-endpoint nor --use-dualstack-endpoint: leave one out.',
  }),

  ...rows('settings', 'authority', ['NoFipsEndpoint'], {
    isConclusive: true,
    neverSent: true,
    remedy:
      'ACM has no FIPS endpoints for its ACME operations: leave out --use-fips-endpoint (or AWS_USE_FIPS_ENDPOINT) of the controller, or do without spec.acm.',
  }),
  ...rows('settings', 'authority', ['NoAcmeInPartition'], {
    isConclusive: true,
    neverSent: true,
    remedy:
      'ACM has ACME endpoints in the partitions aws and aws-us-gov alone: name a region of those, or another service by spec.acm.endpoint.directoryURL.',
  }),

  ...rows('pace', 'throttled', ['Pacing'], {
    neverSent: true,
    remedy: 'Nothing: it passes. To go faster, have AWS raise the quota, then the flag.',
  }),

  ...rows('network', 'transient', ['AbortError', 'ECONNABORTED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'TimeoutError']),
  ...rows('network', 'transient', ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'], checkRoute),
  ...rows('network', 'transient', ['EAI_AGAIN', 'ENOTFOUND'], checkName),
  ...rows('network', 'transient', ['ERR_PROXY_TUNNEL'], checkProxy),
  ...rows(
    'network',
    'transient',
    [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    checkTrust,
  ),
  // An answer that is no JSON, or lacks the one field that the call was made for.
  ...rows('network', 'transient', ['IncompleteAnswer', 'SyntaxError'], checkEndpoint),

  ...rows('unmet', 'transient', unmetCodes),
};

/** The row of a code, if there is one. */
export const errorRow = (code: string): ErrorRow | undefined =>
  Object.hasOwn(errorTable, code) ? errorTable[code] : undefined;

/** What a code means as the answer to an operation; undefined: nobody knows the code. */
export function consequenceOf(operation: string, code: string): Consequence | undefined {
  const row = errorRow(code);
  return row?.at?.[operation] ?? row?.consequence;
}
