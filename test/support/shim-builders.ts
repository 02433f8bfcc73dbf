import type { Certificate } from '../../src/api/certificate.ts';
import type { Gateway, ListenerSet } from '../../src/api/gateway.ts';
import type { Ingress } from '../../src/api/ingress.ts';
import type { ObjectMeta } from '../../src/kube/objects.ts';
import type { ShimObject, WantedCertificate } from '../../src/controllers/ingress-shim/shim-plan.ts';
import { deepFreeze } from '../../src/kube/transforms.ts';
import { startTime } from './builders.ts';

const metadata = (name: string, changed: Partial<ObjectMeta> = {}): ObjectMeta => ({
  ...{ name, namespace: 'fruit', uid: `uid-of-${name}`, resourceVersion: '1', generation: 1 },
  ...{ creationTimestamp: startTime, ...changed },
});

/** An Ingress in namespace `fruit` with one TLS block for each secretName. */
export function ingress(name: string, secretNames: readonly string[], changed?: Partial<ObjectMeta>): Ingress {
  const tls = secretNames.map((secretName) => ({ hosts: [`${secretName}.orchard.test`], secretName }));
  const type = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' } as const;
  return deepFreeze({ ...type, metadata: metadata(name, changed), spec: { tls } });
}

export function gateway(name: string, changed?: Partial<ObjectMeta>): Gateway {
  const type = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' } as const;
  return deepFreeze({ ...type, metadata: metadata(name, changed), spec: { listeners: [] } });
}

/** A ListenerSet of a Gateway in the same namespace, unless another is named. */
export function listenerSet(name: string, parent: string, namespace?: string): ListenerSet {
  const type = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'ListenerSet' } as const;
  const parentRef = { name: parent, ...(namespace === undefined ? {} : { namespace }) };
  return deepFreeze({ ...type, metadata: metadata(name), spec: { parentRef, listeners: [] } });
}

/** A Certificate in namespace `fruit`, controlled by the object if there is one. */
export function certificate(name: string, owner?: ShimObject, changed?: Partial<ObjectMeta>): Certificate {
  const ownerReferences = owner && { ownerReferences: [controllerReference(owner)] };
  const spec = { secretName: name, issuerRef: { name: 'ca' }, dnsNames: [`${name}.orchard.test`] };
  const type = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' } as const;
  return deepFreeze({ ...type, metadata: metadata(name, { ...ownerReferences, ...changed }), spec });
}

/** What an object might want. */
export function wanted(name: string, owner: ShimObject): WantedCertificate {
  const { spec } = certificate(name);
  if (!spec) throw new Error('a certificate of this file has a spec');
  return { metadata: { name, namespace: 'fruit', ownerReferences: [controllerReference(owner)] }, spec };
}

function controllerReference({ apiVersion, kind, metadata: { name, uid } }: ShimObject) {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
