import type { JWK } from 'jose';
import type { ExternalAccountBinding } from '../acm/state.ts';
import type { Exchange } from './exchange.ts';
import { parseJws, parseJson, readHeader, thumbprintOf, verify, type Signed } from './jws.ts';
import { problem } from './problems.ts';

/** The binding that a new account is registered with (RFC 8555, section 7.3.4). Throws ServiceError. */
export async function requireExternalAccount(
  exchange: Exchange,
  signed: Signed,
  value: unknown,
): Promise<ExternalAccountBinding> {
  if (typeof value !== 'object' || value === null) {
    throw problem('externalAccountRequired', 'This endpoint registers accounts with an external account binding only.');
  }
  const jws = parseJws(JSON.stringify(value));
  const { alg, kid, url, nonce } = readHeader(jws);
  if (!['HS256', 'HS384', 'HS512'].includes(alg)) throw problem('badSignatureAlgorithm', `${alg} is no MAC algorithm.`);
  if (kid === undefined || nonce !== undefined || url !== `${exchange.base}/new-account`) {
    throw problem('malformed', 'The external account binding must have kid and the url of newAccount, and no nonce.');
  }
  const binding = requireUsable(exchange, kid);
  const payload = await verifyMac(jws, binding, alg);
  const key = parseJson(payload.toString('utf8'), 'The payload of the external account binding is not a JWK.') as JWK;
  if ((await thumbprintOf(key)) !== signed.thumbprint) {
    throw problem('malformed', 'The key in the external account binding is not the one of the account.');
  }
  return binding;
}

async function verifyMac(
  jws: Parameters<typeof verify>[0],
  binding: ExternalAccountBinding,
  alg: string,
): Promise<Buffer> {
  try {
    return await verify(jws, Buffer.from(binding.macKey, 'base64url'), alg);
  } catch {
    throw problem('unauthorized', 'The MAC of the external account binding does not hold.');
  }
}

function requireUsable({ state, endpoint }: Exchange, kid: string): ExternalAccountBinding {
  const { acm } = state;
  const binding = [...acm.bindings.values()].find(
    ({ keyId, endpointArn }) => keyId === kid && endpointArn === endpoint.arn,
  );
  if (!binding) throw problem('unauthorized', `There is no external account binding with the key ${kid}.`);
  if (binding.revokedAt !== undefined) throw problem('unauthorized', 'The external account binding is revoked.');
  if (binding.expiresAt !== undefined && binding.expiresAt <= acm.times.clock.now()) {
    throw problem('unauthorized', 'The external account binding is expired.');
  }
  return binding;
}
