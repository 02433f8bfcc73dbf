import { awspcaGroup, isIssuerKind } from '../../api/awspca.ts';
import type { IssuerRef } from '../../api/certificate-request.ts';
import { goQuote } from '../../flags/go-quote.ts';
import { keys, shortKeys } from './annotation-keys.ts';

const certManagerGroup = 'cert-manager.io';
const certManagerKinds: readonly string[] = ['', 'Issuer', 'ClusterIssuer'];

/** A kind of ours says by itself which group is meant, unless an annotation names another. */
export function groupOfOurKind(kind: string, annotatedGroup: string | undefined): string | undefined {
  return isIssuerKind(kind) && (annotatedGroup ?? '') === '' ? awspcaGroup : undefined;
}

/** Why no controller would ever answer to this kind in this group; undefined when one may. */
export function kindFault({ name, kind, group }: Required<IssuerRef>): string | undefined {
  if (group === awspcaGroup && !isIssuerKind(kind)) {
    return (
      `the issuer's kind is ${goQuote(kind)}, but group ${group} has only AWSPCAIssuer and AWSPCAClusterIssuer: set ` +
      `${goQuote(keys.issuerKind)} beside ${goQuote(keys.issuer)}, or use ${goQuote(shortKeys.issuer)} or ` +
      `${goQuote(shortKeys.clusterIssuer)} alone; for an issuer of cert-manager, set ${goQuote(keys.issuer)} to ` +
      `${goQuote(name)} and ${goQuote(keys.issuerGroup)} to "${certManagerGroup}"`
    );
  }
  // cert-manager's webhook refuses such a Certificate.
  if ((group === '' || group === certManagerGroup) && !certManagerKinds.includes(kind)) {
    const right = isIssuerKind(kind) ? goQuote(awspcaGroup) : 'the group of that kind';
    return (
      `the issuer's kind is ${goQuote(kind)}, but group ${goQuote(group)} has only Issuer and ClusterIssuer: set ` +
      `${goQuote(keys.issuerGroup)} to ${right}, or correct ${goQuote(keys.issuerKind)}`
    );
  }
  return undefined;
}
