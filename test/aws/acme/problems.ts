import { ServiceError, statusOf, type ErrorExtras } from '../errors.ts';

const PREFIX = 'urn:ietf:params:acme:error:';

/** RFC 8555, section 6.7, and RFC 9773. */
const TYPES = new Set([
  ...['accountDoesNotExist', 'alreadyRevoked', 'badCSR', 'badNonce', 'badPublicKey', 'badRevocationReason'],
  ...['badSignatureAlgorithm', 'caa', 'compound', 'connection', 'dns', 'externalAccountRequired'],
  ...['incorrectResponse', 'invalidContact', 'malformed', 'orderNotReady', 'rateLimited', 'rejectedIdentifier'],
  ...['serverInternal', 'tls', 'unauthorized', 'unsupportedContact', 'unsupportedIdentifier', 'userActionRequired'],
  ...['invalidProfile', 'alreadyReplaced'],
]);

export interface Identifier {
  readonly type: 'dns';
  readonly value: string;
}

/** A problem document (RFC 7807). */
export interface Problem {
  readonly type: string;
  readonly detail: string;
  readonly status?: number;
  readonly identifier?: Identifier;
  readonly subproblems?: readonly Problem[];
}

/** An answer that is a problem; `type` without the URN in front. */
export function problem(type: string, detail: string, status = statusOf(type), extras: ErrorExtras = {}): ServiceError {
  return new ServiceError(type, detail, status, extras);
}

export const typeUrn = (type: string): string => `${PREFIX}${type}`;

/** The document of any error; codes that are no problem types of ACME are the server's own trouble. */
export function problemOf({
  code,
  message,
  status,
  members,
}: ServiceError): Problem & Readonly<Record<string, unknown>> {
  const type = code.includes(':') ? code : typeUrn(TYPES.has(code) ? code : 'serverInternal');
  return { type, detail: message, status, ...members };
}
