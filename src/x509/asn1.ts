import forge, { type Asn1 } from 'node-forge/lib/asn1.js';

/** Universal tags of X.680 8.6 that we look at. */
export const tag = { boolean: 1, integer: 2, bitString: 3, octetString: 4, oid: 6, sequence: 16, set: 17 } as const;

/** Bytes that are not the DER that was expected. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/** One element of a DER structure, read lazily. */
export class Element {
  readonly #node: Asn1;

  constructor(node: Asn1) {
    this.#node = node;
  }

  get tag(): number {
    return this.#node.type;
  }

  /** The whole element with tag and length. Strictly parsed DER has one encoding, so these are the original bytes. */
  get bytes(): Buffer {
    return Buffer.from(forge.toDer(this.#node).getBytes(), 'binary');
  }

  /** What follows tag and length, of a primitive element. */
  get content(): Buffer {
    if (typeof this.#node.value !== 'string') throw new DerError('a primitive element is missing');
    return Buffer.from(this.#node.value, 'binary');
  }

  get children(): readonly Element[] {
    if (typeof this.#node.value === 'string') throw new DerError('a constructed element is missing');
    return this.#node.value.map((node) => new Element(node));
  }

  /** The `index`th child, which must be there. */
  child(index: number): Element {
    const found = this.children[index];
    if (!found) throw new DerError(`an element is missing at position ${index}`);
    return found;
  }

  /** True for a universal element of that tag (X.690 8.1.2.2). */
  is(universalTag: number): boolean {
    return (this.#node.tagClass as number) === 0 && this.tag === universalTag;
  }

  /** True for the context-specific element `[number]`. */
  isContext(number: number): boolean {
    return (this.#node.tagClass as number) === 0x80 && this.tag === number;
  }

  /** The dotted form of an OBJECT IDENTIFIER. */
  get oid(): string {
    if (!this.is(tag.oid)) throw new DerError('an object identifier is missing');
    return forge.derToOid(this.content.toString('binary'));
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
  try {
    const options = { strict: true, parseAllBytes: true, decodeBitStrings: false };
    return new Element(forge.fromDer(Buffer.from(der).toString('binary'), options));
  } catch (cause) {
    throw new DerError('not valid DER', { cause });
  }
}
