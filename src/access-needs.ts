import type { AccessNeed } from './kube/access-review.ts';
import type { Resource } from './kube/objects.ts';

const issuers = ['awspcaissuers', 'awspcaclusterissuers'];
const group = 'awspca.cert-manager.io';

/** Everything that the controller does in the cluster, as charts and examples grant it, but for the ingress-shim. */
export function accessNeeds(options: {
  readonly leaderElection: boolean;
  readonly leaseNamespace: string;
}): readonly AccessNeed[] {
  const watch = (apiGroup: string, resource: string): AccessNeed[] =>
    ['list', 'watch'].map((verb) => ({ verb, group: apiGroup, resource }));
  const { leaderElection, leaseNamespace: namespace } = options;
  const lease = { group: 'coordination.k8s.io', resource: 'leases', namespace };
  return [
    ...watch('cert-manager.io', 'certificaterequests'),
    { verb: 'patch', group: 'cert-manager.io', resource: 'certificaterequests' },
    { verb: 'update', group: 'cert-manager.io', resource: 'certificaterequests', subresource: 'status' },
    ...issuers.flatMap((resource) => [
      ...watch(group, resource),
      { verb: 'patch', group, resource, subresource: 'status' },
    ]),
    { verb: 'create', group: 'events.k8s.io', resource: 'events' },
    { verb: 'patch', group: 'events.k8s.io', resource: 'events' },
    ...(leaderElection ? ['get', 'create', 'update', 'watch'].map((verb) => ({ verb, ...lease })) : []),
  ];
}

/**
 * What the ingress-shim does with one kind. It asks for these by itself: whoever does not grant them goes without the shim,
 * or without that kind.
 */
export function shimAccessNeeds({ group: apiGroup, plural: resource }: Resource): readonly AccessNeed[] {
  const needs = (...verbs: readonly string[]): AccessNeed[] =>
    verbs.map((verb) => ({ verb, group: apiGroup, resource }));
  if (resource === 'certificates') return needs('list', 'watch', 'create', 'patch', 'delete');
  // Its Certificates keep an object from going before them (blockOwnerDeletion), which OwnerReferencesPermissionEnforcement
  // takes for a change of its finalizers: https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/
  return [...needs('list', 'watch'), { verb: 'update', group: apiGroup, resource, subresource: 'finalizers' }];
}
