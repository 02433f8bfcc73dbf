import { createPublicKey } from 'node:crypto';
import { KEY_ALGORITHMS } from '../acm/endpoints.ts';
import { refusalOfRole } from '../acm/roles.ts';
import type { AcmeAccount } from '../acm/state.ts';
import { CsrError, parseCsr, type Csr } from '../x509/csr.ts';
import { acceptedKeyOf, publicKeyInfoOf } from '../x509/keys.ts';
import { toPem } from '../x509/pem.ts';
import { namesOf } from './csr-names.ts';
import type { Exchange, Reply } from './exchange.ts';
import { readPayload, verifyByAccount } from './jws.ts';
import { orderUrl, requireOrder, showOrder, waitHeaders } from './orders.ts';
import { problem } from './problems.ts';
import { settleOrder } from './settle.ts';
import type { Order } from './state.ts';

/** FinalizeOrder: the order is `processing` from then on (RFC 8555, section 7.4). Throws ServiceError. */
export async function finalizeOrder(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  const order = requireOrder(exchange, signed.account);
  await settleOrder(exchange.state, order);
  if (order.status !== 'ready') throw problem('orderNotReady', `The order is ${order.status}, not ready.`);
  const csr = readCsr(readPayload(signed)['csr']);
  exchange.notes['csrSha256'] = csr.sha256;
  requireKey(exchange, signed.account, csr);
  requireNames(order, csr);
  requireRole(exchange, signed.account);
  const { clock } = exchange.state.acm.times;
  order.status = 'processing';
  order.csr = csr;
  order.doneAt = clock.now() + exchange.state.acm.settings.processingTimeMs;
  const headers = { location: orderUrl(exchange, order), ...waitHeaders(exchange, order) };
  const body = showOrder(exchange, order);
  // What takes no time is done by what stands now, not by what stands when somebody asks.
  await settleOrder(exchange.state, order);
  return { status: 200, headers, body };
}

function readCsr(value: unknown): Csr {
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value)) throw problem('malformed', 'csr is not base64url.');
  try {
    return parseCsr(toPem('CERTIFICATE REQUEST', Buffer.from(value, 'base64url')));
  } catch (error) {
    if (error instanceof CsrError) throw problem('badCSR', error.message);
    throw error;
  }
}

function requireKey({ endpoint }: Exchange, { jwk }: AcmeAccount, { publicKey, publicKeyInfo }: Csr): void {
  const algorithm = acceptedKeyOf(publicKey);
  const permitted = endpoint.allowedKeyAlgorithms ?? KEY_ALGORITHMS;
  if (!permitted.some((name) => name === algorithm)) {
    const type = algorithm ?? publicKey.asymmetricKeyType ?? 'unknown';
    throw problem('badCSR', `The key of the CSR (${type}) is not one of: ${permitted.join(', ')}.`);
  }
  if (publicKeyInfoOf(createPublicKey({ key: jwk, format: 'jwk' })).equals(publicKeyInfo)) {
    throw problem('badCSR', 'The key of the CSR must not be the one of the account.');
  }
}

function requireNames(order: Order, csr: Csr): void {
  const { dnsNames, others } = namesOf(csr);
  if (others.length > 0) throw problem('badCSR', `The CSR has names that are not DNS names: ${others.join(', ')}.`);
  const asked = new Set(dnsNames);
  const isSame = asked.size === order.names.length && order.names.every((name) => asked.has(name));
  if (!isSame) throw problem('badCSR', 'The names of the CSR are not the identifiers of the order.');
}

function requireRole({ state, endpoint }: Exchange, { id, roleArn }: AcmeAccount): void {
  const tagging = endpoint.certificateTags.size > 0 ? ['acm:AddTagsToCertificate'] : [];
  for (const action of ['acm:RequestCertificate', ...tagging]) {
    const refusal = refusalOfRole(state.acm, roleArn, id, action);
    if (refusal !== undefined) throw problem('unauthorized', refusal);
  }
}
