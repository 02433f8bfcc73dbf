/** What a usage of cert-manager stands for in a certificate, in openssl's words. */
interface Meaning {
  readonly keyUsage?: string;
  readonly purpose?: string;
}

/**
 * Every usage that a Certificate or CertificateRequest may name.
 * https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.KeyUsage
 */
const meanings: Readonly<Record<string, Meaning>> = {
  signing: { keyUsage: 'Digital Signature' },
  'digital signature': { keyUsage: 'Digital Signature' },
  'content commitment': { keyUsage: 'Non Repudiation' },
  'key encipherment': { keyUsage: 'Key Encipherment' },
  'key agreement': { keyUsage: 'Key Agreement' },
  'data encipherment': { keyUsage: 'Data Encipherment' },
  'cert sign': { keyUsage: 'Certificate Sign' },
  'crl sign': { keyUsage: 'CRL Sign' },
  'encipher only': { keyUsage: 'Encipher Only' },
  'decipher only': { keyUsage: 'Decipher Only' },
  any: { purpose: 'Any Extended Key Usage' },
  'server auth': { purpose: 'TLS Web Server Authentication' },
  'client auth': { purpose: 'TLS Web Client Authentication' },
  'code signing': { purpose: 'Code Signing' },
  'email protection': { purpose: 'E-mail Protection' },
  's/mime': { purpose: 'E-mail Protection' },
  'ipsec end system': { purpose: 'IPSec End System' },
  'ipsec tunnel': { purpose: 'IPSec Tunnel' },
  'ipsec user': { purpose: 'IPSec User' },
  timestamping: { purpose: 'Time Stamping' },
  'ocsp signing': { purpose: 'OCSP Signing' },
  'microsoft sgc': { purpose: 'Microsoft Server Gated Crypto' },
  'netscape sgc': { purpose: 'Netscape Server Gated Crypto' },
};

export type UsageSet = readonly string[] | undefined;

/** Sets of usages that differ in the template that they take, or in what the certificate must say. */
export const usageSets: readonly UsageSet[] = [
  undefined,
  ['digital signature', 'key encipherment'],
  ['server auth'],
  ['client auth'],
  ['code signing'],
  ['ocsp signing'],
  ['server auth', 'client auth'],
  ['client auth', 'server auth'],
  ['server auth', 'server auth'],
  ['server auth', 'client auth', 'server auth'],
  ['signing', 'data encipherment', 'server auth', 'client auth'],
  ['digital signature', 'key encipherment', 'server auth', 'client auth'],
  ['digital signature', 'key encipherment', 'server auth'],
  ['server auth', 'code signing'],
  ['email protection'],
  ['s/mime', 'signing'],
  ['timestamping'],
  ['any'],
  ['any', 'server auth', 'client auth'],
  ['ipsec end system', 'ipsec tunnel', 'ipsec user'],
  ['microsoft sgc', 'netscape sgc'],
  ['content commitment', 'key agreement', 'encipher only', 'decipher only'],
  ['cert sign', 'crl sign'],
];

/** What a certificate for these usages says when nothing but the usages decides. No usages mean cert-manager's default. */
export function meaningOf(usages: UsageSet = []): { readonly keyUsage: string[]; readonly purposes: string[] } {
  const named = usages.length > 0 ? usages : ['digital signature', 'key encipherment'];
  const found = named.map((usage) => {
    const meaning = meanings[usage];
    if (!meaning) throw new Error(`there is no usage ${usage}`);
    return meaning;
  });
  return {
    keyUsage: [...new Set(found.flatMap(({ keyUsage = [] }) => keyUsage))].sort(),
    purposes: [...new Set(found.flatMap(({ purpose = [] }) => purpose))].sort(),
  };
}
