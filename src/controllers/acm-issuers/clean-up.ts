import { AwsError } from '../../aws/errors.ts';
import type { AcmRun } from './acm-services.ts';
import { ClusterUnknown } from './cluster-identity.ts';
import { createDomainRecords } from './domain-records.ts';
import { listValidations } from './ensure-domains.ts';
import { findManagedEndpoint } from './ensure-endpoint.ts';
import { type AcmAccess, connectAcm } from './examine-acm.ts';
import { explainAws, isAwsNotFound } from './explain-aws.ts';
import { acmFinalizer, hasFinalizer, needsFinalizer } from './finalizer.ts';
import { isObstacle, type Obstacle } from './obstacle.ts';
import type { AcmIssuerPlanning, AtAcmPlan } from './plan-acm-issuer.ts';
import { removeDomain } from './remove-domains.ts';
import { removeEndpoint } from './remove-endpoint.ts';

/** Deletes at ACM and in Route 53 what the issuer asks to be deleted with it. Undefined: nothing of that is left. */
export async function cleanUp(run: AcmRun, planned: AcmIssuerPlanning): Promise<Obstacle | undefined> {
  if (!hasFinalizer(run.issuer)) return undefined;
  if (planned.kind === 'invalid')
    return explainStuck({ kind: 'notReady', reason: planned.reason, message: planned.message });
  const { plan } = planned;
  if (plan.kind === 'directory' || !needsFinalizer(plan, run.issuer)) return undefined;
  const access = await connectAcm(run, plan);
  if (isObstacle(access)) return explainStuck(access);
  try {
    const left = await remove(run, plan, access);
    return left && explainStuck(left);
  } catch (error) {
    if (error instanceof ClusterUnknown)
      return explainStuck({ kind: 'missing', reason: 'Error', message: error.message });
    if (error instanceof AwsError) return explainStuck(explainAws(error, access.connection.asker));
    throw error;
  }
}

function explainStuck(obstacle: Obstacle): Obstacle {
  if (obstacle.kind === 'onItsWay') return obstacle;
  const message =
    `What deletionPolicy asks for could not be deleted: ${obstacle.message} To give it up, take ${acmFinalizer} out of ` +
    'metadata.finalizers.';
  return { ...obstacle, message };
}

async function remove(run: AcmRun, plan: AtAcmPlan, access: AcmAccess): Promise<Obstacle | undefined> {
  const { issuer, services } = run;
  const { acm } = access;
  const endpointArn =
    plan.endpoint.kind === 'named'
      ? plan.endpoint.arn
      : (await findManagedEndpoint({ acm, issuer, cluster: services.cluster, region: plan.endpoint.region }))?.arn;
  // The records of an endpoint that was deleted behind our back are still there.
  const left = await removeDomains(run, plan, access, endpointArn ?? issuer.status?.acm?.endpoint?.arn);
  if (left) return left;
  const isManaged = plan.endpoint.kind === 'managed' && plan.endpoint.deletionPolicy === 'Delete';
  if (!isManaged || endpointArn === undefined) return undefined;
  const { listIssuers, logger } = services;
  return removeEndpoint({ acm, issuer, listIssuers, logger }, endpointArn);
}

async function removeDomains(
  run: AcmRun,
  plan: AtAcmPlan,
  { acm }: AcmAccess,
  endpointArn: string | undefined,
): Promise<Obstacle | undefined> {
  if (endpointArn === undefined) return undefined;
  const { services, issuer, issuerKey, using } = run;
  const { client, aws, dns, listIssuers } = services;
  const known = issuer.status?.acm?.domains ?? [];
  const planned = plan.domains.map((domain) => ({
    ...known.find(({ name }) => name === domain.name),
    ...pick(domain),
  }));
  const gone = known.filter(({ name }) => !plan.domains.some((domain) => domain.name === name));
  const leaving = [...planned, ...gone].filter(({ deletionPolicy }) => deletionPolicy === 'Delete');
  if (leaving.length === 0) return undefined;
  const records = createDomainRecords({ ...dns, client, aws, using, issuerKey });
  const validations = await listExisting(acm, endpointArn);
  const removal = { acm, records, issuer, plan, endpointArn, listIssuers };
  const left = await Promise.all(
    leaving.map(async (domain) => {
      const obstacle = await removeDomain(removal, domain, validations.get(domain.name));
      return obstacle && { ...obstacle, message: `${domain.name}: ${obstacle.message}` };
    }),
  );
  return left.find((obstacle) => obstacle !== undefined);
}

const pick = ({ name, deletionPolicy }: AtAcmPlan['domains'][number]) => ({ name, deletionPolicy });

/** An endpoint that is gone has no validations. */
async function listExisting(acm: AcmAccess['acm'], endpointArn: string): ReturnType<typeof listValidations> {
  try {
    return await listValidations(acm, endpointArn);
  } catch (error) {
    if (isAwsNotFound(error)) return new Map();
    throw error;
  }
}
