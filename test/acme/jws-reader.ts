import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A signed request, its signature verified. */
export interface SignedBody {
  readonly header: Readonly<Record<string, unknown>>;
  /** Undefined: it was empty, as in a POST-as-GET. */
  readonly payload: unknown;
}

interface FlattenedJws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

const decode = (part: string): string => Buffer.from(part, 'base64url').toString();

/** Reads requests as RFC 8555 section 6 tells servers to; it shares no code with the client. */
export class JwsReader {
  readonly #nonces = new Set<string>();
  #accountKey: KeyObject | undefined;

  /** A nonce that one request may use. */
  offer(nonce: string): void {
    this.#nonces.add(nonce);
  }

  /** The request, or the type of the problem with which it is refused. */
  read(body: string, headers: IncomingHttpHeaders, url: string): SignedBody | string {
    if (headers['content-type'] !== 'application/jose+json') return 'malformed';
    const jws = JSON.parse(body) as FlattenedJws;
    if (Object.keys(jws).sort().join() !== 'payload,protected,signature') return 'malformed';
    const header = JSON.parse(decode(jws.protected)) as Record<string, unknown>;
    if (!this.#nonces.delete(String(header['nonce']))) return 'badNonce';
    if (header['url'] !== url || header['alg'] !== 'ES256') return 'malformed';
    const key = this.#keyOf(header);
    if (key === undefined || !isSigned(jws, key)) return 'unauthorized';
    return { header, payload: jws.payload === '' ? undefined : JSON.parse(decode(jws.payload)) };
  }

  /** The key that is shown, and later on the account's, which is the one that was shown last. */
  #keyOf({ jwk, kid }: Readonly<Record<string, unknown>>): KeyObject | undefined {
    if ((jwk === undefined) === (kid === undefined)) return undefined;
    if (jwk !== undefined) this.#accountKey = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return this.#accountKey;
  }
}

const isSigned = ({ protected: header, payload, signature }: FlattenedJws, key: KeyObject): boolean =>
  verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
