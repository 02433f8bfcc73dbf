import type { KubeObject, Resource } from '../kube/objects.ts';

/** networking.k8s.io/v1 IngressTLS. */
export interface IngressTls {
  readonly hosts?: readonly string[];
  readonly secretName?: string;
}

/** networking.k8s.io/v1 Ingress, as far as its certificates go. */
export interface Ingress extends KubeObject {
  readonly kind: 'Ingress';
  readonly spec?: { readonly tls?: readonly IngressTls[] };
}

export const ingresses: Resource<Ingress> = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
};
