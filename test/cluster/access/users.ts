import { join } from 'node:path';
import { eventually } from '../wait.ts';
import type { ApiRequester } from './api-request.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface Grants {
  /** Where the user's ServiceAccount lives; default `default`. */
  readonly namespace?: string;
  /** Held everywhere. */
  readonly rules?: readonly PolicyRule[];
  /** Held in one namespace each. */
  readonly namespaceRules?: Readonly<Record<string, readonly PolicyRule[]>>;
  /** Names of ClusterRoles that exist, held everywhere. */
  readonly clusterRoles?: readonly string[];
}

export interface TestUser {
  /** As audit log and RBAC messages name it: system:serviceaccount:namespace:name. */
  readonly userName: string;
  readonly token: string;
  readonly kubeconfigPath: string;
}

export interface Cluster {
  readonly url: string;
  readonly caFile: string;
  /** Kubeconfigs are written here. */
  readonly folder: string;
  readonly api: ApiRequester;
}

interface Binding {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly role: string;
  readonly rules: readonly PolicyRule[];
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const TOKEN_SECONDS = 24 * 3600;

/**
 * A user is a ServiceAccount with a requested token: any number of them, under names that a test chooses, known at once
 * and still after a restart, and exactly what a controller is that runs in a pod. (A static token file is read only
 * when the API server starts.) Asking again for the same user replaces its rules.
 */
export async function makeUser(cluster: Cluster, name: string, grants: Grants): Promise<TestUser> {
  const namespace = grants.namespace ?? 'default';
  await apply(cluster.api, `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`, 'v1', 'ServiceAccount', {});
  const userName = `system:serviceaccount:${namespace}:${name}`;
  for (const binding of await planBindings(cluster.api, `${namespace}:${name}`, grants)) {
    await bind(cluster.api, binding, { kind: 'ServiceAccount', namespace, name });
    await awaitEffect(cluster.api, userName, binding);
  }
  const token = await requestToken(cluster.api, namespace, name);
  const kubeconfigPath = join(cluster.folder, `user-${namespace}-${name}.kubeconfig`);
  await writeKubeconfig(kubeconfigPath, { url: cluster.url, caFile: cluster.caFile, user: userName, token });
  return { userName, token, kubeconfigPath };
}

async function planBindings(api: ApiRequester, name: string, grants: Grants): Promise<Binding[]> {
  const everywhere = { namespace: undefined, name, role: name };
  const own = grants.rules ? [{ ...everywhere, rules: grants.rules }] : [];
  const local = Object.entries(grants.namespaceRules ?? {}).map(([namespace, rules]) => ({
    ...everywhere,
    namespace,
    rules,
  }));
  await Promise.all([...own, ...local].map((binding) => applyRole(api, binding)));
  const existing = await Promise.all((grants.clusterRoles ?? []).map((role) => readClusterRole(api, name, role)));
  return [...own, ...local, ...existing];
}

async function readClusterRole(api: ApiRequester, user: string, role: string): Promise<Binding> {
  const found = (await api.demand('GET', `${RBAC}/clusterroles/${role}`)) as { rules?: PolicyRule[] | null };
  return { namespace: undefined, name: `${user}:${role}`, role, rules: found.rules ?? [] };
}

async function applyRole(api: ApiRequester, { namespace, role, rules }: Binding): Promise<void> {
  const path = namespace === undefined ? `clusterroles/${role}` : `namespaces/${namespace}/roles/${role}`;
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  await apply(api, `${RBAC}/${path}`, 'rbac.authorization.k8s.io/v1', kind, { rules });
}

async function bind(api: ApiRequester, { namespace, name, role }: Binding, subject: object): Promise<void> {
  const path = namespace === undefined ? `clusterrolebindings/${name}` : `namespaces/${namespace}/rolebindings/${name}`;
  const [kind, roleKind] = namespace === undefined ? ['ClusterRoleBinding', 'ClusterRole'] : ['RoleBinding', 'Role'];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: role };
  await apply(api, `${RBAC}/${path}`, 'rbac.authorization.k8s.io/v1', kind, { roleRef, subjects: [subject] });
}

/** Server-side apply; the object's name is the last part of its path. */
async function apply(api: ApiRequester, path: string, apiVersion: string, kind: string, rest: object): Promise<void> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const body = { apiVersion, kind, metadata: { name }, ...rest };
  const query = '?fieldManager=test-users&force=true';
  await api.demand('PATCH', `${path}${query}`, { body, contentType: 'application/apply-patch+yaml' });
}

/** The API server's authorizer follows its own watch: a rule works a moment after it was written. */
export async function awaitEffect(
  api: Pick<ApiRequester, 'demand'>,
  user: string,
  { rules, namespace }: Pick<Binding, 'rules' | 'namespace'>,
): Promise<void> {
  const attributes = rules.map((rule) => reviewAttributes(rule, namespace)).find((a) => a !== undefined);
  if (!attributes) return;
  const spec = { user, ...attributes };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
  const isAllowed = async (): Promise<boolean> => {
    const review = await api.demand('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', { body });
    return (review as { status: { allowed: boolean } }).status.allowed;
  };
  await eventually(isAllowed, { what: `${user} holds its new rights`, everyMs: 10 });
}

function reviewAttributes(rule: PolicyRule, namespace: string | undefined): object | undefined {
  const verb = rule.verbs[0];
  if (verb === undefined) return undefined;
  const path = rule.nonResourceURLs?.[0];
  if (path !== undefined) return { nonResourceAttributes: { verb, path } };
  const [resource = '', subresource = ''] = (rule.resources?.[0] ?? '').split('/');
  const group = rule.apiGroups?.[0] ?? '';
  return { resourceAttributes: { verb, group, resource, subresource, namespace, name: rule.resourceNames?.[0] } };
}

async function requestToken(api: ApiRequester, namespace: string, name: string): Promise<string> {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const answer = (await api.demand('POST', path, { body })) as { status: { token: string } };
  return answer.status.token;
}
