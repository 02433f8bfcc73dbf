import { isRecordThere, validationsOf } from '../acm/validation-state.ts';
import { covers } from './coverage.ts';
import { issue } from './issue.ts';
import { typeUrn, type Problem } from './problems.ts';
import type { AcmeState, Order } from './state.ts';

/** Moves an order on to where the clock has it: out of processing, or past its end. */
export async function settleOrder(state: AcmeState, order: Order): Promise<void> {
  const now = state.acm.times.clock.now();
  if (order.status === 'processing' && order.doneAt !== undefined && order.doneAt <= now) {
    order.completion ??= complete(state, order);
    await order.completion;
  }
  if (order.status === 'ready' && order.expiresAt <= now) {
    fail(order, { type: typeUrn('malformed'), detail: 'The order has expired.' });
  }
}

/** The same for all orders: certificates are issued also when nobody asks for them. */
export async function settleOrders(state: AcmeState): Promise<void> {
  for (const order of state.orders.values()) await settleOrder(state, order);
}

async function complete(state: AcmeState, order: Order): Promise<void> {
  const account = state.acm.accounts.get(order.accountId);
  const endpoint = state.acm.endpoints.get(order.endpointArn);
  const failure = takeFailure(state, order) ?? missingRecord(state, order);
  if (failure) fail(order, failure);
  else if (account && endpoint) await issue({ state, order, account, endpoint });
  else fail(order, { type: typeUrn('serverInternal'), detail: 'The endpoint is gone.' });
}

function fail(order: Order, error: Problem): void {
  order.status = 'invalid';
  order.error = error;
}

function takeFailure({ failures }: AcmeState, order: Order): Problem | undefined {
  const standing = failures.find(
    ({ failure, left }) => left > 0 && (failure.acmeEndpointArn ?? order.endpointArn) === order.endpointArn,
  );
  if (!standing) return undefined;
  standing.left -= 1;
  const { type, detail = `Ordered failure: ${type}` } = standing.failure;
  return { type: typeUrn(type), detail };
}

/** ACM looks for the CNAME again at each issuance. */
function missingRecord({ acm }: AcmeState, order: Order): Problem | undefined {
  const validations = validationsOf(acm, order.endpointArn).filter(({ status }) => status === 'VALID');
  for (const value of order.names) {
    const covering = validations.filter((validation) => covers(validation, value, acm.settings));
    if (covering.some(({ record }) => isRecordThere(acm, record))) continue;
    const name = covering[0]?.record.name;
    const what = name === undefined ? 'no domain validation covers it any more' : `the CNAME record ${name} is missing`;
    return { type: typeUrn('dns'), detail: `Domain validation failed for ${value}: ${what}.` };
  }
  return undefined;
}
