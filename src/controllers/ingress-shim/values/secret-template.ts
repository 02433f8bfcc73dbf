import { goQuote } from '../../../flags/go-quote.ts';
import type { Parsed } from '../../../flags/parsed.ts';
import { faulty, parsed } from '../../../flags/parsed.ts';

export interface SecretTemplate {
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
}

/**
 * Reads labels and annotations out of JSON as Go's json.Decoder does when it refuses unknown fields
 * (https://pkg.go.dev/encoding/json#Decoder): names of fields match in any case; a map that comes twice is one map, and
 * null empties it; null for a value is the empty text; what follows the first value is not looked at.
 */
export function parseSecretTemplate(json: string): Parsed<SecretTemplate> {
  const reader = new TemplateReader(json);
  try {
    return parsed(reader.template());
  } catch (error) {
    if (error instanceof Refused) return faulty(error.message);
    throw error;
  }
}

class Refused extends Error {}

const literalPattern = /null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|"|\{|\[/y;
// A string of RFC 8259: no bare control characters, and only its own escapes.
const stringPattern = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const spacePattern = /[ \t\r\n]*/y;

class TemplateReader {
  readonly #json: string;
  #position = 0;

  constructor(json: string) {
    this.#json = json;
  }

  template(): SecretTemplate {
    const fields = { labels: new Map<string, string>(), annotations: new Map<string, string>() };
    if (this.#next() === '') throw new Refused('EOF');
    this.#object('the template', (name) => {
      const field = fieldNamed(name);
      if (field === undefined) throw new Refused(`json: unknown field ${goQuote(name)}`);
      const map = fields[field];
      const found = this.#object(field, (key) => void map.set(key, this.#text(field)));
      if (!found) map.clear();
    });
    return fields;
  }

  /** Reads an object and calls for each of its keys, with the cursor at the value. False when there is null instead. */
  #object(what: string, member: (key: string) => void): boolean {
    if (this.#skip('null')) return false;
    if (!this.#skip('{')) throw this.#wrong(`${what} must be an object`);
    if (this.#skip('}')) return true;
    do {
      const key = this.#string();
      if (key === undefined) throw this.#wrong('a key in double quotes is expected');
      if (!this.#skip(':')) throw this.#wrong('":" is expected after a key');
      member(key);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#wrong('"," or "}" is expected after a value');
    return true;
  }

  #text(field: string): string {
    if (this.#skip('null')) return '';
    const text = this.#string();
    if (text === undefined) throw this.#wrong(`the values of ${field} must be strings`);
    return text;
  }

  #string(): string | undefined {
    this.#take(spacePattern);
    const text = this.#take(stringPattern);
    return text === undefined ? undefined : (JSON.parse(text) as string).toWellFormed();
  }

  #next(): string {
    this.#take(spacePattern);
    return this.#json.charAt(this.#position);
  }

  #skip(word: string): boolean {
    this.#take(spacePattern);
    if (!this.#json.startsWith(word, this.#position)) return false;
    this.#position += word.length;
    return true;
  }

  #wrong(expectation: string): Refused {
    const found = this.#next();
    if (found === '') return new Refused('unexpected EOF');
    literalPattern.lastIndex = this.#position;
    const value = literalPattern.exec(this.#json)?.[0] ?? found;
    return new Refused(`${expectation}, but there is ${goQuote(value)} at offset ${this.#position}`);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#json)?.[0];
    if (found !== undefined) this.#position += found.length;
    return found;
  }
}

/** Go's case folding: beside the letters of ASCII, the long s is an s. */
function fieldNamed(name: string): keyof SecretTemplate | undefined {
  const folded = name.toLowerCase().replaceAll('\u017f', 's');
  return folded === 'labels' || folded === 'annotations' ? folded : undefined;
}
