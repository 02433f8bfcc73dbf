import type { Certificate, CertificatePrivateKey, CertificateSpec } from '../../../api/certificate.ts';
import type { Gateway, Listener } from '../../../api/gateway.ts';
import type { IngressTls } from '../../../api/ingress.ts';
import type { ObjectMeta, OwnerReference } from '../../../kube/objects.ts';
import { deepFreeze } from '../../../kube/transforms.ts';
import { certificateKeys, keys, shortKeys } from '../annotation-keys.ts';
import type { ShimFacts, ShimObject, ShimSettings } from '../shim-plan.ts';
import type { Random } from './random.ts';
import { randomText, valuesFor } from './random-values.ts';

const secretNames = ['pay-tls', 'api-tls', 'shop-tls', 'web-tls', 'Bad_Name', 'x'] as const;
const hosts = [
  ...['pay.orchard.test', 'www.orchard.test', '*.orchard.test', 'api.orchard.test', '10.20.0.5', 'fd00::5'],
  ...['::ffff:1.2.3.4', '01.2.3.4', 'UPPER.test', ''],
] as const;
const protocols = ['HTTPS', 'HTTPS', 'HTTPS', 'TLS', 'HTTP', 'DTLS', 'https'] as const;
const labelKeys = ['team', 'app', 'applyset.kubernetes.io/part-of', 'a/b'] as const;
const plainKeys = ['kubernetes.io/tls-acme', 'orchard.test/zone', 'constructor', 'other'] as const;
const kinds = ['Ingress', 'Ingress', 'Gateway', 'ListenerSet'] as const;
const groups = { Ingress: 'networking.k8s.io/v1', Gateway: 'gateway.networking.k8s.io/v1' };

type Texts = Record<string, string>;
const allKeys: readonly [string, ...string[]] = [keys.issuer, ...Object.values(keys), ...plainKeys];

function keepDefined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

export function randomSettings(random: Random): ShimSettings {
  return {
    mode: random.pick(['all', 'auto']),
    strictParity: random.chance(0.3),
    defaultIssuer: {
      name: random.pick(['', 'house']),
      kind: random.pick(['Issuer', 'ClusterIssuer', 'AWSPCAClusterIssuer']),
      group: random.pick(['cert-manager.io', 'awspca.cert-manager.io', 'example.com']),
    },
    autoCertificateAnnotations: random.chance(0.8) ? ['kubernetes.io/tls-acme'] : [],
    extraCertificateAnnotations: random.list(2, () => random.pick(plainKeys)),
    extraProtocols: random.chance(0.3) ? ['DTLS'] : [],
  };
}

export function randomFacts(random: Random): ShimFacts {
  const kind = random.pick(kinds);
  const object = randomObject(random, kind);
  const parent = kind === 'ListenerSet' ? random.maybe(0.9, () => randomParent(random)) : undefined;
  const names = secretNames.filter(() => random.chance(0.25));
  return deepFreeze({ object, parent, certificates: names.map((name) => randomCertificate(random, name, object)) });
}

function randomObject(random: Random, kind: 'Ingress' | 'Gateway' | 'ListenerSet'): ShimObject {
  const metadata = randomMeta(random, 'stall', kind);
  if (kind === 'Ingress') {
    const tls = [randomTls(random), ...random.list(2, () => randomTls(random))].slice(random.chance(0.1) ? 9 : 0);
    return { apiVersion: groups.Ingress, kind, metadata, spec: { tls } };
  }
  const listeners = [randomListener(random), ...random.list(3, () => randomListener(random))];
  if (kind === 'Gateway') return { apiVersion: groups.Gateway, kind, metadata, spec: { listeners } };
  const parentRef = keepDefined<{ name?: string; namespace?: string }>({
    name: random.pick(['edge', 'edge', 'edge', '']),
    namespace: random.maybe(0.5, () => random.pick(['infra', ''])),
  });
  return { apiVersion: groups.Gateway, kind, metadata, spec: { parentRef, listeners } };
}

function randomParent(random: Random): Gateway {
  return { apiVersion: groups.Gateway, kind: 'Gateway', metadata: randomMeta(random, 'edge', 'Gateway') };
}

