import { AcmeProblem } from '../../acme/errors.ts';
import { endSentence } from '../end-sentence.ts';
import type { CollectOutcome } from '../signer.ts';
import { foreign } from './assemble-certificate.ts';
import { serverName, slowRetryMs } from './explain-problem.ts';
import { type AcmeError, type Denied, judgeError, toAcmeError } from './judge-error.ts';
import type { OrderContext, Run, Shown } from './order-context.ts';

/** Longer than an ingress or a proxy takes to find its server again. */
const bareMs = 5 * 60_000;

/** The order of the run as it is now, from memory when it can only be as it was; `foreign` when it is not the request's. */
export async function lookAtOrder(context: OrderContext, run: Run): Promise<Shown | CollectOutcome> {
  const shown = await look(context, run);
  if (shown.kind !== 'order') return shown;
  const names = new Set(shown.order.identifiers.map(({ value }) => value.toLowerCase()));
  const isForThese = names.symmetricDifference(new Set(run.wanted.names)).size === 0;
  return isForThese ? shown : foreign('it is for other names');
}

async function look(context: OrderContext, { request, url }: Run): Promise<Shown | CollectOutcome> {
  const { client, quota } = context.settings;
  const remembered = context.orders.shown(url);
  if (remembered) return { kind: 'order', order: remembered };
  return quota.inTurn('GetOrder', request.uid, async (call): Promise<Shown | CollectOutcome> => {
    try {
      const order = await call(() => client.getOrder(url));
      context.orders.find(url);
      return { kind: 'order', order };
    } catch (error) {
      return judgeLook(context, url, toAcmeError(error));
    }
  });
}

async function judgeLook(context: OrderContext, url: string, error: AcmeError): Promise<CollectOutcome> {
  if (isUnknownOrder(error)) return judgeUnknown(context, url, error);
  const judged = await judgeError(context, error);
  return judged.kind === 'denied' ? judgeDenied(context, url, judged) : judged;
}

/** One that the server just took from this account is its own, and may be bought already: it is not replaced for that. */
function judgeDenied({ orders, settings }: OrderContext, url: string, { problem }: Denied): CollectOutcome {
  if (!orders.isNew(url)) return foreign('the server does not show it to this account');
  const message =
    `${serverName(settings.provider)} took the order from this account, which is valid, and does not show it to it now: ` +
    `${endSentence(`${problem.code}: ${problem.detail}`)} The order may be bought already, so it is not replaced yet; it is looked at again every minute.`;
  return { kind: 'blocked', code: problem.code, message, afterMs: slowRetryMs };
}

/** The directory or the nonces, which the call may need first, can be what was not found: that says nothing of the order. */
const isUnknownOrder = (error: AcmeError): boolean =>
  error instanceof AcmeProblem ? error.status === 404 && error.operation === 'getOrder' : error.code === 'FOREIGN_URL';

/** No problem document: it may be a page of an ingress or a proxy on the way, of something that knows nothing of orders. */
const isBare = (error: AcmeError): boolean => error instanceof AcmeProblem && error.type === 'about:blank';

/**
 * The server gave us the URL itself a moment ago: it will come to know it. Any other that it does not know is not ours, as
 * soon as it says so itself, or after a while of answers that need not be its own.
 */
function judgeUnknown({ orders, settings }: OrderContext, url: string, error: AcmeError): CollectOutcome {
  const server = serverName(settings.provider);
  const retry = (message: string): CollectOutcome => ({
    ...{ kind: 'retry', code: 'OrderNotFound', message, outcomeUnknown: false },
  });
  if (orders.isNew(url)) return retry(`${server} does not find the order that it took; it is looked for again.`);
  if (isBare(error) && orders.missingForMs(url) < bareMs)
    return retry(
      `Where ${server.replace(/^The/, 'the')} has the order there is an answer of 404 without a word of its own, as of a proxy on the way; it is looked for again.`,
    );
  return foreign('the server does not know it');
}
