import type { Certificate } from '../../../src/api/certificate.ts';
import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import { eventually } from '../../cluster/wait.ts';
import { applyObject, pathOf, type TestObject } from './shared-issuer.ts';

type Texts = Readonly<Record<string, string>>;

export interface ShimObjectOptions {
  readonly annotations: Texts;
  readonly labels?: Texts;
  /** Hosts by secretName. */
  readonly tls: Readonly<Record<string, readonly string[]>>;
}

/** Applies an Ingress as a team might write it, with a rule that has nothing to do with TLS. */
export function applyIngress(
  plane: ClusterAccess,
  namespace: string,
  name: string,
  { annotations, labels = {}, tls }: ShimObjectOptions,
): Promise<TestObject> {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rule = { host: 'unrelated.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
  const blocks = Object.entries(tls).map(([secretName, hosts]) => ({ secretName, hosts }));
  return applyObject(plane, {
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name, namespace, annotations, labels } },
    spec: { rules: [rule], tls: blocks },
  });
}

const listener = (hostname: string, secretName: string) => ({
  ...{ name: hostname.replaceAll('.', '-'), hostname, port: 443, protocol: 'HTTPS' },
  tls: { mode: 'Terminate', certificateRefs: [{ name: secretName }] },
});

const listenersOf = (tls: ShimObjectOptions['tls']): object[] =>
  Object.entries(tls).flatMap(([secretName, hosts]) => hosts.map((host) => listener(host, secretName)));

export function applyGateway(
  plane: ClusterAccess,
  namespace: string,
  name: string,
  { annotations, tls }: ShimObjectOptions,
): Promise<TestObject> {
  const spec = {
    gatewayClassName: 'nobody',
    allowedListeners: { namespaces: { from: 'All' } },
    listeners: listenersOf(tls),
  };
  const metadata = { name, namespace, annotations };
  return applyObject(plane, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata, spec });
}

export function applyListenerSet(
  plane: ClusterAccess,
  namespace: string,
  name: string,
  parent: string,
  tls: ShimObjectOptions['tls'],
): Promise<TestObject> {
  const parentRef = { kind: 'Gateway', group: 'gateway.networking.k8s.io', name: parent };
  const spec = { parentRef, listeners: listenersOf(tls) };
  return applyObject(plane, {
    ...{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'ListenerSet', metadata: { name, namespace }, spec },
  });
}

export async function listCertificates(plane: ClusterAccess, namespace: string): Promise<Certificate[]> {
  return ((await plane.demand('GET', pathOf('Certificate', namespace))) as { items: Certificate[] }).items;
}

/** Waits until the namespace has exactly the Certificates that `matches` asks for. */
export function awaitCertificates(
  plane: ClusterAccess,
  namespace: string,
  what: string,
  matches: (certificates: readonly Certificate[]) => boolean,
  timeoutMs = 120_000,
): Promise<Certificate[]> {
  const find = async (): Promise<Certificate[] | false> => {
    const found = await listCertificates(plane, namespace);
    return matches(found) && found;
  };
  return eventually(find, { what, timeoutMs });
}

/** Names of Certificates, sorted. */
export const namesOf = (certificates: readonly Certificate[]): string[] =>
  certificates.map(({ metadata }) => metadata.name).sort();

/** Waits until the Certificates of these names are there, and no others. */
export function awaitNames(
  plane: ClusterAccess,
  namespace: string,
  ...names: readonly string[]
): Promise<Certificate[]> {
  const wanted = JSON.stringify([...names].sort());
  return awaitCertificates(
    plane,
    namespace,
    `Certificates ${wanted}`,
    (found) => JSON.stringify(namesOf(found)) === wanted,
  );
}

export const deleteObject = (plane: ClusterAccess, kind: string, namespace: string, name: string): Promise<unknown> =>
  plane.demand('DELETE', pathOf(kind, namespace, name));
