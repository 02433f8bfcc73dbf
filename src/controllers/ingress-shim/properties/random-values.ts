import { keys } from '../annotation-keys.ts';
import type { Random } from './random.ts';

const characters = [
  ...['a', 'B', '7', '0', '.', ',', ' ', '"', '\n', '\r', '\t', '/', '\\', '{', '}', ':', '@', '<', '>', '(', ')', '%'],
  ...['é', 'µ', '😀', '\u0000', '\u2028', '\u0085', '-', '+', '_', '*', '[', ']', 'h', 'm', 's'],
] as const;

export function randomText(random: Random): string {
  const length = random.chance(0.02) ? 2000 : random.below(12);
  return Array.from({ length }, () => random.pick(characters)).join('');
}

type Values = readonly [string, ...string[]];

const lists: Values = ['Orchard', 'Orchard,"Fruit, Inc"', 'a, b', '""', 'bad"quote', '', 'a\nb', '\n'];
const switches: Values = ['true', 'True', 'false', 'yes', ''];

const values: Readonly<Record<string, Values>> = {
  [keys.issuer]: ['pca-leaf', ''],
  [keys.clusterIssuer]: ['corp', ''],
  [keys.issuerKind]: ['AWSPCAIssuer', 'AWSPCAClusterIssuer', 'Issuer', 'ClusterIssuer', 'Venafi', ''],
  [keys.issuerGroup]: ['awspca.cert-manager.io', 'cert-manager.io', 'example.com', ''],
  [keys.commonName]: ['pay.orchard.test', '', 'x'.repeat(64), 'é'.repeat(33)],
  [keys.altNames]: ['www.orchard.test', 'a.test, b.test', '10.1.1.1', 'pay.orchard.test', 'a.test,', ''],
  [keys.ipSans]: ['10.1.1.1', '10.1.1.1, fd00::7', '10.0.0.0/8', 'fe80::1%eth0', ''],
  [keys.emailSans]: ['ops@orchard.test', 'a@b, c@d', 'Ops <ops@orchard.test>', '"a b"@c', 'a@[1.2.3.4]', ''],
  [keys.organizations]: lists,
  [keys.organizationalUnits]: lists,
  [keys.countries]: lists,
  [keys.provinces]: lists,
  [keys.localities]: lists,
  [keys.postalCodes]: lists,
  [keys.streetAddresses]: lists,
  [keys.serialNumber]: ['42', ''],
  [keys.duration]: ['24h', '1.5h', '90m', '2160h0.000000001s', '59m', '90d', '-5s', '2562047h47m16.854775807s'],
  [keys.renewBefore]: ['5m', '1h', '24h', '2160h', '4m59s', '1h1µs', ''],
  [keys.renewBeforePercentage]: ['25', '0', '100', '150', '-2147483648', '25%', '+3', '007'],
  [keys.usages]: ['server auth', 'server auth,digital signature', ' any , s/mime ', 'any,any', 'any,', ''],
  [keys.revisionHistoryLimit]: ['3', '0', '2147483648', '-0', ''],
  [keys.privateKeyAlgorithm]: ['RSA', 'ECDSA', 'Ed25519', 'rsa'],
  [keys.privateKeyEncoding]: ['PKCS1', 'PKCS8', 'pkcs8'],
  [keys.privateKeySize]: ['2048', '384', '1', '0', '-7', '9223372036854775807', 'big'],
  [keys.privateKeyRotationPolicy]: ['Never', 'Always', 'never'],
  [keys.secretTemplate]: [
    ...(['{"labels":{"mesh":"on"}}', '{"LABELS":{"b":"1","a":null},"annotations":{"x.test/y":"z"}} trailing'] as const),
    ...['{}', 'null', '{"labels":{"__proto__":"x"}}', '{"labels":{"mesh":"not so"}}', '{"type":"x"}', '{"labels":', ''],
  ],
  [keys.ignoreTlsListeners]: ['https', 'https, admin', ''],
  [keys.http01EditInPlace]: switches,
  [keys.http01IngressClass]: ['nginx', ''],
  [keys.http01IngressClassName]: ['nginx', ''],
  [keys.http01ParentRefFallback]: switches,
  'kubernetes.io/tls-acme': switches,
};

/** What people, more or less, write into this annotation. */
export function valuesFor(key: string): Values {
  return values[key] ?? ['x', ''];
}
