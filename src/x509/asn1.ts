import { formatOid } from './oid.ts';

/** Universal tags of X.680 8.6 that we look at. */
export const tag = { boolean: 1, integer: 2, bitString: 3, octetString: 4, oid: 6, sequence: 16, set: 17 } as const;

/** Bytes that are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/**
 * One element of a DER structure (X.690), cut out of its surroundings without touching a byte, and read lazily: what
 * nobody looks at is not judged.
 */
export class Element {
  /** The whole element with tag and length. */
  readonly bytes: Buffer;
  readonly #contentAt: number;

  constructor(bytes: Buffer, contentAt: number) {
    this.bytes = bytes;
    this.#contentAt = contentAt;
  }

  get #first(): number {
    return this.bytes[0] ?? 0;
  }

  get #inner(): Buffer {
    return this.bytes.subarray(this.#contentAt);
  }

  get #isConstructed(): boolean {
    return (this.#first & 0x20) !== 0;
  }

  /** The tag's number, without its class. */
  get tag(): number {
    return this.#first & 0x1f;
  }

  /** What follows tag and length, of a primitive element. */
  get content(): Buffer {
    if (this.#isConstructed) throw new DerError('a primitive element is missing');
    return this.#inner;
  }

  get children(): readonly Element[] {
    if (!this.#isConstructed) throw new DerError('a constructed element is missing');
    const children: Element[] = [];
    for (let rest = this.#inner; rest.length > 0;) {
      const child = cutElement(rest);
      children.push(child);
      rest = rest.subarray(child.bytes.length);
    }
    return children;
  }

  /** The `index`th child, which must be there. */
  child(index: number): Element {
    const found = this.children[index];
    if (!found) throw new DerError(`an element is missing at position ${index}`);
    return found;
  }

  /** True for a universal element of that tag (X.690 8.1.2.2). */
  is(universalTag: number): boolean {
    return (this.#first & 0xdf) === universalTag;
  }

  /** True for the context-specific element `[number]`. */
  isContext(number: number): boolean {
    return (this.#first & 0xdf) === (0x80 | number);
  }

  /** The dotted form of an OBJECT IDENTIFIER. */
  get oid(): string {
    const dotted = this.is(tag.oid) ? formatOid(this.content) : undefined;
    if (dotted === undefined) throw new DerError('an object identifier is missing');
    return dotted;
  }

  /** The payload of a BIT STRING without unused bits. */
  get bits(): Buffer {
    const { content } = this;
    if (!this.is(tag.bitString) || content[0] !== 0) throw new DerError('a bit string is malformed');
    return content.subarray(1);
  }
}

/** Parses exactly one DER element, leaving no byte over. */
export function parseDer(der: Uint8Array): Element {
  const bytes = Buffer.from(der.buffer, der.byteOffset, der.byteLength);
  const element = cutElement(bytes);
  if (element.bytes.length !== bytes.length) throw new DerError('bytes follow its end');
  return element;
}

const cutShort = 'it is cut short';

/** The element at the beginning of `bytes`. Only what certificates use: tags of one octet, definite lengths. */
function cutElement(bytes: Buffer): Element {
  const [first, length] = bytes;
  if (first === undefined || length === undefined) throw new DerError(cutShort);
  if ((first & 0x1f) === 0x1f) throw new DerError('a tag has several octets');
  const { contentAt, end } = length < 0x80 ? { contentAt: 2, end: 2 + length } : readLongLength(bytes, length & 0x7f);
  if (end > bytes.length) throw new DerError(cutShort);
  return new Element(bytes.subarray(0, end), contentAt);
}

/** The long form of X.690 8.1.3.5, in as few octets as possible (10.1); 0 octets would be the indefinite form of BER. */
function readLongLength(bytes: Buffer, octets: number): { readonly contentAt: number; readonly end: number } {
  if (octets === 0 || octets > 4) throw new DerError('a length is not DER');
  const contentAt = 2 + octets;
  if (contentAt > bytes.length) throw new DerError(cutShort);
  const length = bytes.readUIntBE(2, octets);
  if (length < 0x80 || length < 256 ** (octets - 1)) throw new DerError('a length is not DER');
  return { contentAt, end: contentAt + length };
}