function randomMeta(random: Random, name: string, kind: string): ObjectMeta {
  return keepDefined<ObjectMeta>({
    name,
    namespace: 'fruit',
    uid: `u-${kind}-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-02T03:04:05Z',
    labels: random.maybe(0.8, () => randomTexts(random, labelKeys)),
    annotations: random.maybe(0.98, () => ({ ...randomIssuer(random), ...randomAnnotations(random) })),
    finalizers: random.maybe(0.03, () => ['foregroundDeletion']),
    deletionTimestamp: random.maybe(0.02, () => '2026-01-02T03:04:05Z'),
  });
}

function randomTexts(random: Random, from: readonly [string, ...string[]]): Texts {
  return Object.fromEntries(random.list(2, () => [random.pick(from), random.pick(['x', 'y', ''])] as const));
}

/** Mostly one of the ways that work; the rest comes from {@link randomAnnotations}. */
function randomIssuer(random: Random): Texts {
  const name = random.pick(['pca-leaf', 'other']);
  const kind = random.pick(['AWSPCAIssuer', 'AWSPCAClusterIssuer', 'Issuer', 'ClusterIssuer']);
  const long = { [keys.issuer]: name, [keys.issuerKind]: kind, [keys.issuerGroup]: 'awspca.cert-manager.io' };
  return random.pick<Texts>([
    long,
    long,
    { [keys.issuer]: name, [keys.issuerKind]: kind },
    { [keys.clusterIssuer]: name },
    { [shortKeys.issuer]: name },
    { [shortKeys.clusterIssuer]: name },
    { 'kubernetes.io/tls-acme': 'true' },
    {},
  ]);
}

function randomAnnotations(random: Random): Texts {
  const wild = random.chance(0.25);
  const wellFormed = random.list(3, () => random.pick(allKeys)).filter((key) => wild || !isIssuerKey(key));
  return Object.fromEntries(wellFormed.map((key) => [key, randomValue(random, key, wild)]));
}

const isIssuerKey = (key: string): boolean => key.includes('issuer') || key === 'kubernetes.io/tls-acme';

function randomValue(random: Random, key: string, wild: boolean): string {
  if (wild && random.chance(0.3)) return randomText(random);
  return random.pick(valuesFor(key));
}

function randomTls(random: Random): IngressTls {
  return keepDefined<IngressTls>({
    hosts: random.maybe(0.95, () => [random.pick(hosts), ...random.list(3, () => random.pick(hosts))]),
    secretName: random.maybe(0.95, () => random.pick(secretNames)),
  });
}

function randomListener(random: Random): Listener {
  return keepDefined<Listener>({
    name: random.pick(['https', 'admin', 'tls']),
    hostname: random.maybe(0.9, () => random.pick(hosts)),
    protocol: random.pick(protocols),
    tls: random.maybe(0.9, () => ({
      mode: random.pick(['Terminate', 'Terminate', 'Terminate', 'Terminate', 'Passthrough', 'Half']),
      certificateRefs: [secretNames[0], ...random.list(2, () => random.pick([...secretNames, '']))]
        .slice(random.below(3))
        .map((name) => ({ name })),
    })),
  });
}

function randomCertificate(random: Random, name: string, object: ShimObject): Certificate {
  const reference = randomOwner(random, object);
  const metadata = keepDefined<ObjectMeta>({
    name,
    namespace: 'fruit',
    uid: `u-${name}`,
    resourceVersion: '5',
    creationTimestamp: '2026-01-02T03:04:05Z',
    labels: random.maybe(0.5, () => randomTexts(random, labelKeys)),
    annotations: random.maybe(0.4, () => randomCertificateAnnotations(random)),
    ownerReferences: reference === undefined ? undefined : [reference],
    deletionTimestamp: random.maybe(0.05, () => '2026-01-02T03:04:05Z'),
  });
  const spec = random.maybe(0.98, () => randomSpec(random, name));
  return { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata, ...(spec === undefined ? {} : { spec }) };
}

function randomCertificateAnnotations(random: Random): Texts {
  const from: readonly [string, ...string[]] = ['orchard.test/zone', ...Object.values(certificateKeys)];
  return Object.fromEntries(random.list(3, () => [random.pick(from), random.pick(['x', 'true', 'stall'])] as const));
}

function randomOwner(random: Random, { apiVersion, kind, metadata }: ShimObject): OwnerReference | undefined {
  const own = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
  return random.pick([
    own,
    own,
    { ...own, uid: 'earlier' },
    { ...own, name: 'other', uid: 'other' },
    { ...own, controller: false },
    undefined,
  ]);
}

function randomSpec(random: Random, name: string): CertificateSpec {
  return keepDefined<CertificateSpec>({
    secretName: random.chance(0.8) ? name : random.pick(secretNames),
    issuerRef: { name: 'pca-leaf', kind: 'AWSPCAClusterIssuer', group: 'awspca.cert-manager.io' },
    commonName: random.maybe(0.2, () => random.pick(['', 'x'])),
    dnsNames: random.maybe(0.9, () => random.list(2, () => random.pick(hosts))),
    ipAddresses: random.maybe(0.2, () => ['10.20.0.5']),
    emailAddresses: random.maybe(0.1, () => []),
    subject: random.maybe(0.1, () => ({ organizations: [], serialNumber: '' })),
    duration: random.maybe(0.3, () => random.pick(['24h', '24h0m0s', '1440m', 'nonsense'])),
    usages: random.maybe(0.9, () => ['digital signature', 'key encipherment']),
    privateKey: random.maybe(0.3, () =>
      random.pick<CertificatePrivateKey>([{}, { algorithm: 'Ed25519', size: 3 }, { size: 0 }]),
    ),
    secretTemplate: random.maybe(0.1, () => ({ labels: {} })),
  });
}
