import { type Consequence, consequenceOf, errorRow } from './consequences.ts';
import { CredentialRequestError } from './credential-request-error.ts';
import { sanitize } from './sanitize.ts';

export type { Consequence };

/** What is done for the credentials of a call before it is made. GetCredentials stands for all that the SDK's sources do. */
const credentialOperations = ['TokenRequest', 'GetCredentials', 'AssumeRole', 'AssumeRoleWithWebIdentity'] as const;
export type CredentialOperation = (typeof credentialOperations)[number];

/** A step on the way to the credentials: the role that was to be assumed, and by which operation. */
export interface CredentialHop {
  readonly role: string;
  readonly operation: Extract<CredentialOperation, 'AssumeRole' | 'AssumeRoleWithWebIdentity'>;
}

/** An AWS call that failed, told by consequence. `detail` is fit for a condition: no request id, time or session name. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** The call that failed, which may be one of those that come before the call that was asked for. */
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

const isCredentialOperation = (operation: string): boolean =>
  credentialOperations.some((candidate) => candidate === operation);

/**
 * True when the way to the credentials failed: the call that was asked for was not made, and the error says nothing of what
 * that is about. It is the issuer's, never the request's.
 */
export const isBeforeTheCall = ({ operation }: AwsError): boolean => isCredentialOperation(operation);

/** The same error, of a step on the way to credentials. */
export function atHop(error: AwsError, hop: CredentialHop): AwsError {
  const { operation, code, consequence, detail, refused, cause } = error;
  return error.hop ? error : new AwsError(operation, code, consequence, detail, refused, cause, hop);
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

/** True when the call had no credentials to be made with; AWS itself said nothing. */
export function lacksCredentials({ code }: AwsError): boolean {
  return errorRow(code)?.origin === 'source';
}

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
  const row = errorRow(code);
  const consequence = consequenceOf(operation, code) ?? byStatus(status);
  const saidNo = status !== undefined && status >= 400 && status < 500 && consequence !== 'transient';
  const refused = saidNo || row?.neverSent === true || isCredentialOperation(operation);
  // What is said about credentials may repeat parts of the signed request, or of what the source of the credentials
  // answered; it goes no further than `detail`.
  const isAboutCredentials = consequence === 'credentials' || row?.origin === 'source';
  const cause = isAboutCredentials ? undefined : thrown;
  return new AwsError(operation, code, consequence, sanitize(error.message), refused, cause);
}

/** Its message was made for a condition. */
function fromTokenRequest({ code, message }: CredentialRequestError): AwsError {
  const operation: CredentialOperation = 'TokenRequest';
  return new AwsError(operation, code, consequenceOf(operation, code) ?? 'transient', message, true, undefined);
}

/** Node's codes tell more than the names that the SDK gives to them: it calls a refused connection a TimeoutError. */
function codeOf(error: ErrorLike): string {
  const names = [error.code, error.name].filter((name): name is string => typeof name === 'string' && name !== '');
  return names.find((name) => errorRow(name)) ?? names.find((name) => name !== 'Error') ?? 'UnknownError';
}

function byStatus(status: number | undefined): Consequence {
  if (status === 429) return 'throttled';
  return status === 401 || status === 403 ? 'denied' : 'transient';
}
