import type { KubeObject, Resource } from '../kube/objects.ts';

/** core/v1 ServiceAccount, as far as tokens are requested for it. */
export const serviceAccounts: Resource = {
  group: '',
  version: 'v1',
  plural: 'serviceaccounts',
  kind: 'ServiceAccount',
  namespaced: true,
};

/**
 * What the subresource `token` of a ServiceAccount answers:
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export interface TokenRequest extends KubeObject {
  readonly kind: 'TokenRequest';
  readonly status?: { readonly token?: string; readonly expirationTimestamp?: string };
}
