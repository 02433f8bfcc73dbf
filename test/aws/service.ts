import type { Clock } from '../../src/system/clock.ts';
import type { Fault } from './authenticate.ts';
import type { ServiceError } from './errors.ts';
import type { Caller } from './identities.ts';
import type { SignedRequest } from './sigv4.ts';

/** A request once its service and operation are known. */
export interface Invocation {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Call extends Invocation {
  /** Undefined only for operations that need no signature. */
  readonly caller: Caller | undefined;
  /** From the credential scope. */
  readonly region: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The account and Region that calls are counted for. */
export interface Payer {
  readonly account: string;
  readonly region: string;
}

/** One AWS service: its protocol and its operations. */
export interface Service {
  /** As in a credential scope, for example `acm-pca`. */
  readonly name: string;
  /** Whether the request is for this service, told by what its protocol puts in it. */
  recognizes(request: SignedRequest): boolean;
  /** Throws ServiceError for an operation or a body that the service does not know. */
  parse(request: SignedRequest): Invocation;
  needsSignature(operation: string): boolean;
  /** Whose quota an operation without signature uses; undefined: nobody's. */
  payerOf?(invocation: Invocation): Payer | undefined;
  /** How the service refuses a call beyond the quota; default: ThrottlingException. */
  refuseBeyondQuota?(operation: string, waitMs: number): ServiceError;
  /** The parameters as they may be recorded: without secrets. */
  describe(invocation: Invocation): Readonly<Record<string, unknown>>;
  /** Performs the operation. Throws ServiceError. */
  execute(call: Call): Promise<unknown>;
  /** The code by which this protocol names a fault of the signature. */
  authenticationCode(fault: Fault): string;
  encodeResult(operation: string, result: unknown, requestId: string): Answer;
  encodeError(error: ServiceError, requestId: string): Answer;
}

/** Times that the stand-in goes by. */
export interface Times {
  readonly clock: Clock;
  /** Epoch milliseconds by the clock of those who sign requests and tokens. */
  readonly callersNow: () => number;
}
