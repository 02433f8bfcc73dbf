import type { Issuer } from '../../api/awspca.ts';
import { InvalidSpec } from '../issuers/invalid-spec.ts';
import type { CredentialPolicy } from '../issuers/plan-credentials.ts';
import type { PlanZoneIdentity } from './plan-domains.ts';

/** Stands in until plan-route53.ts is there. */
export function planZoneIdentity(
  issuer: Issuer,
  policy: CredentialPolicy,
  region: string | undefined,
): PlanZoneIdentity {
  return ({ dns01 }) => {
    const { role, auth, accessKeyID, accessKeyIDSecretRef } = dns01?.route53 ?? {};
    if (auth ?? accessKeyID ?? accessKeyIDSecretRef) throw new InvalidSpec('Error', 'not there yet');
    const isAllowed =
      issuer.kind === 'AWSPCAClusterIssuer' ? policy.clusterIssuerAmbientCredentials : policy.issuerAmbientCredentials;
    if (!isAllowed)
      throw new InvalidSpec('Error', 'empty credentials; perhaps you meant to enable ambient credentials?');
    return {
      credentials: { kind: 'ambient' },
      roles: role ? [{ arn: role }] : [],
      roleSessionName: 'aws-privateca-issuer',
      region: region ?? dns01?.route53?.region ?? 'us-east-1',
    };
  };
}
