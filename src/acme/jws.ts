import { FlattenedSign } from 'jose';
import type { AccountKey } from './account-key.ts';

export interface RequestToSign {
  readonly url: string;
  readonly nonce: string;
  /** Undefined: a POST-as-GET, whose payload is empty (RFC 8555 section 6.3). */
  readonly payload: object | undefined;
  /** The account's URL; undefined where there is no account yet, and the key itself is shown (section 6.2). */
  readonly accountUrl: string | undefined;
}

/** The body of a signed request, in the flattened JSON serialisation that RFC 8555 section 6.2 asks for. */
export async function signRequest(key: AccountKey, request: RequestToSign): Promise<string> {
  const { url, nonce, payload, accountUrl } = request;
  const identity = accountUrl === undefined ? { jwk: key.jwk } : { kid: accountUrl };
  const bytes = payload === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(payload));
  const jws = await new FlattenedSign(bytes)
    .setProtectedHeader({ alg: 'ES256', nonce, url, ...identity })
    .sign(key.privateKey);
  return JSON.stringify(jws);
}
