import type { KeyUsage } from '../x509/extensions.ts';
import type { Rejection } from './signer.ts';

/** Object identifiers of key purposes (RFC 5280 4.2.1.12). */
export const purpose = {
  any: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  ipsecEndSystem: '1.3.6.1.5.5.7.3.5',
  ipsecTunnel: '1.3.6.1.5.5.7.3.6',
  ipsecUser: '1.3.6.1.5.5.7.3.7',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  microsoftSgc: '1.3.6.1.4.1.311.10.3.3',
  netscapeSgc: '2.16.840.1.113730.4.1',
} as const;

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.KeyUsage */
const keyUsages: ReadonlyMap<string, KeyUsage> = new Map([
  ['digital signature', 'digitalSignature'],
  ['signing', 'digitalSignature'],
  ['content commitment', 'nonRepudiation'],
  ['key encipherment', 'keyEncipherment'],
  ['key agreement', 'keyAgreement'],
  ['data encipherment', 'dataEncipherment'],
  ['cert sign', 'keyCertSign'],
  ['crl sign', 'cRLSign'],
  ['encipher only', 'encipherOnly'],
  ['decipher only', 'decipherOnly'],
]);

const purposes: ReadonlyMap<string, string> = new Map([
  ['any', purpose.any],
  ['server auth', purpose.serverAuth],
  ['client auth', purpose.clientAuth],
  ['code signing', purpose.codeSigning],
  ['email protection', purpose.emailProtection],
  ['s/mime', purpose.emailProtection],
  ['ipsec end system', purpose.ipsecEndSystem],
  ['ipsec tunnel', purpose.ipsecTunnel],
  ['ipsec user', purpose.ipsecUser],
  ['timestamping', purpose.timeStamping],
  ['ocsp signing', purpose.ocspSigning],
  ['microsoft sgc', purpose.microsoftSgc],
  ['netscape sgc', purpose.netscapeSgc],
]);

/** The usages of a certificate; undefined where there is no such extension. */
export interface Usages {
  readonly keyUsage: readonly KeyUsage[] | undefined;
  /** Object identifiers. */
  readonly extendedKeyUsage: readonly string[] | undefined;
}

/** What cert-manager writes into a CSR when nobody asks for any usage. */
const defaultUsages = ['digital signature', 'key encipherment'];

/** What usages in cert-manager's words mean. No usage at all means cert-manager's default; a CA may sign certificates. */
export function readUsages(
  usages: readonly string[],
  isCA: boolean,
): ({ readonly kind: 'usages' } & Usages) | Rejection {
  const asked = usages.length === 0 ? defaultUsages : usages;
  const unknown = asked.find((usage) => !keyUsages.has(usage) && !purposes.has(usage));
  if (unknown !== undefined) {
    const known = [...keyUsages.keys(), ...purposes.keys()].join(', ');
    const message = `spec.usages names ${JSON.stringify(unknown)}, which is no usage. There are: ${known}.`;
    return { kind: 'rejected', code: 'UnknownUsage', message };
  }
  const keyUsage = new Set([...asked, ...(isCA ? ['cert sign'] : [])].flatMap((usage) => keyUsages.get(usage) ?? []));
  const extendedKeyUsage = new Set(asked.flatMap((usage) => purposes.get(usage) ?? []));
  return {
    kind: 'usages',
    keyUsage: keyUsage.size === 0 ? undefined : [...keyUsage],
    extendedKeyUsage: extendedKeyUsage.size === 0 ? undefined : [...extendedKeyUsage],
  };
}

/**
 * The usages that somebody asked for: those that the request lists, and those of a CSR that asks for more than cert-manager
 * writes into every CSR. `wanted`: of the CSR, or else of the request.
 */
export function findAskedUsages(listed: readonly string[], isCA: boolean, wanted: Usages): ReadonlySet<string> {
  const meanings = (usages: readonly string[]): string[] =>
    usages.flatMap((usage) => keyUsages.get(usage) ?? purposes.get(usage) ?? []);
  const unasked = new Set(meanings([...defaultUsages, ...(isCA ? ['cert sign'] : [])]));
  const written = [...(wanted.keyUsage ?? []), ...(wanted.extendedKeyUsage ?? [])];
  const goesBeyond = written.some((usage) => !unasked.has(usage));
  return new Set([...meanings(listed), ...(goesBeyond ? written : [])]);
}

/** A key usage bit or a purpose in cert-manager's words; a purpose that has none keeps its object identifier. */
export function describeUsage(usage: string): string {
  for (const words of [keyUsages, purposes]) {
    for (const [name, value] of words) if (value === usage) return name;
  }
  return usage;
}
