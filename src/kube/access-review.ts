import type { CallOptions, KubeClient } from './client.ts';
import type { KubeObject, Resource } from './objects.ts';

/** One thing this process must be allowed to do. `group` is empty for the core group. */
export interface AccessNeed {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Left out: in every namespace, or cluster-scoped. */
  readonly namespace?: string;
  readonly name?: string;
}

interface SelfSubjectAccessReview extends KubeObject {
  readonly status: { readonly allowed: boolean };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/ */
const REVIEWS: Resource<SelfSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
};

/** Asks the API server about each need; resolves with those it does not allow, in the given order. */
export async function reviewAccess(
  client: KubeClient,
  needs: readonly AccessNeed[],
  options?: CallOptions,
): Promise<AccessNeed[]> {
  const allowed = await Promise.all(needs.map((need) => isAllowed(client, need, options)));
  return needs.filter((_, index) => !allowed[index]);
}

async function isAllowed(client: KubeClient, need: AccessNeed, options?: CallOptions): Promise<boolean> {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: REVIEWS.kind,
    spec: { resourceAttributes: need },
  };
  const review = await client.create(REVIEWS, undefined, body, options);
  return review.status.allowed;
}

/** The entry of a Role's or ClusterRole's `rules` that grants what is needed, as one line of YAML. */
export function renderRule({ verb, group, resource, subresource, name }: AccessNeed): string {
  const path = subresource === undefined ? resource : `${resource}/${subresource}`;
  const names = name === undefined ? '' : `, resourceNames: [${JSON.stringify(name)}]`;
  return `- {apiGroups: ["${group}"], resources: ["${path}"]${names}, verbs: ["${verb}"]}`;
}
