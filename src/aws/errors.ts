import { type Consequence, consequenceOf, errorRow } from './consequences.ts';
import { sanitize } from './sanitize.ts';

export type { Consequence };

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

/** True when the call had no credentials to be made with; AWS itself said nothing. */
export function lacksCredentials({ code }: AwsError): boolean {
  return errorRow(code)?.origin === 'source';
}

/**
 * What the credentials of a call are made with before it is sent. They fail for reasons of the issuer's, never of the
 * call's.
 */
export type CredentialOperation = 'AssumeRole' | 'AssumeRoleWithWebIdentity';
const credentialOperations: ReadonlySet<string> = new Set<CredentialOperation>([
  'AssumeRole',
  'AssumeRoleWithWebIdentity',
]);

/** True when the call was not made because its credentials could not be had. */
export const failedForCredentials = ({ operation }: AwsError): boolean => credentialOperations.has(operation);

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
  const row = errorRow(code);
  const consequence = consequenceOf(operation, code) ?? byStatus(status);
  const saidNo = status !== undefined && status >= 400 && status < 500 && consequence !== 'transient';
  const refused = saidNo || row?.neverSent === true || credentialOperations.has(operation);
  // What is said about credentials may repeat parts of the signed request, or of what the source of the credentials
  // answered; it goes no further than `detail`.
  const isAboutCredentials = consequence === 'credentials' || row?.origin === 'source';
  const cause = isAboutCredentials ? undefined : thrown;
  return new AwsError(operation, code, consequence, sanitize(error.message), refused, cause);
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
