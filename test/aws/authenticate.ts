import type { AccessKey, Caller, Identities } from './identities.ts';
import { headerOf, isSignatureValid, parseAuthorization, parseInstant } from './sigv4.ts';
import type { Authorization, SignedRequest } from './sigv4.ts';

/** What can be wrong with a request's signature; each protocol names it by its own code. */
export type Fault =
  'missing' | 'incomplete' | 'unknown-key' | 'wrong-token' | 'expired' | 'skewed' | 'wrong-scope' | 'wrong-signature';

export class AuthenticationError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, message: string) {
    super(message);
    this.fault = fault;
  }
}

export interface Authenticated {
  readonly caller: Caller;
  readonly region: string;
}

export interface AuthenticationContext {
  readonly identities: Identities;
  /** Signing name that the credential scope must carry. */
  readonly service: string;
  /** Time by which sessions end, epoch milliseconds. */
  readonly now: number;
  /** Time by which callers sign: theirs, even where `now` is a test's own. */
  readonly callersNow: number;
}

const TOLERANCE_MS = 5 * 60_000;
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';
const INVALID_TOKEN = 'The security token included in the request is invalid.';

/** Tells who signed a request. Throws AuthenticationError. */
export function authenticate(request: SignedRequest, context: AuthenticationContext): Authenticated {
  const authorization = requireAuthorization(request);
  const key = context.identities.findKey(authorization.accessKeyId);
  if (!key) throw new AuthenticationError('unknown-key', INVALID_TOKEN);
  requireScope(authorization, context.service);
  requireFreshness(request, authorization, context.callersNow);
  if (!isSignatureValid(request, authorization, key.secretAccessKey)) {
    throw new AuthenticationError('wrong-signature', MISMATCH);
  }
  requireToken(request, key, context.now);
  return { caller: key.caller, region: authorization.region };
}

function requireAuthorization(request: SignedRequest): Authorization {
  const header = headerOf(request, 'authorization');
  if (header === undefined) throw new AuthenticationError('missing', 'Missing Authentication Token');
  const authorization = parseAuthorization(header);
  if (!authorization) throw new AuthenticationError('incomplete', 'Authorization header is not complete.');
  const unsigned = ['host', 'x-amz-date'].filter((name) => !authorization.signedHeaders.includes(name));
  if (unsigned.length > 0) throw new AuthenticationError('incomplete', `${unsigned.join(', ')} must be signed.`);
  return authorization;
}

function requireScope({ service }: Authorization, expected: string): void {
  if (service === expected) return;
  throw new AuthenticationError('wrong-scope', `Credential should be scoped to correct service: '${expected}'.`);
}

function requireFreshness(request: SignedRequest, { date }: Authorization, now: number): void {
  const text = headerOf(request, 'x-amz-date') ?? '';
  const instant = parseInstant(text);
  if (instant === undefined || !text.startsWith(date)) {
    throw new AuthenticationError('incomplete', 'The date of the request and of its credential scope do not agree.');
  }
  const current = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  if (instant < now - TOLERANCE_MS) {
    throw new AuthenticationError('skewed', `Signature expired: ${text} is now earlier than ${current} - 5 min.`);
  }
  if (instant > now + TOLERANCE_MS) {
    throw new AuthenticationError(
      'skewed',
      `Signature not yet current: ${text} is still later than ${current} + 5 min.`,
    );
  }
}

function requireToken(request: SignedRequest, key: AccessKey, now: number): void {
  if (headerOf(request, 'x-amz-security-token') !== key.sessionToken) {
    throw new AuthenticationError('wrong-token', INVALID_TOKEN);
  }
  if (key.expiresAt !== undefined && key.expiresAt <= now) {
    throw new AuthenticationError('expired', 'The security token included in the request is expired');
  }
}
