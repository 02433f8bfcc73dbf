import type { Issuer } from '../../api/awspca.ts';
import type { AcmCalls, AcmeEndpoint } from '../../aws/acm/acm-calls.ts';
import { parseAcmeEndpointArn } from '../../aws/acm-arn.ts';
import { decideUpdate, findEndpointProblem } from './decide-endpoint.ts';
import { isAwsConflict, isAwsNotFound } from './explain-aws.ts';
import type { Obstacle } from './obstacle.ts';
import { endpointTags, idempotencyToken, isOwnEndpoint } from './own-tags.ts';
import type { AcmEndpointPlan, ManagedEndpointPlan } from './plan-endpoint.ts';

export interface EndpointQuestion {
  readonly acm: AcmCalls;
  readonly issuer: Issuer;
  readonly plan: AcmEndpointPlan;
  /** The cluster's identity; asked only for a managed endpoint. */
  readonly cluster: () => Promise<string>;
  /** The account tells a contact. */
  readonly hasContact: boolean;
}

export type EndpointOutcome =
  | { readonly kind: 'endpoint'; readonly endpoint: AcmeEndpoint; readonly url: string }
  | (Obstacle & { readonly endpoint?: AcmeEndpoint });

/** Finds the endpoint, makes or changes it where it is managed, and says whether it issues. */
export async function ensureEndpoint(question: EndpointQuestion): Promise<EndpointOutcome> {
  const found = await findOrCreate(question);
  if (!('arn' in found)) return found;
  const { plan, hasContact } = question;
  const problem = findEndpointProblem(plan, found, hasContact);
  if (problem) return { ...problem, endpoint: found };
  return { kind: 'endpoint', endpoint: found, url: found.url ?? '' };
}

async function findOrCreate(question: EndpointQuestion): Promise<AcmeEndpoint | Obstacle> {
  const { plan } = question;
  if (plan.kind === 'managed') return keep(question, plan);
  try {
    return await question.acm.describeAcmeEndpoint(plan.arn);
  } catch (error) {
    if (!isAwsNotFound(error)) throw error;
    const message =
      `The endpoint ${plan.arn} was not found. Compare spec.acm.endpoint.arn with the ARN in the console of ACM; it is looked ` +
      'for every minute.';
    return { kind: 'notReady', reason: 'EndpointNotFound', message };
  }
}

async function keep(question: EndpointQuestion, plan: ManagedEndpointPlan): Promise<AcmeEndpoint | Obstacle> {
  const found = (await findManagedEndpoint({ ...question, region: plan.region })) ?? (await create(question, plan));
  if (!('arn' in found)) return found;
  const update = found.status === 'ACTIVE' ? decideUpdate(plan, found) : undefined;
  if (!update) return found;
  await question.acm.updateAcmeEndpoint(update);
  return question.acm.describeAcmeEndpoint(found.arn);
}

/**
 * The endpoint that was made for this issuer, in whatever process: by its tags, which neither list nor description shows.
 * The one in the status is asked first, which may have been written by somebody else and proves nothing.
 */
export async function findManagedEndpoint(
  question: Pick<EndpointQuestion, 'acm' | 'issuer' | 'cluster'> & { readonly region: string },
): Promise<AcmeEndpoint | undefined> {
  const known = parseAcmeEndpointArn(question.issuer.status?.acm?.endpoint?.arn ?? '');
  const remembered = known?.region === question.region ? await describeOwn(question, known.arn) : undefined;
  if (remembered && remembered.status !== 'DELETING') return remembered;
  let token: string | undefined;
  do {
    const page = await question.acm.listAcmeEndpoints(token);
    for (const { arn, status } of page.items) {
      const own = status === 'DELETING' ? undefined : await describeOwn(question, arn);
      if (own) return own;
    }
    token = page.nextToken;
  } while (token !== undefined);
  return undefined;
}

/** Undefined when it is not there, or not of this issuer. */
async function describeOwn(
  { acm, issuer, cluster }: Pick<EndpointQuestion, 'acm' | 'issuer' | 'cluster'>,
  arn: string,
): Promise<AcmeEndpoint | undefined> {
  try {
    const tags = await acm.listTagsForResource(arn);
    if (!isOwnEndpoint(tags, issuer, await cluster())) return undefined;
    return await acm.describeAcmeEndpoint(arn);
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    throw error;
  }
}

async function create(
  { acm, issuer, cluster }: EndpointQuestion,
  { contact, allowedKeyAlgorithms, certificateTags }: ManagedEndpointPlan,
): Promise<AcmeEndpoint | Obstacle> {
  const wanted = { contact, allowedKeyAlgorithms, certificateTags };
  // One that was deleted behind our back must not be what the token finds.
  const predecessor = issuer.status?.acm?.endpoint?.arn;
  try {
    const arn = await acm.createAcmeEndpoint({
      ...wanted,
      idempotencyToken: idempotencyToken(issuer, 'endpoint', wanted, predecessor),
      tags: endpointTags(issuer, await cluster()),
    });
    return await acm.describeAcmeEndpoint(arn);
  } catch (error) {
    const isEarly = isAwsNotFound(error) || isAwsConflict(error);
    if (!isEarly) throw error;
    return { kind: 'onItsWay', reason: 'EndpointCreating', message: 'ACM creates the endpoint.' };
  }
}
