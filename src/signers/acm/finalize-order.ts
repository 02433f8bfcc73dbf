import { AcmeProblem } from '../../acme/errors.ts';
import type { AcmeOrder } from '../../acme/resources.ts';
import type { CallInTurn } from '../turns.ts';
import type { DomainGate } from './domain-gates.ts';
import { type AcmeError, judgeErrorForDomains, toAcmeError } from './judge-error.ts';
import type { OrderContext, Outcome, Run, Shown } from './order-context.ts';
import { consequenceOfProblem } from './problem-table.ts';

/**
 * RFC 8555 section 7.4, finalize: this is what buys. Called when its turn comes, once; whoever does not know what came of
 * it looks at the order first.
 */
export async function finalizeOrder(context: OrderContext, run: Run, order: AcmeOrder): Promise<Shown | Outcome> {
  const gate = context.gates.of('finalize', run.wanted);
  const held = gate.check();
  if (held) return held;
  const { quota } = context.settings;
  return quota.inTurn('FinalizeOrder', run.request.uid, async (call): Promise<Shown | Outcome> => {
    const shut = gate.enter();
    if (shut) return shut;
    if (!(await run.beforeCall())) return { kind: 'withheld' };
    return finalize(context, run, order, gate, call);
  });
}

async function finalize(
  context: OrderContext,
  { url, wanted }: Run,
  order: AcmeOrder,
  gate: DomainGate,
  call: CallInTurn,
): Promise<Shown | Outcome> {
  try {
    const after = await call(() => context.settings.client.finalize(order, wanted.csr.der));
    gate.open();
    context.orders.forget(url);
    // A server may still show it as ready: it is not finalised again before it was looked at again.
    return { kind: 'order', order: after.status === 'ready' ? { ...after, status: 'processing' } : after };
  } catch (error) {
    const known = toAcmeError(error);
    if (!isUntouched(known)) context.orders.forget(url);
    return judgeErrorForDomains(context, known, gate, wanted.names);
  }
}

/** The server had too much to do: the order is as it was. */
const isUntouched = (error: AcmeError): boolean =>
  error instanceof AcmeProblem && !error.outcomeUnknown && consequenceOfProblem(error, error.status) === 'wait';
