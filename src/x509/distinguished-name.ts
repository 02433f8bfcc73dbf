import { DerError, type Element } from './asn1.ts';

/** One attribute of a name: its type as a dotted object identifier, its value as text. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** A RelativeDistinguishedName (RFC 5280 4.1.2.4): nearly always one attribute; of several the order means nothing. */
export type RelativeName = readonly NameAttribute[];

/** Reads an RDNSequence. */
export function parseDistinguishedName(name: Element): RelativeName[] {
  return name.children.map((relative) =>
    relative.children.map((attribute) => ({ type: attribute.child(0).oid, value: decodeValue(attribute.child(1)) })),
  );
}

/** Universal tags of the string types (X.680 41), and how their octets are read. */
const decoders: Readonly<Record<number, (bytes: Buffer) => string>> = {
  12: (bytes) => bytes.toString('utf8'),
  18: (bytes) => bytes.toString('latin1'),
  19: (bytes) => bytes.toString('latin1'),
  20: (bytes) => bytes.toString('latin1'),
  22: (bytes) => bytes.toString('latin1'),
  26: (bytes) => bytes.toString('latin1'),
  28: decodeUtf32,
  30: decodeUtf16,
};

/** Text; the hexadecimal DER of what is no string. */
function decodeValue(element: Element): string {
  const decode = element.is(element.tag) ? decoders[element.tag] : undefined;
  return decode ? decode(element.content) : `#${element.bytes.toString('hex')}`;
}

function decodeUtf16(bytes: Buffer): string {
  if (bytes.length % 2 !== 0) throw new DerError('a name is malformed');
  return Buffer.from(bytes).swap16().toString('utf16le');
}

function decodeUtf32(bytes: Buffer): string {
  if (bytes.length % 4 !== 0) throw new DerError('a name is malformed');
  const points = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4));
  if (points.some((point) => point > 0x10ffff)) throw new DerError('a name is malformed');
  return String.fromCodePoint(...points);
}

/**
 * Whether two names say the same: the same attributes with the same text in the same order. Another string type for the
 * same text is no difference.
 */
export function isSameName(a: readonly RelativeName[], b: readonly RelativeName[]): boolean {
  const canonical = (name: readonly RelativeName[]): string =>
    JSON.stringify(name.map((relative) => relative.map(({ type, value }) => JSON.stringify([type, value])).sort()));
  return canonical(a) === canonical(b);
}

/** Short names of RFC 4519 and X.520; other types keep their object identifier. */
const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.17': 'postalCode',
  '2.5.4.42': 'GN',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** A name for a person to read, in the order in which it is written. */
export function describeName(name: readonly RelativeName[]): string {
  const relatives = name.map((relative) =>
    relative.map(({ type, value }) => `${shortNames[type] ?? type}=${value}`).join('+'),
  );
  return relatives.length === 0 ? '(empty)' : relatives.join(', ');
}
