import type { Issuer } from '../../api/awspca.ts';
import { issuerKeyFor } from '../../api/issuer-target.ts';
import type { AcmCalls } from '../../aws/acm/acm-calls.ts';
import type { Logger } from '../../system/logger.ts';
import { isAwsConflict, isAwsNotFound } from './explain-aws.ts';
import type { Obstacle } from './obstacle.ts';

export interface EndpointRemoval {
  readonly acm: AcmCalls;
  readonly issuer: Issuer;
  readonly listIssuers: () => readonly Issuer[];
  readonly logger: Logger;
}

/**
 * Deletes a managed endpoint, unless another issuer of the cluster names it: then it stays, and is nobody's. What belongs to
 * it goes with it: https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteAcmeEndpoint.html
 */
export async function removeEndpoint(removal: EndpointRemoval, endpointArn: string): Promise<Obstacle | undefined> {
  const { acm, issuer, logger } = removal;
  const user = findUser(removal, endpointArn);
  if (user) {
    logger.warn(
      { issuer: issuerKeyFor(issuer), endpoint: endpointArn, usedBy: issuerKeyFor(user) },
      'the endpoint of an issuer that was deleted stays, as another issuer names it in spec.acm.endpoint.arn: delete it at ACM when nobody uses it any more',
    );
    return undefined;
  }
  try {
    await acm.deleteAcmeEndpoint(endpointArn);
    return undefined;
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    if (!isAwsConflict(error)) throw error;
    const message = `ACM is busy with the endpoint ${endpointArn}; it is deleted as soon as it is not.`;
    return { kind: 'onItsWay', reason: 'Deleting', message };
  }
}

function findUser({ issuer, listIssuers }: EndpointRemoval, endpointArn: string): Issuer | undefined {
  return listIssuers().find(
    ({ metadata: { uid, deletionTimestamp }, spec }) =>
      uid !== issuer.metadata.uid && deletionTimestamp === undefined && spec?.acm?.endpoint.arn === endpointArn,
  );
}
