import type { BeginOutcome, SigningRequest } from '../signer.ts';
import type { CallInTurn } from '../turns.ts';
import type { DomainGate } from './domain-gates.ts';
import { judgeErrorForDomains, toAcmeError } from './judge-error.ts';
import type { Wanted } from './judge-request.ts';
import type { BeforeCall, OrderContext } from './order-context.ts';
import { formatTerms } from './terms.ts';

/** RFC 8555 section 7.4, newOrder. It costs nothing: an order that is lost on the way is just placed again. */
export async function placeOrder(
  context: OrderContext,
  { uid }: SigningRequest,
  wanted: Wanted,
  beforeCall: BeforeCall,
): Promise<BeginOutcome> {
  const gate = context.gates.of('order', wanted);
  const held = gate.check();
  if (held) return held;
  return context.settings.quota.inTurn('NewOrder', uid, async (call): Promise<BeginOutcome> => {
    const shut = gate.enter();
    if (shut) return shut;
    if (!(await beforeCall())) return { kind: 'withheld' };
    return place(context, wanted, gate, call);
  });
}

async function place(
  context: OrderContext,
  { names }: Wanted,
  gate: DomainGate,
  call: CallInTurn,
): Promise<BeginOutcome> {
  const { client } = context.settings;
  const identifiers = names.map((value) => ({ type: 'dns', value }));
  try {
    const { url, order } = await call(() => client.newOrder({ identifiers }));
    gate.open();
    context.orders.place(url, order);
    const challenged = order.status === 'pending';
    return { kind: 'begun', reference: url, terms: formatTerms({ accountUrl: client.accountUrl ?? '', challenged }) };
  } catch (error) {
    return judgeErrorForDomains(context, toAcmeError(error), gate, names);
  }
}
