import type { AcmeClient } from '../../src/acme/acme-client.ts';
import { dns01Value } from '../../src/acme/dns01.ts';
import { decideOrderStep, type OrderStep, type PendingChallenge } from '../../src/acme/order-step.ts';
import { eventually } from '../cluster/wait.ts';
import type { ChallengeServer } from './challenge-server.ts';

export interface OrderDriver {
  readonly client: AcmeClient;
  /** Undefined: no record is set before a challenge is accepted. */
  readonly dns?: Pick<ChallengeServer, 'addTxt'>;
}

export const dnsIdentifiers = (...names: readonly string[]) => names.map((value) => ({ type: 'dns', value }));

/** The order's next step that is neither reading nor waiting, as the server says it once it has done its work. */
export function nextStep(client: AcmeClient, url: string): Promise<OrderStep> {
  const look = async (): Promise<OrderStep | undefined> => {
    const order = await client.getOrder(url);
    const first = decideOrderStep(order);
    // An invalid order's authorizations say what failed.
    const isToRead = first.kind === 'readAuthorizations' || first.kind === 'dead';
    const step = isToRead ? decideOrderStep(order, await readAll(client, order.authorizations)) : first;
    return step.kind === 'wait' ? undefined : step;
  };
  return eventually(look, { what: 'the server has done its work' });
}

const readAll = (client: AcmeClient, urls: readonly string[]) =>
  Promise.all(urls.map((url) => client.getAuthorization(url)));

/** Answers the challenges of an order, if it has any; resolves with the step that comes then. */
export async function authorize({ client, dns }: OrderDriver, url: string): Promise<OrderStep> {
  const step = await nextStep(client, url);
  if (step.kind !== 'solve') return step;
  const valueOf = ({ token }: PendingChallenge): string => dns01Value(token, client.thumbprint);
  for (const challenge of step.challenges) await dns?.addTxt(challenge.recordName, valueOf(challenge));
  await Promise.all(step.challenges.map((challenge) => client.acceptChallenge(challenge.url)));
  return nextStep(client, url);
}

/** The whole way of an order, from its names to its chain (PEM). */
export async function obtainCertificate(
  driver: OrderDriver,
  names: readonly string[],
  csrDer: Buffer,
): Promise<string> {
  const { client } = driver;
  const { url, order } = await client.newOrder({ identifiers: dnsIdentifiers(...names) });
  const step = await authorize(driver, url);
  if (step.kind !== 'finalize') throw new Error(`the order is not ready: ${JSON.stringify(step)}`);
  await client.finalize(order, csrDer);
  const end = await nextStep(client, url);
  if (end.kind !== 'download') throw new Error(`no certificate: ${JSON.stringify(end)}`);
  return client.downloadCertificate(end.url);
}
