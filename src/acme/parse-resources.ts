import type { AcmeIdentifier } from './errors.ts';
import {
  type Fields,
  isFields,
  optionalString,
  requireArray,
  requireFields,
  requireOneOf,
  requireString,
  requireStrings,
} from './json.ts';
import { parseProblem } from './problem-document.ts';
import * as resources from './resources.ts';

/** RFC 8555 section 7.1.1. Throws InvalidField, as all of these do. */
export function parseDirectory(json: unknown): resources.AcmeDirectory {
  const fields = requireFields(json, 'the directory');
  const meta = isFields(fields['meta']) ? fields['meta'] : {};
  const termsOfService = optionalString(meta, 'termsOfService');
  return {
    newNonce: requireString(fields, 'newNonce'),
    newAccount: requireString(fields, 'newAccount'),
    newOrder: requireString(fields, 'newOrder'),
    revokeCert: requireString(fields, 'revokeCert'),
    meta: {
      ...(termsOfService !== undefined && { termsOfService }),
      externalAccountRequired: meta['externalAccountRequired'] === true,
    },
  };
}

/** RFC 8555 section 7.1.2. */
export function parseAccount(json: unknown): resources.AcmeAccount {
  const fields = requireFields(json, 'the account');
  const contact = fields['contact'] === undefined ? [] : requireStrings(fields, 'contact');
  return { status: requireOneOf(fields, 'status', resources.accountStatuses), contact };
}

/** RFC 8555 section 7.1.3. */
export function parseOrder(json: unknown, retryAfterMs?: number): resources.AcmeOrder {
  const fields = requireFields(json, 'the order');
  const certificate = optionalString(fields, 'certificate');
  const error = parseProblem(fields['error']);
  return {
    status: requireOneOf(fields, 'status', resources.orderStatuses),
    identifiers: requireArray(fields, 'identifiers').map(parseIdentifier),
    authorizations: requireStrings(fields, 'authorizations'),
    finalize: requireString(fields, 'finalize'),
    ...(certificate !== undefined && { certificate }),
    ...(error && { error }),
    ...whenOf(fields, retryAfterMs),
  };
}

/** RFC 8555 section 7.1.4. */
export function parseAuthorization(json: unknown, retryAfterMs?: number): resources.AcmeAuthorization {
  const fields = requireFields(json, 'the authorization');
  return {
    status: requireOneOf(fields, 'status', resources.authorizationStatuses),
    identifier: parseIdentifier(fields['identifier']),
    wildcard: fields['wildcard'] === true,
    challenges: requireArray(fields, 'challenges').map((challenge) => parseChallenge(challenge)),
    ...whenOf(fields, retryAfterMs),
  };
}

/** RFC 8555 section 7.1.5. */
export function parseChallenge(json: unknown, retryAfterMs?: number): resources.AcmeChallenge {
  const fields = requireFields(json, 'the challenge');
  const token = optionalString(fields, 'token');
  const error = parseProblem(fields['error']);
  return {
    type: requireString(fields, 'type'),
    url: requireString(fields, 'url'),
    status: requireOneOf(fields, 'status', resources.challengeStatuses),
    ...(token !== undefined && { token }),
    ...(error && { error }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function parseIdentifier(json: unknown): AcmeIdentifier {
  const fields = requireFields(json, 'an identifier');
  return { type: requireString(fields, 'type'), value: requireString(fields, 'value') };
}

function whenOf(fields: Fields, retryAfterMs: number | undefined): { expires?: string; retryAfterMs?: number } {
  const expires = optionalString(fields, 'expires');
  return { ...(expires !== undefined && { expires }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
