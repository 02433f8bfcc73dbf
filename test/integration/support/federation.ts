import type { WebIdentityTrust } from '../../aws/model.ts';
import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import { awaitEffect, type PolicyRule } from '../../cluster/access/users.ts';
import { applyObject } from './shared-issuer.ts';

/**
 * What an IAM role trusts that a ServiceAccount of this cluster may take: the issuer and the public keys are those that the
 * API server publishes, as AWS fetches them.
 * https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#service-account-issuer-discovery
 */
export async function trustIn(
  plane: ClusterAccess,
  account: { readonly namespace: string; readonly name: string },
  audiences?: readonly string[],
): Promise<WebIdentityTrust> {
  const { issuer } = (await plane.demand('GET', '/.well-known/openid-configuration')) as { issuer: string };
  const headers = { accept: 'application/jwk-set+json' };
  const { keys } = (await plane.demand('GET', '/openid/v1/jwks', { headers })) as Pick<WebIdentityTrust, 'keys'>;
  const subjects = [`system:serviceaccount:${account.namespace}:${account.name}`];
  return { issuer, keys, subjects, ...(audiences && { audiences }) };
}

export async function createServiceAccount(plane: ClusterAccess, namespace: string, name: string): Promise<void> {
  await applyObject(plane, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
}

/** Lets a user (`system:serviceaccount:<namespace>:<name>`) do what the rule says, in one namespace, from the return on. */
export async function grant(
  plane: ClusterAccess,
  userName: string,
  namespace: string,
  rule: PolicyRule,
): Promise<void> {
  const name = `rule-${rule.resources?.join('-').replaceAll('/', '-')}`;
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const [, , userNamespace, user] = userName.split(':');
  await applyObject(plane, { apiVersion, kind: 'Role', metadata: { name, namespace }, rules: [rule] });
  await applyObject(plane, {
    ...{ apiVersion, kind: 'RoleBinding', metadata: { name, namespace } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', namespace: userNamespace, name: user }],
  });
  await awaitEffect(plane, userName, { namespace, rules: [rule] });
}

/** The least that an issuer with a ServiceAccount needs, as docs/credentials.md says. */
export const tokenRule = (name: string): PolicyRule => ({
  apiGroups: [''],
  resources: ['serviceaccounts/token'],
  resourceNames: [name],
  verbs: ['create'],
});

/** The least that an issuer with a Secret needs, as docs/credentials.md says. */
export const secretRule = (name: string): PolicyRule => ({
  apiGroups: [''],
  resources: ['secrets'],
  resourceNames: [name],
  verbs: ['get'],
});
