import { AsnConvert } from '@peculiar/asn1-schema';
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  KeyUsage,
  KeyUsageFlags,
} from '@peculiar/asn1-x509';
import { extensionsIn } from '../aws/testing/csr.ts';
import type { Content } from './expected.ts';

/** What openssl reads in a certificate: `text` is its output. */
export function contentIn(text: string): Content {
  const found = extensionsIn(text);
  const list = (name: string): string[] =>
    (found[`X509v3 ${name}`] ?? '')
      .replace(/^critical ?/, '')
      .split(', ')
      .filter((word) => word !== '');
  const [constraints = '', pathLength] = list('Basic Constraints');
  return {
    isCA: constraints === 'CA:TRUE',
    pathLength: pathLength === undefined ? undefined : Number(pathLength.replace('pathlen:', '')),
    keyUsage: list('Key Usage').sort(),
    purposes: [...new Set(list('Extended Key Usage'))].sort(),
  };
}

const keyUsageNames: Readonly<Record<keyof typeof KeyUsageFlags, string>> = {
  digitalSignature: 'Digital Signature',
  nonRepudiation: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
  encipherOnly: 'Encipher Only',
  decipherOnly: 'Decipher Only',
};

const purposeNames: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'TLS Web Server Authentication',
  '1.3.6.1.5.5.7.3.2': 'TLS Web Client Authentication',
  '1.3.6.1.5.5.7.3.3': 'Code Signing',
  '1.3.6.1.5.5.7.3.4': 'E-mail Protection',
  '1.3.6.1.5.5.7.3.5': 'IPSec End System',
  '1.3.6.1.5.5.7.3.6': 'IPSec Tunnel',
  '1.3.6.1.5.5.7.3.7': 'IPSec User',
  '1.3.6.1.5.5.7.3.8': 'Time Stamping',
  '1.3.6.1.5.5.7.3.9': 'OCSP Signing',
  '1.3.6.1.4.1.311.10.3.3': 'Microsoft Server Gated Crypto',
  '2.16.840.1.113730.4.1': 'Netscape Server Gated Crypto',
  '2.5.29.37.0': 'Any Extended Key Usage',
};

const identify = (names: Readonly<Record<string, string>>, wanted: readonly string[]): string[] =>
  Object.entries(names).flatMap(([identifier, name]) => (wanted.includes(name) ? [identifier] : []));

/** The bits of a KeyUsage extension. */
export const keyUsageFlags = (names: readonly string[]): number =>
  identify(keyUsageNames, names).reduce((flags, name) => flags | KeyUsageFlags[name as keyof typeof KeyUsageFlags], 0);

/** The object identifiers of an ExtKeyUsage extension. */
export const purposeIdentifiers = (names: readonly string[]): string[] => identify(purposeNames, names);

/** The same by a library that shares no code with the program either: openssl costs a process for each certificate. */
export function readWithLibrary(der: Uint8Array): Content {
  const { extensions } = AsnConvert.parse(der, Certificate).tbsCertificate;
  const find = (oid: string): ArrayBuffer | undefined =>
    extensions?.find(({ extnID }) => extnID === oid)?.extnValue.buffer;
  const [constraints, usage, purposes] = [id_ce_basicConstraints, id_ce_keyUsage, id_ce_extKeyUsage].map(find);
  const { cA = false, pathLenConstraint } = constraints ? AsnConvert.parse(constraints, BasicConstraints) : {};
  const oids = purposes ? AsnConvert.parse(purposes, ExtendedKeyUsage) : [];
  const flags = usage ? AsnConvert.parse(usage, KeyUsage).toNumber() : 0;
  return {
    isCA: cA,
    pathLength: pathLenConstraint,
    keyUsage: Object.entries(keyUsageNames)
      .flatMap(([flag, name]) => (flags & KeyUsageFlags[flag as keyof typeof KeyUsageFlags] ? [name] : []))
      .sort(),
    purposes: [...new Set(oids.map((oid) => purposeNames[oid] ?? oid))].sort(),
  };
}
