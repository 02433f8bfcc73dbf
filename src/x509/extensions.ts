import { DerError, type Element, parseDer, tag } from './asn1.ts';

/** One extension (RFC 5280 4.1): `value` is the DER inside the octet string. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Buffer;
}

export const extensionOid = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  crlDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  authorityInformationAccess: '1.3.6.1.5.5.7.1.1',
} as const;

/** Reads an Extensions sequence. */
export function parseExtensions(sequence: Element): Extension[] {
  return sequence.children.map((extension) => {
    const parts = extension.children;
    const critical = parts.length === 3 && parts[1]?.content[0] === 0xff;
    return { oid: extension.child(0).oid, critical, value: extension.child(parts.length - 1).content };
  });
}

export const findExtension = (extensions: readonly Extension[], oid: string): Extension | undefined =>
  extensions.find((extension) => extension.oid === oid);

/** BasicConstraints (RFC 5280 4.2.1.9). */
export interface BasicConstraints {
  readonly isCA: boolean;
  readonly pathLength?: number;
}

/** Absent constraints are those of an end entity. */
export function parseBasicConstraints(extensions: readonly Extension[]): BasicConstraints {
  const extension = findExtension(extensions, extensionOid.basicConstraints);
  if (!extension) return { isCA: false };
  const parts = parseDer(extension.value).children;
  const pathLength = parts.find((part) => part.is(tag.integer));
  const isCA = parts.some((part) => part.is(tag.boolean) && part.content[0] !== 0);
  return { isCA, ...(pathLength ? { pathLength: readSmallInteger(pathLength.content) } : {}) };
}

function readSmallInteger(content: Buffer): number {
  if (content.length === 0 || content.length > 4) throw new DerError('a number is malformed');
  return content.readIntBE(0, content.length);
}

/** Names of the KeyUsage bits in their order (RFC 5280 4.2.1.3). */
export const keyUsageBits = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof keyUsageBits)[number];

/** The bits that are set; undefined when there is no KeyUsage extension. */
export function parseKeyUsage(extensions: readonly Extension[]): KeyUsage[] | undefined {
  const extension = findExtension(extensions, extensionOid.keyUsage);
  if (!extension) return undefined;
  const bits = parseDer(extension.value).content.subarray(1);
  return keyUsageBits.filter((_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0);
}

/** The purposes' object identifiers; undefined when there is no ExtKeyUsage extension (RFC 5280 4.2.1.12). */
export function parseExtendedKeyUsage(extensions: readonly Extension[]): string[] | undefined {
  const extension = findExtension(extensions, extensionOid.extendedKeyUsage);
  return extension && parseDer(extension.value).children.map((purpose) => purpose.oid);
}

/** The signer's key by its identifier; undefined when the certificate does not name it so (RFC 5280 4.2.1.1). */
export function parseAuthorityKeyIdentifier(extensions: readonly Extension[]): Buffer | undefined {
  const extension = findExtension(extensions, extensionOid.authorityKeyIdentifier);
  return extension && parseDer(extension.value).children.find((part) => part.isContext(0))?.content;
}

/** The identifier of a certificate's own key; undefined when it bears none (RFC 5280 4.2.1.2). */
export function parseSubjectKeyIdentifier(extensions: readonly Extension[]): Buffer | undefined {
  const extension = findExtension(extensions, extensionOid.subjectKeyIdentifier);
  return extension && parseDer(extension.value).content;
}
