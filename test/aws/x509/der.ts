/**
 * Just enough DER (X.690) to cut an encoding into its elements without touching their bytes, and to put one together.
 * Names, keys and extensions of a request must reach the certificate byte for byte; a decode and encode could not
 * promise that.
 */
export interface Element {
  readonly tag: number;
  /** The whole element: tag, length, content. */
  readonly raw: Buffer;
  readonly content: Buffer;
}

export class DerError extends Error {}

/** The element that starts at `offset`. Throws DerError when it is cut short or not DER. */
export function readElement(bytes: Buffer, offset = 0): Element {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError('element is cut short');
  const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || sizeBytes > 4) throw new DerError('length is not DER');
  const start = offset + 2 + sizeBytes;
  if (start > bytes.length) throw new DerError('element is cut short');
  const length = sizeBytes === 0 ? first : bytes.readUIntBE(offset + 2, sizeBytes);
  if (start + length > bytes.length) throw new DerError('element is cut short');
  return { tag, raw: bytes.subarray(offset, start + length), content: bytes.subarray(start, start + length) };
}

/** The elements of a constructed element's content. */
export function childrenOf(element: Element): Element[] {
  const children: Element[] = [];
  for (let offset = 0; offset < element.content.length;) {
    const child = readElement(element.content, offset);
    children.push(child);
    offset += child.raw.length;
  }
  return children;
}

export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 ? `0${digits}` : digits, 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

export const sequence = (...contents: readonly Uint8Array[]): Buffer => encode(0x30, ...contents);
export const explicit = (number: number, content: Uint8Array): Buffer => encode(0xa0 | number, content);
export const octetString = (content: Uint8Array): Buffer => encode(0x04, content);
export const bitString = (content: Uint8Array): Buffer => encode(0x03, Buffer.from([0]), content);
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));
export const nothing = (): Buffer => encode(0x05);

/** A positive INTEGER from its big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.from([0]) : Buffer.from(bytes.subarray(start));
  return (digits[0] ?? 0) & 0x80 ? encode(0x02, Buffer.from([0]), digits) : encode(0x02, digits);
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const bytes = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) bytes.unshift(0x80 | (left % 128));
  return bytes;
}

/** Whole seconds; UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280, section 4.1.2.5). */
export function time(epochMs: number): Buffer {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = digits < '2050' && digits >= '1950';
  return encode(isShort ? 0x17 : 0x18, Buffer.from(isShort ? digits.slice(2) : digits, 'latin1'));
}
