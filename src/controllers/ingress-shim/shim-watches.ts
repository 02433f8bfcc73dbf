import { isDeepStrictEqual } from 'node:util';
import { type Certificate, certificates } from '../../api/certificate.ts';
import { type Gateway, gateways, type ListenerSet, listenerSets } from '../../api/gateway.ts';
import { type Ingress, ingresses } from '../../api/ingress.ts';
import type { InformerOptions } from '../../kube/create-informer.ts';
import { keyOf, type KubeObject, type ObjectMeta, type OwnerReference } from '../../kube/objects.ts';
import { stripManagedFields } from '../../kube/transforms.ts';
import { parentOf } from './asked.ts';
import type { ShimObject } from './shim-plan.ts';

/** Which objects of a kind are kept, and how they are found. */
type Watch<T extends KubeObject> = Pick<InformerOptions<T>, 'resource' | 'transform' | 'indexers'>;

export const ownerIndex = 'owner';
export const secretNameIndex = 'secretName';
export const parentIndex = 'parent';

/** kubectl's copy of the whole object, which the plan never reads. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

export const ingressWatch: Watch<Ingress> = {
  resource: ingresses,
  transform: ({ apiVersion, kind, metadata, spec }) => ({
    ...{ apiVersion, kind, metadata: smallMetadata(metadata) },
    spec: spec?.tls === undefined ? {} : { tls: spec.tls },
  }),
};

export const gatewayWatch: Watch<Gateway> = {
  resource: gateways,
  transform: ({ apiVersion, kind, metadata, spec: { listeners } = {} }) => ({
    ...{ apiVersion, kind, metadata: smallMetadata(metadata) },
    spec: listeners === undefined ? {} : { listeners: listeners.map(smallListener) },
  }),
};

export const listenerSetWatch: Watch<ListenerSet> = {
  resource: listenerSets,
  transform: ({ apiVersion, kind, metadata, spec: { listeners, parentRef } = {} }) => ({
    ...{ apiVersion, kind, metadata: smallMetadata(metadata) },
    spec: {
      ...(parentRef === undefined ? {} : { parentRef }),
      ...(listeners === undefined ? {} : { listeners: listeners.map(smallListener) }),
    },
  }),
  indexers: {
    [parentIndex]: (listenerSet) => {
      const parent = parentOf(listenerSet);
      return parent === undefined ? [] : [keyOf(parent)];
    },
  },
};

/** What is kept of a Certificate: all of spec, labels and annotations, which an update must not lose, but for that copy. */
export function trimCertificate(certificate: Certificate): Certificate {
  const { apiVersion, kind, metadata, spec } = stripManagedFields(certificate);
  const { annotations } = metadata;
  const kept = annotations === undefined ? {} : { annotations: withoutLastApplied(annotations) };
  return { apiVersion, kind, metadata: { ...metadata, ...kept }, ...(spec === undefined ? {} : { spec }) };
}

export const certificateWatch: Watch<Certificate> = {
  resource: certificates,
  transform: trimCertificate,
  indexers: {
    [ownerIndex]: (certificate) => {
      const owner = controllerOf(certificate);
      return owner === undefined ? [] : [owner.uid];
    },
    [secretNameIndex]: ({ metadata: { namespace = '' }, spec }) =>
      spec === undefined ? [] : [keyOf({ namespace, name: spec.secretName })],
  },
};

/** The one owner that controls the object. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The key of an object in the shim's queue: one name space for all kinds. */
export const shimKeyOf = (object: Pick<ShimObject, 'kind' | 'metadata'>): string =>
  `${object.kind}/${keyOf(object.metadata)}`;

/** Whether two states of an object, as the watches keep them, differ in nothing that a plan reads. */
export function isSameToPlan(previous: KubeObject, current: KubeObject): boolean {
  return isDeepStrictEqual(withoutVersion(previous), withoutVersion(current));
}

function withoutVersion(object: KubeObject): object {
  return { ...object, metadata: { ...object.metadata, resourceVersion: '', generation: 0 } };
}

function smallMetadata(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { generation, deletionTimestamp, labels, annotations, finalizers } = metadata;
  return {
    ...{ name, uid, resourceVersion, creationTimestamp },
    ...(namespace === undefined ? {} : { namespace }),
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations: withoutLastApplied(annotations) }),
    ...(finalizers === undefined ? {} : { finalizers }),
  };
}

function withoutLastApplied(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== lastApplied));
}

/** A listener has fields for routes, too. */
function smallListener<T extends NonNullable<NonNullable<Gateway['spec']>['listeners']>[number]>(listener: T): T {
  const { name, hostname, protocol, tls } = listener;
  const kept = {
    name,
    protocol,
    ...(hostname === undefined ? {} : { hostname }),
    ...(tls === undefined ? {} : { tls }),
  };
  return kept as T;
}
