import { createPublicKey, verify } from 'node:crypto';
import { ServiceError } from '../errors.ts';
import type { WebIdentityTrust } from '../model.ts';

export interface WebIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

interface Token {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: string;
  readonly signature: Buffer;
}

const DEFAULT_AUDIENCES = ['sts.amazonaws.com'];

/** Verifies an RS256 token (RFC 7519) against what the role trusts. Throws ServiceError. */
export function requireWebIdentity(trust: WebIdentityTrust, token: unknown, now: number): WebIdentity {
  const parsed = parseToken(token);
  const { iss, sub, exp } = parsed.claims;
  if (iss !== trust.issuer) {
    throw new ServiceError('InvalidIdentityToken', 'No OpenIDConnect provider found in your account for the issuer.');
  }
  requireSignature(trust, parsed);
  if (typeof exp !== 'number' || exp * 1000 <= now) {
    throw new ServiceError('ExpiredTokenException', 'Token expired: current date/time must be before its expiration.');
  }
  const audience = audienceOf(trust, parsed.claims);
  if (typeof sub !== 'string' || !isSubjectTrusted(trust, sub)) {
    throw new ServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  return { issuer: iss, subject: sub, audience };
}

/** What a token says, without what makes it one; undefined when it cannot be read. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return parseToken(token).claims;
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}

function parseToken(token: unknown): Token {
  const [head = '', body = '', signature = '', ...rest] = typeof token === 'string' ? token.split('.') : [];
  try {
    if (rest.length > 0 || signature === '') throw new SyntaxError('a token has three parts');
    const bytes = Buffer.from(signature, 'base64url');
    return { header: decode(head), claims: decode(body), signed: `${head}.${body}`, signature: bytes };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ServiceError('InvalidIdentityToken', 'The ID Token provided is not a valid JWT.');
  }
}

function decode(part: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not a JSON object');
  return value as Record<string, unknown>;
}

function requireSignature({ keys }: WebIdentityTrust, { header, signed, signature }: Token): void {
  const key = keys.find(({ kid }) => kid === header['kid']);
  const isRsa = header['alg'] === 'RS256' && key?.['kty'] === 'RSA';
  const isValid =
    isRsa && verify('sha256', Buffer.from(signed), createPublicKey({ key: key, format: 'jwk' }), signature);
  if (!isValid) {
    throw new ServiceError('InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider.");
  }
}

function audienceOf(trust: WebIdentityTrust, { aud }: Token['claims']): string {
  const offered: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const accepted = trust.audiences ?? DEFAULT_AUDIENCES;
  const audience = accepted.find((name) => offered.includes(name));
  if (audience === undefined) throw new ServiceError('InvalidIdentityToken', 'Incorrect token audience');
  return audience;
}

function isSubjectTrusted({ subjects }: WebIdentityTrust, subject: string): boolean {
  if (!subjects) return true;
  return subjects.some((it) => (it.endsWith('*') ? subject.startsWith(it.slice(0, -1)) : subject === it));
}
