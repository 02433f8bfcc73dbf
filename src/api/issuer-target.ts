import { keyOf } from '../kube/objects.ts';
import type { ObjectName } from '../kube/objects.ts';
import { awspcaGroup, isIssuerKind } from './awspca.ts';
import type { Issuer, IssuerKind } from './awspca.ts';
import type { CertificateRequest } from './certificate-request.ts';

/** Where a CertificateRequest points. */
export type IssuerTarget =
  /** Another group's business: nothing may be written on the request. */
  | { readonly type: 'foreign' }
  /** Our group, but neither of its kinds. `kind` as written, empty when it was left out. */
  | { readonly type: 'unsupportedKind'; readonly kind: string }
  /** `issuerKey` is what {@link issuerKeyFor} gives for the issuer itself. */
  | { readonly type: 'issuer'; readonly kind: IssuerKind; readonly name: ObjectName; readonly issuerKey: string };

/** Resolves `spec.issuerRef`. A namespaced issuer is looked for in the request's own namespace only. */
export function issuerTargetOf(request: CertificateRequest): IssuerTarget {
  const issuerRef = request.spec?.issuerRef;
  if (issuerRef?.group !== awspcaGroup) return { type: 'foreign' };
  const { kind = '', name } = issuerRef;
  if (!isIssuerKind(kind)) return { type: 'unsupportedKind', kind };
  const objectName = kind === 'AWSPCAIssuer' ? namespaced(request.metadata.namespace, name) : { name };
  return { type: 'issuer', kind, name: objectName, issuerKey: toIssuerKey(kind, objectName) };
}

/**
 * The key of the issuer that a request refers to, for an index of requests by issuer; undefined when it refers to none
 * of ours.
 */
export function issuerKeyOf(request: CertificateRequest): string | undefined {
  const target = issuerTargetOf(request);
  return target.type === 'issuer' ? target.issuerKey : undefined;
}

/** `<kind>/<key>`: one name space for the issuers of both kinds. */
export function issuerKeyFor(issuer: Issuer): string {
  return toIssuerKey(issuer.kind, issuer.metadata);
}

/** {@link issuerKeyFor}, from the parts. */
function toIssuerKey(kind: IssuerKind, name: ObjectName): string {
  return `${kind}/${keyOf(name)}`;
}

function namespaced(namespace: string | undefined, name: string): ObjectName {
  return namespace === undefined ? { name } : { namespace, name };
}
