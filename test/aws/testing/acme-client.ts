import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, FlattenedSign, type JWK } from 'jose';

/** An answer of the ACME protocol as a test looks at it. */
export interface AcmeAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON, or an empty object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface AcmeClientOptions {
  readonly directoryUrl: string;
  /** Default: a fresh one for P-256. */
  readonly key?: KeyObject;
}

export interface ExternalAccount {
  readonly keyId: string;
  readonly macKey: string;
}

/** A few lines of ACME client, so that tests of the stand-in do not rest on the controller's own. It never retries. */
export class TestAcmeClient {
  readonly directoryUrl: string;
  readonly key: KeyObject;
  accountUrl: string | undefined;
  /** Put in place of a fresh nonce, once. */
  nextNonce: string | undefined;

  constructor({ directoryUrl, key = newAccountKey() }: AcmeClientOptions) {
    this.directoryUrl = directoryUrl;
    this.key = key;
  }

  /** The URL of a resource beside the directory, such as `new-order`. */
  url(name: string): string {
    return this.directoryUrl.replace(/directory$/, name);
  }

  async nonce(): Promise<string> {
    const given = this.nextNonce;
    this.nextNonce = undefined;
    if (given !== undefined) return given;
    const response = await fetch(this.url('new-nonce'), { method: 'HEAD' });
    return response.headers.get('replay-nonce') ?? '';
  }

  async post(
    url: string,
    payload?: unknown,
    { by = 'kid' }: { readonly by?: 'kid' | 'jwk' } = {},
  ): Promise<AcmeAnswer> {
    const identity = by === 'jwk' ? { jwk: await publicJwk(this.key) } : { kid: this.accountUrl ?? '' };
    const header = { alg: 'ES256', nonce: await this.nonce(), url, ...identity };
    return this.send(url, await sign(this.key, header, payload));
  }

  async send(url: string, jws: unknown, contentType = 'application/jose+json'): Promise<AcmeAnswer> {
    const headers = { 'content-type': contentType };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(jws) });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const body = (isJson && text !== '' ? JSON.parse(text) : {}) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body, text };
  }

  async register(external?: ExternalAccount, members: Readonly<Record<string, unknown>> = {}): Promise<AcmeAnswer> {
    const url = this.url('new-account');
    const externalAccountBinding = external && (await bind(external, await publicJwk(this.key), url));
    const wish = { termsOfServiceAgreed: true, ...(external && { externalAccountBinding }), ...members };
    const answer = await this.post(url, wish, { by: 'jwk' });
    this.accountUrl = answer.headers.get('location') ?? undefined;
    return answer;
  }

  async order(names: readonly string[]): Promise<AcmeAnswer & { readonly orderUrl: string }> {
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const answer = await this.post(this.url('new-order'), { identifiers });
    return { ...answer, orderUrl: answer.headers.get('location') ?? '' };
  }

  async finalize(orderUrl: string, csrPem: string): Promise<AcmeAnswer> {
    return this.post(`${orderUrl}/finalize`, { csr: pemToBase64Url(csrPem) });
  }
}

export function newAccountKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
}

export function publicJwk(key: KeyObject): Promise<JWK> {
  return exportJWK(key).then(({ kty, crv, x, y }) => ({ kty, crv, x, y }) as JWK);
}

export async function sign(
  key: KeyObject,
  header: Readonly<Record<string, unknown>>,
  payload: unknown,
): Promise<unknown> {
  const bytes = new TextEncoder().encode(payload === undefined ? '' : JSON.stringify(payload));
  return new FlattenedSign(bytes).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
}

/** The inner JWS of an external account binding (RFC 8555, section 7.3.4). */
export async function bind({ keyId, macKey }: ExternalAccount, jwk: JWK, url: string): Promise<unknown> {
  const bytes = new TextEncoder().encode(JSON.stringify(jwk));
  const secret = createSecret(macKey);
  return new FlattenedSign(bytes).setProtectedHeader({ alg: 'HS256', kid: keyId, url }).sign(secret);
}

const createSecret = (macKey: string): Uint8Array => new Uint8Array(Buffer.from(macKey, 'base64url'));

export const pemToBase64Url = (pem: string): string =>
  Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64').toString('base64url');

/** SHA-256 of a PEM request's DER, as call records show it. */
export const csrDigest = (pem: string): string =>
  createHash('sha256')
    .update(Buffer.from(pemToBase64Url(pem), 'base64url'))
    .digest('hex');

/** A problem's type without the URN in front; undefined for anything else. */
export function problemType({ body }: Pick<AcmeAnswer, 'body'>): string | undefined {
  const { type } = body;
  return typeof type === 'string' ? type.replace('urn:ietf:params:acme:error:', '') : undefined;
}
