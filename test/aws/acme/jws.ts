import { calculateJwkThumbprint, errors, flattenedVerify, importJWK } from 'jose';
import type { FlattenedJWSInput, JWK } from 'jose';
import type { AcmeAccount } from '../acm/state.ts';
import { headerOf } from '../sigv4.ts';
import type { Exchange } from './exchange.ts';
import { problem } from './problems.ts';

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'EdDSA'];

export interface Header {
  readonly alg: string;
  readonly nonce?: string;
  readonly url?: string;
  readonly kid?: string;
  readonly jwk?: JWK;
}

/** A signed request whose signature, nonce and URL hold (RFC 8555, section 6). */
export interface Signed {
  readonly payload: Buffer;
  /** The account whose key signed; undefined when the key came along. */
  readonly account: AcmeAccount | undefined;
  readonly key: JWK;
  readonly thumbprint: string;
}

/** Reads and verifies a request by the key of an account. Throws ServiceError. */
export async function verifyByAccount(exchange: Exchange): Promise<Signed & { readonly account: AcmeAccount }> {
  const signed = await verifySigned(exchange, 'kid');
  if (!signed.account) throw problem('malformed', 'The request must be signed by an account.');
  return { ...signed, account: signed.account };
}

/** Reads and verifies a request whose key may come by `jwk`, by `kid` or by either. Throws ServiceError. */
export async function verifySigned(exchange: Exchange, by: 'jwk' | 'kid' | 'either'): Promise<Signed> {
  const jws = readJws(exchange);
  const header = readHeader(jws);
  requireOneKey(header, by);
  requireNonce(exchange, header);
  if (header.url !== `${exchange.state.acm.origin}${exchange.request.url}`) {
    throw problem('unauthorized', `The url of the JWS, ${String(header.url)}, is not the one requested.`, 401);
  }
  const account = header.kid === undefined ? undefined : requireAccount(exchange, header.kid);
  const key = account?.jwk ?? header.jwk ?? {};
  const thumbprint = await thumbprintOf(key);
  return { payload: await verify(jws, key, header.alg), account, key, thumbprint };
}

function readJws({ request }: Exchange): FlattenedJWSInput {
  if (headerOf(request, 'content-type') !== 'application/jose+json') {
    throw problem('malformed', 'The content type must be application/jose+json.', 415);
  }
  return parseJws(request.body.toString('utf8'));
}

/** A flattened JWS (RFC 7515, section 7.2.2). Throws ServiceError. */
export function parseJws(text: string): FlattenedJWSInput {
  const jws = parseJson(text, 'The body is not a JWS.');
  const isFlattened = typeof jws['protected'] === 'string' && typeof jws['payload'] === 'string';
  if (!isFlattened || typeof jws['signature'] !== 'string' || 'header' in jws) {
    throw problem('malformed', 'The body is not a flattened JWS with nothing but a protected header.');
  }
  return jws as unknown as FlattenedJWSInput;
}

export function parseJson(text: string, complaint: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw problem('malformed', complaint);
}

export function readHeader(jws: FlattenedJWSInput): Header {
  const text = Buffer.from(jws.protected ?? '', 'base64url').toString('utf8');
  return parseJson(text, 'The protected header of the JWS is not JSON.') as unknown as Header;
}

function requireOneKey({ alg, jwk, kid }: Header, by: 'jwk' | 'kid' | 'either'): void {
  if (!ALGORITHMS.includes(alg)) {
    const members = { algorithms: ALGORITHMS };
    throw problem('badSignatureAlgorithm', `The algorithm ${alg} is not supported.`, 400, { members });
  }
  if ((jwk === undefined) === (kid === undefined)) {
    throw problem('malformed', 'The JWS must have one of jwk and kid.');
  }
  if (by === 'jwk' && jwk === undefined) throw problem('malformed', 'This request must carry a jwk.');
  if (by === 'kid' && kid === undefined) throw problem('malformed', 'This request must carry a kid.');
}

function requireNonce({ state }: Exchange, { nonce }: Header): void {
  if (nonce === undefined || !state.nonces.use(nonce)) throw problem('badNonce', 'The nonce is not one to be used.');
}

function requireAccount({ state, endpoint, base, notes }: Exchange, kid: string): AcmeAccount {
  notes['account'] = kid;
  const id = kid.startsWith(`${base}/acct/`) ? kid.slice(`${base}/acct/`.length) : '';
  const account = state.acm.accounts.get(id);
  if (account?.endpointArn !== endpoint.arn) throw problem('accountDoesNotExist', `There is no account ${kid}.`);
  if (account.status !== 'VALID') throw problem('unauthorized', `The account is ${account.status.toLowerCase()}.`, 401);
  return account;
}

export async function thumbprintOf(key: JWK): Promise<string> {
  try {
    return await calculateJwkThumbprint(key);
  } catch (error) {
    throw unlessJose(error, problem('badPublicKey', 'The jwk is not a public key that can be used.'));
  }
}

/** The payload of a JWS that `key` signed. Throws ServiceError. */
export async function verify(jws: FlattenedJWSInput, key: JWK | Uint8Array, alg: string): Promise<Buffer> {
  try {
    const imported = key instanceof Uint8Array ? key : await importJWK(key, alg);
    const { payload } = await flattenedVerify(jws, imported, { algorithms: [alg] });
    return Buffer.from(payload);
  } catch (error) {
    throw unlessJose(error, problem('malformed', 'The signature of the JWS does not hold.'));
  }
}

/** What stands for an error of the library, or of the key import below it; a defect of ours stays what it is. */
function unlessJose(error: unknown, instead: Error): unknown {
  const isKeyTrouble = error instanceof TypeError || (error instanceof Error && error.name === 'DataError');
  return error instanceof errors.JOSEError || isKeyTrouble ? instead : error;
}

/** The payload as JSON. Throws ServiceError. */
export function readPayload({ payload }: Signed): Readonly<Record<string, unknown>> {
  return parseJson(payload.toString('utf8'), 'The payload is not a JSON object.');
}

/** POST-as-GET (RFC 8555, section 6.3) has an empty payload. */
export function requireEmpty({ payload }: Signed): void {
  if (payload.length > 0) throw problem('malformed', 'A POST-as-GET request has an empty payload.');
}
