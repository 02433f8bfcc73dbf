import type { AwsStandIn } from '../aws/index.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { trustIn } from '../integration/support/federation.ts';

/** The CA that the example of chained roles names. */
const partnerPlaceholder =
  'arn:aws:acm-pca:eu-central-1:444455556666:certificate-authority/00000000-0000-0000-0000-000000000000';

/**
 * What the examples expect in AWS beside the CA: the role that trusts a ServiceAccount of the cluster, and the two roles that
 * lead to the CA of another account. Resolves with what stands for what in the examples.
 */
export async function createFederation(
  plane: ControlPlane,
  aws: AwsStandIn,
  region: string,
): Promise<ReadonlyMap<string, string>> {
  const account = { namespace: 'team-b', name: 'pca-issuer' };
  await aws.createRole({ name: 'team-b-pca-issuer', webIdentity: await trustIn(plane, account) });
  const hub = await aws.createRole({ name: 'hub', trust: [aws.identity.arn] });
  const partner = { account: '444455556666', trust: [hub.arn], externalId: 'example-company' };
  await aws.createRole({ name: 'certificates', ...partner });
  const authority = await aws.createCertificateAuthority({
    account: partner.account,
    subject: { commonName: 'Partner CA', organization: 'Partner' },
    region,
  });
  return new Map([[partnerPlaceholder, authority.arn]]);
}
