import type { Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

/** A field with its quotes, up to the comma or the end of the line. */
const quotedField = /"((?:[^"]|"")*)"(,|\r?\n|\r?$)/y;
const bareField = /([^",\r\n]*)(,|\r?\n|\r?$)/y;
const emptyLines = /(?:\r?\n)*/y;

/**
 * The first record of a text as Go's encoding/csv reads it: spaces count, `""` inside quotes is a quote.
 * https://pkg.go.dev/encoding/csv
 */
export function parseGoCsvRecord(text: string): Parsed<readonly string[]> {
  emptyLines.lastIndex = 0;
  emptyLines.exec(text);
  const fields: string[] = [];
  for (let position = emptyLines.lastIndex; ;) {
    const pattern = text[position] === '"' ? quotedField : bareField;
    pattern.lastIndex = position;
    const [whole, content = '', end] = pattern.exec(text) ?? [];
    if (whole === undefined) return faulty('must be a comma-separated list, with quotes only around whole items');
    fields.push(pattern === quotedField ? content.replaceAll('""', '"') : content);
    if (end !== ',') return parsed(fields);
    position += whole.length;
  }
}
