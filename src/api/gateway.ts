import type { KubeObject, Resource } from '../kube/objects.ts';

/** https://gateway-api.sigs.k8s.io/reference/spec/#secretobjectreference */
export interface ListenerCertificateRef {
  readonly group?: string;
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** https://gateway-api.sigs.k8s.io/reference/spec/#listener, as far as its certificates go. */
export interface Listener {
  readonly name: string;
  readonly hostname?: string;
  readonly protocol: string;
  readonly tls?: {
    readonly mode?: string;
    readonly certificateRefs?: readonly ListenerCertificateRef[];
  };
}

/** gateway.networking.k8s.io/v1 Gateway. */
export interface Gateway extends KubeObject {
  readonly kind: 'Gateway';
  readonly spec?: { readonly listeners?: readonly Listener[] };
}

/** gateway.networking.k8s.io/v1 ListenerSet: more listeners for a Gateway, perhaps of another namespace. */
export interface ListenerSet extends KubeObject {
  readonly kind: 'ListenerSet';
  readonly spec?: {
    readonly parentRef?: { readonly name?: string; readonly namespace?: string };
    readonly listeners?: readonly Listener[];
  };
}

export const gatewayGroup = 'gateway.networking.k8s.io';

export const gateways: Resource<Gateway> = {
  group: gatewayGroup,
  version: 'v1',
  plural: 'gateways',
  kind: 'Gateway',
  namespaced: true,
};

export const listenerSets: Resource<ListenerSet> = {
  group: gatewayGroup,
  version: 'v1',
  plural: 'listenersets',
  kind: 'ListenerSet',
  namespaced: true,
};
