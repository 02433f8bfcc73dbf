import { isGoIpAddress } from './go-ip.ts';

/** How Go's net/mail reads a text: as an address alone, as an address with more around it, or not at all. */
export type MailAddressReading = 'address' | 'decorated' | 'none';

/**
 * Reads one address as https://pkg.go.dev/net/mail#ParseAddress does (RFC 5322, letters beyond ASCII allowed).
 * `decorated` is what Go reads, but writes differently: a display name, angle brackets, comments, spaces, a quoted local
 * part, a group of one.
 */
export function readMailAddress(text: string): MailAddressReading {
  const reader = new MailReader(text);
  const address = reader.single();
  if (address === undefined) return 'none';
  return address === text ? 'address' : 'decorated';
}

// Escaped, as esbuild leaves regular expressions as they are: one letter beyond ASCII doubles the bundle in memory.
const atext = "[!#-'*+\\-/0-9=?A-Z^-~\\u0080-\\uffff]";
const dotAtom = new RegExp(`${atext}+(?:\\.${atext}+)*(?!${atext}|\\.)`, 'y');
const looseAtom = new RegExp(`(?:${atext}|\\.)+`, 'y');
const quotedString = /"((?:[ \t!#-[\]-~\u0080-\uffff]|\\[ \t!-~\u0080-\uffff])*)"/y;
const domainLiteral = /\[([!-Z^-~\u0080-\uffff]*)\]/y;
const spaces = /[ \t]*/y;

/** A cursor over the text. A method gives undefined, and leaves the cursor anywhere, where Go gives an error. */
class MailReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  single(): string | undefined {
    const addresses = this.#address(true);
    if (addresses === undefined || !this.#skipComments() || this.#peek() !== '') return undefined;
    return addresses.length === 1 ? addresses[0] : undefined;
  }

  /** mailbox / group */
  #address(groupAllowed: boolean): readonly string[] | undefined {
    this.#take(spaces);
    const start = this.#position;
    const plain = this.#specification();
    if (plain !== undefined) {
      this.#take(spaces);
      if (this.#peek() === '(' && !this.#comment()) return undefined;
      return [plain];
    }
    this.#position = start;
    if (this.#peek() !== '<' && !this.#phrase()) return undefined;
    this.#take(spaces);
    if (groupAllowed && this.#skip(':')) return this.#group();
    if (!this.#skip('<')) return undefined;
    const inAngles = this.#specification();
    return inAngles !== undefined && this.#skip('>') ? [inAngles] : undefined;
  }

  #group(): readonly string[] | undefined {
    const members: string[] = [];
    this.#take(spaces);
    if (this.#skip(';')) return this.#skipComments() ? members : undefined;
    for (;;) {
      this.#take(spaces);
      const member = this.#address(false);
      if (member === undefined || !this.#skipComments()) return undefined;
      members.push(...member);
      if (this.#skip(';')) return this.#skipComments() ? members : undefined;
      if (!this.#skip(',')) return undefined;
    }
  }

  /** local-part "@" domain */
  #specification(): string | undefined {
    this.#take(spaces);
    const local = this.#peek() === '"' ? this.#quoted() : this.#take(dotAtom)?.[0];
    if (local === undefined || local === '' || !this.#skip('@')) return undefined;
    this.#take(spaces);
    const domain = this.#peek() === '[' ? this.#literal() : this.#take(dotAtom)?.[0];
    return domain === undefined ? undefined : `${local}@${domain}`;
  }

  #literal(): string | undefined {
    const [literal, address = ''] = this.#take(domainLiteral) ?? [];
    return literal !== undefined && isGoIpAddress(address) ? literal : undefined;
  }

  #quoted(): string | undefined {
    return this.#take(quotedString)?.[1]?.replaceAll(/\\(.)/gsu, '$1');
  }

  /** True when there was at least one word; what follows it is for the caller to refuse. */
  #phrase(): boolean {
    for (let words = 0; ; words += 1) {
      if (words > 0 && !this.#skipComments()) return false;
      this.#take(spaces);
      const word = this.#peek() === '"' ? this.#quoted() : this.#take(looseAtom)?.[0];
      if (word === undefined) return words > 0 || this.#peek() === '';
    }
  }

  #skipComments(): boolean {
    this.#take(spaces);
    while (this.#peek() === '(') {
      if (!this.#comment()) return false;
      this.#take(spaces);
    }
    return true;
  }

  #comment(): boolean {
    let depth = 0;
    while (this.#position < this.#text.length) {
      const character = this.#peek();
      if (character === '\\' && this.#position + 1 < this.#text.length) this.#position += 1;
      else if (character === '(') depth += 1;
      else if (character === ')') depth -= 1;
      this.#position += 1;
      if (depth === 0) return true;
    }
    return false;
  }

  #peek(): string {
    return this.#text.charAt(this.#position);
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position += 1;
    return true;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#position = pattern.lastIndex;
    return found;
  }
}
