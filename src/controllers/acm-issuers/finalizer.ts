import { awspcaClusterIssuers, awspcaGroup, awspcaIssuers, type Issuer } from '../../api/awspca.ts';
import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isForbidden } from '../../kube/errors.ts';
import { fieldManager } from '../field-manager.ts';
import { isGone } from '../write-errors.ts';
import type { Obstacle } from './obstacle.ts';
import type { AcmIssuerPlan } from './plan-acm-issuer.ts';

/** Holds an issuer until what it asks to be deleted at AWS is deleted. */
export const acmFinalizer = `${awspcaGroup}/acm`;

/** Only where a field asks for something to be deleted. */
export function needsFinalizer(plan: AcmIssuerPlan, { status }: Issuer): boolean {
  if (plan.kind === 'directory') return false;
  const isManaged = plan.endpoint.kind === 'managed' && plan.endpoint.deletionPolicy === 'Delete';
  const domains = [...plan.domains, ...(status?.acm?.domains ?? [])];
  return isManaged || domains.some(({ deletionPolicy }) => deletionPolicy === 'Delete');
}

export const hasFinalizer = ({ metadata: { finalizers = [] } }: Issuer): boolean => finalizers.includes(acmFinalizer);

/** The issuer as it is afterwards; undefined: it is gone. */
export async function setFinalizer(
  client: KubeClient,
  issuer: Issuer,
  isWanted: boolean,
): Promise<Issuer | Obstacle | undefined> {
  if (hasFinalizer(issuer) === isWanted) return issuer;
  const resource = issuer.kind === 'AWSPCAIssuer' ? awspcaIssuers : awspcaClusterIssuers;
  const { uid, resourceVersion, finalizers = [] } = issuer.metadata;
  const others = finalizers.filter((finalizer) => finalizer !== acmFinalizer);
  const body = { metadata: { uid, resourceVersion, finalizers: isWanted ? [...others, acmFinalizer] : others } };
  try {
    return await client.patch<Issuer>(resource, issuer.metadata, { type: 'merge', body }, { fieldManager });
  } catch (error) {
    if (isGone(error)) return undefined;
    if (!isForbidden(error)) throw error;
    const rule = renderRule({ verb: 'patch', group: awspcaGroup, resource: resource.plural });
    const message = isWanted
      ? `deletionPolicy Delete needs a finalizer on this issuer, which the controller may not set: RBAC verb patch on ` +
        `${resource.plural}. Add the rule ${rule} to its ClusterRole, or leave deletionPolicy out.`
      : `The finalizer ${acmFinalizer} of this issuer is needed no more, and the controller may not take it away: RBAC verb patch on ` +
        `${resource.plural}. Add the rule ${rule} to its ClusterRole, or take it out of metadata.finalizers: before that the issuer ` +
        'cannot be deleted.';
    return { kind: 'missing', reason: 'Error', message };
  }
}
