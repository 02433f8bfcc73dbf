import { dns01Name } from './dns01.ts';
import type { AcmeIdentifier, ProblemDocument } from './errors.ts';
import type { AcmeAuthorization, AcmeOrder } from './resources.ts';

/** A dns-01 challenge that has to be answered. */
export interface PendingChallenge {
  readonly identifier: AcmeIdentifier;
  readonly wildcard: boolean;
  /** To accept it. */
  readonly url: string;
  /** Not for logs; `dns01Value` makes the record's value of it. */
  readonly token: string;
  /** Of the TXT record, without trailing dot. Two challenges may share it (apex and wildcard). */
  readonly recordName: string;
}

/** What comes next for an order (RFC 8555 section 7.1.6). */
export type OrderStep =
  /** Read these, and decide again with them. */
  | { readonly kind: 'readAuthorizations'; readonly urls: readonly string[] }
  /** Put the records into DNS, then accept each challenge. */
  | { readonly kind: 'solve'; readonly challenges: readonly PendingChallenge[] }
  | { readonly kind: 'finalize' }
  /** The server works; read the order again. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'download'; readonly url: string }
  /** This order never gives a certificate. */
  | DeadOrder;

export interface DeadOrder {
  readonly kind: 'dead';
  /**
   * `failed`: the order is invalid. `unauthorized`: an authorization is no longer to be had. `unsolvable`: authorizations are
   * pending and offer no dns-01 challenge, as those of ACM for names that no validated domain covers.
   */
  readonly reason: 'failed' | 'unauthorized' | 'unsolvable';
  /** Which names; empty: the order as a whole. */
  readonly identifiers: readonly AcmeIdentifier[];
  /** The server's own reason. */
  readonly problem?: ProblemDocument;
}

const shortestWaitMs = 1_000;
const usualWaitMs = 5_000;
const longestWaitMs = 60_000;

/** `authorizations` are the order's, as last read; leave them out before they were. */
export function decideOrderStep(order: AcmeOrder, authorizations?: readonly AcmeAuthorization[]): OrderStep {
  switch (order.status) {
    case 'ready':
      return { kind: 'finalize' };
    case 'processing':
      return wait(order.retryAfterMs);
    case 'valid':
      // RFC 8555 shows the URL in every valid order; one without it is looked at again.
      return order.certificate === undefined ? wait(order.retryAfterMs) : { kind: 'download', url: order.certificate };
    case 'invalid':
      return whyInvalid(order, authorizations ?? []);
    case 'pending':
      if (authorizations === undefined) return { kind: 'readAuthorizations', urls: order.authorizations };
      return decideAuthorizations(order, authorizations);
  }
}

function decideAuthorizations(order: AcmeOrder, authorizations: readonly AcmeAuthorization[]): OrderStep {
  const lost = authorizations.filter(({ status }) => status !== 'pending' && status !== 'valid');
  if (lost.length > 0) return dead('unauthorized', lost, order);
  const pending = authorizations.filter(({ status }) => status === 'pending');
  const unsolvable = pending.filter((authorization) => dns01Of(authorization) === undefined);
  if (unsolvable.length > 0) return dead('unsolvable', unsolvable, order);
  const challenges = pending.flatMap(toSolve);
  if (challenges.length > 0) return { kind: 'solve', challenges };
  return wait(...pending.map((authorization) => authorization.retryAfterMs), order.retryAfterMs);
}

/** An order whose authorizations were read says which of them failed; else its own error may. */
function whyInvalid(order: AcmeOrder, authorizations: readonly AcmeAuthorization[]): DeadOrder {
  const lost = authorizations.filter(({ status }) => status !== 'pending' && status !== 'valid');
  if (lost.length > 0) return dead('failed', lost, order);
  const named = (order.error?.subproblems ?? []).flatMap(({ identifier }) => identifier ?? []);
  return { kind: 'dead', reason: 'failed', identifiers: named, ...(order.error && { problem: order.error }) };
}

function dead(reason: DeadOrder['reason'], culprits: readonly AcmeAuthorization[], order: AcmeOrder): DeadOrder {
  const found = culprits.flatMap(({ challenges }) => challenges.flatMap(({ error }) => error ?? []));
  const problem = found[0] ?? order.error;
  return { kind: 'dead', reason, identifiers: culprits.map(nameOf), ...(problem && { problem }) };
}

const nameOf = ({ identifier, wildcard }: AcmeAuthorization): AcmeIdentifier =>
  wildcard && !identifier.value.startsWith('*.') ? { ...identifier, value: `*.${identifier.value}` } : identifier;

const dns01Of = ({ challenges }: AcmeAuthorization) =>
  challenges.find(({ type, token }) => type === 'dns-01' && token !== undefined);

function toSolve(authorization: AcmeAuthorization): PendingChallenge[] {
  const { url, token, status } = dns01Of(authorization) ?? {};
  if (status !== 'pending' || url === undefined || token === undefined) return [];
  const { identifier, wildcard } = authorization;
  return [{ identifier, wildcard, url, token, recordName: dns01Name(identifier) }];
}

/** As long as the server asks for, within reason. */
function wait(...asked: readonly (number | undefined)[]): OrderStep {
  const longest = Math.max(...asked.map((ms) => ms ?? 0));
  const afterMs = longest > 0 ? longest : usualWaitMs;
  return { kind: 'wait', afterMs: Math.min(Math.max(afterMs, shortestWaitMs), longestWaitMs) };
}
