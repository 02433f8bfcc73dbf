import type { Certificate } from '../../../api/certificate.ts';
import type { Gateway } from '../../../api/gateway.ts';
import type { OwnerReference } from '../../../kube/objects.ts';
import { deepFreeze } from '../../../kube/transforms.ts';
import type { ShimFacts, ShimObject, ShimSettings } from '../shim-plan.ts';
import type { ExistingRow, Row } from './row.ts';

const names = { Ingress: 'stall', Gateway: 'edge', ListenerSet: 'more' };
const labels = { team: 'citrus' };
const issuerRef = { name: 'pca-leaf', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' };
const baselineAnnotations = { issuer: issuerRef.name, 'issuer-kind': issuerRef.kind, 'issuer-group': issuerRef.group };

/** The spec of the Certificate that the baseline wants, changed; null takes a field away. */
export function baselineSpec(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const spec: Readonly<Record<string, unknown>> = {
    secretName: 'pay-tls',
    issuerRef,
    dnsNames: ['pay.orchard.test'],
    usages: ['digital signature', 'key encipherment'],
    ...changes,
  };
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== null));
}

export function buildFacts(row: Row): ShimFacts {
  const kind = row.object ?? 'Ingress';
  const object = buildObject(row);
  const parent: Gateway | undefined = row.parent && {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: {
      ...metadata('edge'),
      namespace: 'infra',
      annotations: expandKeys(row.parent),
      ...row.parentMetadata,
    },
  };
  const certificates = (row.certificates ?? []).map((existing) => buildCertificate(existing, kind));
  return deepFreeze({ object, parent, certificates });
}

function buildObject(row: Row): ShimObject {
  const kind = row.object ?? 'Ingress';
  const shared = {
    ...metadata(names[kind]),
    labels,
    annotations: expandKeys({ ...(row.annotations ?? baselineAnnotations), ...row.add }),
    ...row.metadata,
  };
  if (kind === 'Ingress') {
    const tls = row.tls ?? [{ hosts: ['pay.orchard.test'], secretName: 'pay-tls' }];
    return { apiVersion: 'networking.k8s.io/v1', kind, metadata: shared, spec: { tls, ...row.specFields } };
  }
  const listeners = row.listeners ?? [];
  const apiVersion = 'gateway.networking.k8s.io/v1';
  if (kind === 'Gateway') return { apiVersion, kind, metadata: shared, spec: { listeners } };
  const parentRef = row.parentRef ?? { name: 'edge', namespace: 'infra' };
  return { apiVersion, kind, metadata: shared, spec: { parentRef, listeners } };
}

function buildCertificate(existing: ExistingRow, kind: keyof typeof names): Certificate {
  const { name = 'pay-tls', owner = 'self', annotations } = existing;
  const kept = existing.labels === undefined ? labels : existing.labels;
  const built = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {
      ...metadata(name),
      ...(kept === null ? {} : { labels: kept }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(owner === 'nobody' ? {} : { ownerReferences: [ownerReference(kind, owner)] }),
      ...existing.metadata,
    },
    spec: baselineSpec(existing.spec),
  };
  return built as unknown as Certificate;
}

/** The reference that a Certificate of the row's object bears. */
export function ownerReference(
  kind: keyof typeof names,
  owner: 'self' | 'other' | 'predecessor' = 'self',
): OwnerReference {
  const apiVersion = kind === 'Ingress' ? 'networking.k8s.io/v1' : 'gateway.networking.k8s.io/v1';
  const name = owner === 'other' ? 'other' : names[kind];
  const uid = owner === 'predecessor' ? `earlier-u-${name}` : `u-${name}`;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

const metadata = (name: string) => ({
  name,
  namespace: 'fruit',
  uid: `u-${name}`,
  resourceVersion: '7',
  creationTimestamp: '2026-01-02T03:04:05Z',
});

function expandKeys(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const expand = (key: string): string =>
    key.includes('/') || !certManagerKey.test(key) ? key : `cert-manager.io/${key}`;
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [expand(key), value]));
}

/** Everything but the one-word key `zone`, which stands for itself. */
const certManagerKey = /^(?!zone$)/;

export function buildSettings(row: Row, mode: ShimSettings['mode'], strictParity: boolean): ShimSettings {
  return {
    mode,
    strictParity,
    autoCertificateAnnotations: ['kubernetes.io/tls-acme'],
    extraCertificateAnnotations: [],
    extraProtocols: [],
    ...row.flags,
    defaultIssuer: { name: '', kind: 'Issuer', group: 'cert-manager.io', ...row.flags?.defaultIssuer },
  };
}
