import { randomUUID } from 'node:crypto';
import { LIMITS } from '../acm/limits.ts';
import type { AcmeAccount } from '../acm/state.ts';
import { validationsOf } from '../acm/validation-state.ts';
import { covers } from './coverage.ts';
import type { Exchange, Reply } from './exchange.ts';
import { readPayload, requireEmpty, verifyByAccount } from './jws.ts';
import { problem, typeUrn, type Identifier, type Problem } from './problems.ts';
import { settleOrder } from './settle.ts';
import type { Order } from './state.ts';

const LIFETIME_MS = 7 * 86_400_000;
const NAME = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** NewOrder: `ready` at once, since domains are validated beforehand (RFC 8555, section 7.4). Throws ServiceError. */
export async function newOrder(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  const wish = readPayload(signed);
  const names = readNames(wish['identifiers']);
  exchange.notes['names'] = names;
  if ('notBefore' in wish || 'notAfter' in wish)
    throw problem('malformed', 'notBefore and notAfter are not supported.');
  if ('profile' in wish) throw problem('invalidProfile', 'This endpoint has no profiles.');
  requireCovered(exchange, names);
  const order = createOrder(exchange, signed.account, names);
  exchange.notes['order'] = orderUrl(exchange, order);
  return { status: 201, headers: { location: orderUrl(exchange, order) }, body: showOrder(exchange, order) };
}

function readNames(identifiers: unknown): readonly string[] {
  if (!Array.isArray(identifiers) || identifiers.length === 0) throw problem('malformed', 'identifiers is not a list.');
  const names = (identifiers as unknown[]).map((identifier) => {
    const { type, value } = Object(identifier) as { readonly type?: unknown; readonly value?: unknown };
    if (type !== 'dns')
      throw problem('unsupportedIdentifier', `Identifiers of type ${String(type)} are not supported.`);
    if (typeof value !== 'string') throw problem('malformed', 'An identifier lacks its value.');
    return value.toLowerCase();
  });
  const distinct = [...new Set(names)];
  const most = LIMITS.namesOfAcmeCertificate;
  if (distinct.length > most) throw problem('malformed', `A certificate has at most ${most} names.`);
  return distinct;
}

function requireCovered({ state, endpoint }: Exchange, names: readonly string[]): void {
  const { acm } = state;
  const valid = validationsOf(acm, endpoint.arn).filter(
    ({ status, goneAt }) => status === 'VALID' && goneAt === undefined,
  );
  const isCovered = (name: string): boolean =>
    NAME.test(name) && name.length <= 253 && valid.some((validation) => covers(validation, name, acm.settings));
  const refused = names.filter((name) => !isCovered(name));
  if (refused.length === 0) return;
  const subproblems: readonly Problem[] = refused.map((value) => ({
    type: typeUrn('rejectedIdentifier'),
    detail: `No valid domain validation of this endpoint covers ${value}.`,
    identifier: { type: 'dns', value },
  }));
  const detail = `The endpoint is not authorized for: ${refused.join(', ')}`;
  throw problem('rejectedIdentifier', detail, 400, { members: { subproblems } });
}

function createOrder({ state, endpoint }: Exchange, account: AcmeAccount, names: readonly string[]): Order {
  const now = state.acm.times.clock.now();
  const expiresAt = now + LIFETIME_MS;
  const authorizations = names.map((name) => {
    return { id: randomUUID(), accountId: account.id, name, expiresAt, isDeactivated: false };
  });
  for (const authorization of authorizations) state.authorizations.set(authorization.id, authorization);
  const order: Order = {
    id: randomUUID(),
    endpointArn: endpoint.arn,
    accountId: account.id,
    names,
    authorizationIds: authorizations.map(({ id }) => id),
    createdAt: now,
    expiresAt,
    status: 'ready',
    ...{ csr: undefined, doneAt: undefined, completion: undefined, certificateId: undefined, error: undefined },
  };
  state.orders.set(order.id, order);
  return order;
}

/** GetOrder (RFC 8555, section 7.4). Throws ServiceError. */
export async function getOrder(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  requireEmpty(signed);
  const order = requireOrder(exchange, signed.account);
  await settleOrder(exchange.state, order);
  return { status: 200, headers: waitHeaders(exchange, order), body: showOrder(exchange, order) };
}

/** The order of the path, if it is one of this account. Throws ServiceError. */
export function requireOrder(exchange: Exchange, account: AcmeAccount): Order {
  const order = exchange.state.orders.get(exchange.route.id);
  if (!order) throw problem('malformed', 'There is no such order.', 404);
  if (order.accountId !== account.id) throw problem('unauthorized', 'The order is one of another account.');
  exchange.notes['order'] = orderUrl(exchange, order);
  exchange.notes['names'] = order.names;
  return order;
}

/** Retry-After (RFC 8555, section 7.4) of an order in process. */
export function waitHeaders({ state }: Exchange, { status }: Order): Readonly<Record<string, string>> {
  const { retryAfterSeconds } = state.acm.settings;
  return status === 'processing' && retryAfterSeconds > 0 ? { 'retry-after': String(retryAfterSeconds) } : {};
}

export const orderUrl = ({ base }: Exchange, { id }: Order): string => `${base}/order/${id}`;

export function showOrder(exchange: Exchange, order: Order): unknown {
  const { base } = exchange;
  const { status, expiresAt, names, authorizationIds, certificateId, error } = order;
  return {
    status,
    expires: new Date(expiresAt).toISOString(),
    identifiers: names.map((value): Identifier => ({ type: 'dns', value })),
    authorizations: authorizationIds.map((id) => `${base}/authz/${id}`),
    finalize: `${orderUrl(exchange, order)}/finalize`,
    ...(certificateId !== undefined && { certificate: `${base}/cert/${certificateId}` }),
    ...(error && { error }),
  };
}

/** ManageAuthorization: reads or deactivates one (RFC 8555, section 7.5). Throws ServiceError. */
export async function manageAuthorization(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  const authorization = exchange.state.authorizations.get(exchange.route.id);
  if (!authorization) throw problem('malformed', 'There is no such authorization.', 404);
  if (authorization.accountId !== signed.account.id) throw problem('unauthorized', 'One of another account.');
  if (signed.payload.length > 0) {
    if (readPayload(signed)['status'] !== 'deactivated') throw problem('malformed', 'status can only be deactivated.');
    authorization.isDeactivated = true;
  }
  const { name, expiresAt, isDeactivated } = authorization;
  const isExpired = expiresAt <= exchange.state.acm.times.clock.now();
  const body = {
    identifier: { type: 'dns', value: name.replace(/^\*\./, '') },
    status: isDeactivated ? 'deactivated' : isExpired ? 'expired' : 'valid',
    expires: new Date(expiresAt).toISOString(),
    challenges: [],
    ...(name.startsWith('*.') && { wildcard: true }),
  };
  return { status: 200, body };
}
