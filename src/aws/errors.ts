import { type Consequence, consequences } from './consequences.ts';
import { CredentialRequestError } from './credential-request-error.ts';
import { sanitize } from './sanitize.ts';

export type { Consequence };

/** A step on the way to the credentials: the role that was to be assumed, and by which operation. */
export interface CredentialHop {
  readonly role: string;
  readonly operation: 'AssumeRole' | 'AssumeRoleWithWebIdentity';
}

/** An AWS call that failed, told by consequence. `detail` is fit for a condition: no request id, time or session name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly operation: string;
  readonly code: string;
  readonly consequence: Consequence;
  readonly detail: string;
  /** Whether the service said that it did not carry out the call. False: it may have. */
  readonly refused: boolean;
  /** Where the way to the credentials ended; undefined when the call itself failed, or the source of the credentials. */
  readonly hop?: CredentialHop;

  constructor(
    operation: string,
    code: string,
    consequence: Consequence,
    detail: string,
    refused: boolean,
    cause: unknown,
    hop?: CredentialHop,
  ) {
    super(`${operation}: ${code}: ${detail}`, { cause });
    this.operation = operation;
    this.code = code;
    this.consequence = consequence;
    this.detail = detail;
    this.refused = refused;
    if (hop) this.hop = hop;
  }
}

/** The same error, of something that came before the call which asks for it: that call was not made. */
export function beforeTheCall(error: AwsError, hop = error.hop): AwsError {
  if (error.refused && error.hop === hop) return error;
  return new AwsError(error.operation, error.code, error.consequence, error.detail, true, error.cause, hop);
}

const curable: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** True when AWS would not take the credentials, and others from the same source may do. */
export function mayNeedOtherCredentials({ code }: AwsError): boolean {
  return curable.has(code);
}

/** What the SDK says when the source of the credentials (an agent, a metadata service, a file) gives none. */
const credentialSourceCodes: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ProviderError',
]);

/** True when the call had no credentials to be made with; AWS itself said nothing. */
export function lacksCredentials({ code }: AwsError): boolean {
  return credentialSourceCodes.has(code);
}

/** Failures that happen before anything reaches the service. */
const neverSent: ReadonlySet<string> = new Set([
  ...credentialSourceCodes,
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ERR_PROXY_TUNNEL',
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
  if (thrown instanceof CredentialRequestError) return fromTokenRequest(thrown);
  const error: ErrorLike = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const status = error.$metadata?.httpStatusCode;
  const code = codeOf(error);
  const consequence = consequenceOf(code) ?? byStatus(status);
  const saidNo = status !== undefined && status >= 400 && status < 500 && consequence !== 'transient';
  // What is said about credentials may repeat parts of the signed request, or of what the source of the credentials
  // answered; it goes no further than `detail`.
  const isAboutCredentials = consequence === 'credentials' || credentialSourceCodes.has(code);
  const cause = isAboutCredentials ? undefined : thrown;
  return new AwsError(operation, code, consequence, sanitize(error.message), neverSent.has(code) || saidNo, cause);
}

/** Its message was made for a condition. */
function fromTokenRequest({ code, message, isMissing }: CredentialRequestError): AwsError {
  return new AwsError('TokenRequest', code, isMissing ? 'credentials' : 'transient', message, true, undefined);
}

const consequenceOf = (code: string): Consequence | undefined =>
  Object.hasOwn(consequences, code) ? consequences[code] : undefined;

/** Node's codes tell more than the names that the SDK gives to them: it calls a refused connection a TimeoutError. */
function codeOf(error: ErrorLike): string {
  const names = [error.code, error.name].filter((name): name is string => typeof name === 'string' && name !== '');
  return names.find((name) => consequenceOf(name)) ?? names.find((name) => name !== 'Error') ?? 'UnknownError';
}

function byStatus(status: number | undefined): Consequence {
  if (status === 429) return 'throttled';
  return status === 401 || status === 403 ? 'denied' : 'transient';
}
