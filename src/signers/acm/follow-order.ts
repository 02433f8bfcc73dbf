import { type DeadOrder, decideOrderStep, type OrderStep } from '../../acme/order-step.ts';
import type { AcmeAuthorization, AcmeOrder } from '../../acme/resources.ts';
import type { CollectOutcome, Setback } from '../signer.ts';
import { assembleCertificate, certificateEnded } from './assemble-certificate.ts';
import { validating } from './challenges.ts';
import { explainDeath } from './explain-death.ts';
import { serverName, toSetback } from './explain-problem.ts';
import { finalizeOrder } from './finalize-order.ts';
import { toAcmeError } from './judge-error.ts';
import type { OrderContext, Outcome, Run } from './order-context.ts';
import { readAuthorizations } from './read-authorizations.ts';

/** How long an order may be processed without a word: ACM says up to two minutes. */
const budgetMs = 600_000;
const longestLookMs = 60_000;
const replacedAfterMs = 2_000;

type Authorizations = readonly AcmeAuthorization[];

/**
 * Does what comes next for an order, as far as it goes without waiting. The records of its challenges are taken away as
 * soon as they are not needed any more, and before its URL is.
 */
export async function followOrder(
  context: OrderContext,
  run: Run,
  order: AcmeOrder,
  authorizations?: Authorizations,
): Promise<Outcome> {
  const step = decideOrderStep(order, authorizations);
  if (step.kind === 'finalize') context.orders.keep(run.url, order);
  else context.orders.forget(run.url);
  const refusal = isUnbought.includes(order.status) ? run.refusal : undefined;
  const needsRecords = order.status === 'pending' && step.kind !== 'dead' && !refusal;
  if (needsRecords) context.challenges.keep(run.url);
  // The mark on the request can be edited by whoever may write it: it only saves looks, and proves nothing.
  const mayHaveRecords = run.challenged || context.challenges.hasRecords(run.url);
  const tidying = mayHaveRecords && !needsRecords ? context.challenges.tidy(run.url, order, authorizations) : 0;
  const isLastStep = step.kind === 'download' || step.kind === 'dead';
  if (!isLastStep) {
    const [outcome, afterMs] = await Promise.all([refusal ?? take(context, run, order, step), tidying]);
    return refusal && afterMs > 0 ? { kind: 'pending', afterMs } : outcome;
  }
  const afterMs = await tidying;
  return afterMs > 0 ? { kind: 'pending', afterMs } : end(context, run, order, step, authorizations);
}

const isUnbought: readonly AcmeOrder['status'][] = ['pending', 'ready'];

type LastStep = Extract<OrderStep, { kind: 'download' | 'dead' }>;

async function take(
  context: OrderContext,
  run: Run,
  order: AcmeOrder,
  step: Exclude<OrderStep, LastStep>,
): Promise<Outcome> {
  switch (step.kind) {
    case 'readAuthorizations': {
      const read = await tryToRead(context, step.urls);
      return 'kind' in read ? read : followOrder(context, run, order, read);
    }
    case 'solve':
      return context.challenges.solve(run.url, step.challenges);
    case 'finalize': {
      const finalized = await finalizeOrder(context, run, order);
      return finalized.kind === 'order' ? followOrder(context, run, finalized.order) : finalized;
    }
    case 'wait':
      return wait(context, run, order, step.afterMs);
  }
}

async function end(
  context: OrderContext,
  run: Run,
  order: AcmeOrder,
  step: LastStep,
  authorizations: Authorizations | undefined,
): Promise<Outcome> {
  if (step.kind === 'download') return download(context, run, step.url);
  // An order need not say which names it died of; its authorizations do, where it had to be proven.
  const mayTell = authorizations === undefined && step.identifiers.length === 0 && (run.challenged || !step.problem);
  const read = mayTell ? await tryToRead(context, order.authorizations) : undefined;
  const told = read && !('kind' in read) ? decideOrderStep(order, read) : step;
  return bury(context, run, told.kind === 'dead' ? told : step);
}

async function tryToRead(
  { settings: { client, provider } }: OrderContext,
  urls: readonly string[],
): Promise<AcmeAuthorization[] | Setback> {
  try {
    return await readAuthorizations(client, urls);
  } catch (error) {
    return toSetback(provider, toAcmeError(error));
  }
}

function wait(
  { orders, settings: { provider } }: OrderContext,
  { url }: Run,
  order: AcmeOrder,
  afterMs: number,
): CollectOutcome {
  if (order.status === 'pending') return { kind: 'pending', afterMs, message: validating };
  const isLate = order.status === 'processing' && orders.processingForMs(url) >= budgetMs;
  if (!isLate) return { kind: 'pending', afterMs };
  const message = `${serverName(provider)} has been working on the order for more than ten minutes, which is unusual; it is looked at until that ends.`;
  return { kind: 'pending', afterMs: longestLookMs, message };
}

/** RFC 8555 section 7.4.2. */
async function download(
  { settings: { client, provider }, clock, orders }: OrderContext,
  { request, wanted, url }: Run,
  certificateUrl: string,
): Promise<CollectOutcome> {
  try {
    const pem = await client.downloadCertificate(certificateUrl);
    const outcome = assembleCertificate(provider, pem, request, wanted, clock.now());
    if (outcome.kind === 'issued') orders.finish(url, request.uid);
    if (outcome.kind !== 'blocked' || outcome.code !== certificateEnded) return outcome;
    return orders.bury(url, request.uid) > 1 ? outcome : replaced(outcome);
  } catch (error) {
    return toSetback(provider, toAcmeError(error));
  }
}

/** Another order buys another certificate, so only one is placed for it: the clock may be what is wrong. */
const replaced = ({ code }: { readonly code: string }): CollectOutcome => ({
  ...{ kind: 'attemptFailed', code, afterMs: replacedAfterMs, checkIssuer: false },
  message: 'The certificate of the order has ended before it could be stored. Another order is placed, once.',
});

function bury({ settings, orders }: OrderContext, { request, url, wanted }: Run, death: DeadOrder): CollectOutcome {
  return explainDeath(settings, death, orders.bury(url, request.uid), wanted.names);
}
