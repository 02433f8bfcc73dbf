import { randomUUID } from 'node:crypto';
import type { AcmeAccount, ExternalAccountBinding } from '../acm/state.ts';
import type { Exchange, Reply } from './exchange.ts';
import { requireExternalAccount } from './external-account.ts';
import { parseJson, parseJws, readHeader, readPayload, thumbprintOf, verify } from './jws.ts';
import { verifyByAccount, verifySigned, type Signed } from './jws.ts';
import { problem } from './problems.ts';

/** NewAccount (RFC 8555, section 7.3). Throws ServiceError. */
export async function newAccount(exchange: Exchange): Promise<Reply> {
  const signed = await verifySigned(exchange, 'jwk');
  const wish = readPayload(signed);
  const known = findByKey(exchange, signed.thumbprint);
  if (known) return showKnown(exchange, known);
  if (wish['onlyReturnExisting'] === true) throw problem('accountDoesNotExist', 'There is no account with this key.');
  const contacts = readContacts(wish['contact']);
  if (exchange.endpoint.contact === 'REQUIRED' && contacts.length === 0) {
    throw problem('invalidContact', 'This endpoint registers accounts with a contact only.');
  }
  const binding = await requireExternalAccount(exchange, signed, wish['externalAccountBinding']);
  // Another request may have registered the key while this one's binding was verified.
  const twin = findByKey(exchange, signed.thumbprint);
  if (twin) return showKnown(exchange, twin);
  const account = register(exchange, signed, contacts, binding);
  exchange.notes['account'] = urlOf(exchange, account);
  return { status: 201, headers: { location: urlOf(exchange, account) }, body: show(exchange, account) };
}

function showKnown(exchange: Exchange, account: AcmeAccount): Reply {
  exchange.notes['account'] = urlOf(exchange, account);
  if (account.status !== 'VALID') throw problem('unauthorized', `The account is ${account.status.toLowerCase()}.`, 401);
  return { status: 200, headers: { location: urlOf(exchange, account) }, body: show(exchange, account) };
}

function register(
  exchange: Exchange,
  signed: Signed,
  contacts: readonly string[],
  binding: ExternalAccountBinding,
): AcmeAccount {
  const { acm } = exchange.state;
  const now = acm.times.clock.now();
  binding.lastUsedAt = now;
  const account: AcmeAccount = {
    id: randomUUID(),
    endpointArn: exchange.endpoint.arn,
    createdAt: now,
    bindingArn: binding.arn,
    roleArn: binding.roleArn,
    jwk: signed.key,
    thumbprint: signed.thumbprint,
    contacts,
    status: 'VALID',
  };
  acm.accounts.set(account.id, account);
  return account;
}

function findByKey({ state, endpoint }: Exchange, thumbprint: string): AcmeAccount | undefined {
  const accounts = [...state.acm.accounts.values()];
  return accounts.find((account) => account.endpointArn === endpoint.arn && account.thumbprint === thumbprint);
}

function readContacts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  const isList = Array.isArray(value) && value.every((contact) => typeof contact === 'string');
  if (!isList) throw problem('malformed', 'contact is not a list of URLs.');
  const contacts = value as readonly string[];
  if (contacts.some((contact) => !contact.startsWith('mailto:'))) {
    throw problem('unsupportedContact', 'Only mailto: contacts are supported.');
  }
  if (contacts.some((contact) => !/^mailto:[^@\s,?]+@[^@\s,?]+$/.test(contact))) {
    throw problem('invalidContact', 'A contact is not the address of one mailbox.');
  }
  return contacts;
}

/** ManageAccount: reads, updates contacts, or deactivates (RFC 8555, sections 7.3.2 and 7.3.6). Throws ServiceError. */
export async function manageAccount(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  const { account } = signed;
  requireSelf(exchange, account);
  if (signed.payload.length > 0) update(account, readPayload(signed));
  return { status: 200, body: show(exchange, account) };
}

function update(account: AcmeAccount, { status, contact }: Readonly<Record<string, unknown>>): void {
  if (status !== undefined && status !== 'deactivated') throw problem('malformed', 'status can only be deactivated.');
  if (contact !== undefined) account.contacts = readContacts(contact);
  if (status === 'deactivated') account.status = 'DEACTIVATED';
}

/** ListOrders (RFC 8555, section 7.1.2.1). Throws ServiceError. */
export async function listOrders(exchange: Exchange): Promise<Reply> {
  const { account } = await verifyByAccount(exchange);
  requireSelf(exchange, account);
  const orders = [...exchange.state.orders.values()].filter(({ accountId }) => accountId === account.id);
  return { status: 200, body: { orders: orders.map(({ id }) => `${exchange.base}/order/${id}`) } };
}

/** ChangeAccountKey (RFC 8555, section 7.3.5). Throws ServiceError. */
export async function changeKey(exchange: Exchange): Promise<Reply> {
  const signed = await verifyByAccount(exchange);
  const inner = parseJws(signed.payload.toString('utf8'));
  const { jwk, alg, url } = readHeader(inner);
  if (!jwk || url !== `${exchange.base}/key-change`) throw problem('malformed', 'The inner JWS lacks jwk or url.');
  const text = (await verify(inner, jwk, alg)).toString('utf8');
  const { account, oldKey } = parseJson(text, 'The inner payload is not a JSON object.');
  const isOurs = account === urlOf(exchange, signed.account);
  if (!isOurs || (await thumbprintOf(Object(oldKey) as object)) !== signed.thumbprint) {
    throw problem('malformed', 'The inner JWS is not about this account and its key.');
  }
  const thumbprint = await thumbprintOf(jwk);
  const other = findByKey(exchange, thumbprint);
  if (other) throw problem('malformed', 'Another account has this key.', 409);
  signed.account.jwk = jwk;
  signed.account.thumbprint = thumbprint;
  return { status: 200, body: show(exchange, signed.account) };
}

function requireSelf({ route }: Exchange, account: AcmeAccount): void {
  if (route.id !== account.id) throw problem('unauthorized', 'The account of another key.');
}

export const urlOf = ({ base }: Exchange, { id }: AcmeAccount): string => `${base}/acct/${id}`;

function show(exchange: Exchange, account: AcmeAccount): unknown {
  const orders = `${urlOf(exchange, account)}/orders`;
  return { status: account.status.toLowerCase(), contact: account.contacts, termsOfServiceAgreed: true, orders };
}
