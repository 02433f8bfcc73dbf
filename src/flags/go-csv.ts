import { goQuote } from './go-quote.ts';
import type { Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

const wrongQuote = 'extraneous or missing " in quoted-field';
const bareQuote = 'bare " in non-quoted-field';

/**
 * The fields of the one record that the text holds, as Go's encoding/csv reads it (https://pkg.go.dev/encoding/csv): a
 * field in double quotes may hold commas, line breaks and doubled quotes; spaces belong to the field; empty lines are
 * passed over. Refusals are in the words of cert-manager, which reads lists of subjects so.
 */
export function parseOneCsvRecord(text: string): Parsed<readonly string[]> {
  const records = readRecords(text);
  if (typeof records === 'string') return faulty(`failed to parse ${goQuote(text)} as CSV: ${records}`);
  const [first, ...more] = records;
  if (first === undefined) return faulty(`no values found after parsing ${goQuote(text)}`);
  if (more.length === 0) return parsed(first);
  return faulty(`refusing to use ${goQuote(text)} as input as it parses as multiple lines of CSV`);
}

/** The records, or what is wrong with the first faulty one. */
function readRecords(text: string): string[][] | string {
  // A carriage return counts as part of the line's end before a line feed and at the very end.
  const lines = text
    .replace(/\r$/, '')
    .replaceAll('\r\n', '\n')
    .split(/(?<=\n)/);
  const records: string[][] = [];
  for (let next = 0; next < lines.length;) {
    if (isEnd(lines[next] ?? '')) {
      next += 1;
      continue;
    }
    const record = readRecord(lines, next);
    if (typeof record === 'string') return record;
    const fields = records[0]?.length ?? record.fields.length;
    if (record.fields.length !== fields) return `record on line ${next + 1}: wrong number of fields`;
    records.push(record.fields);
    next = record.next;
  }
  return records;
}

const isEnd = (rest: string): boolean => rest === '' || rest === '\n';

function readRecord(lines: readonly string[], start: number): { fields: string[]; next: number } | string {
  const fields: string[] = [];
  let line = start;
  let column = 0;
  const rest = (): string => (lines[line] ?? '').slice(column);
  const fault = (at: number, problem: string): string => {
    const place = `parse error on line ${line + 1}, column ${columnInBytes(lines[line] ?? '', at)}: ${problem}`;
    return line === start ? place : `record on line ${start + 1}; ${place}`;
  };
  for (;;) {
    if (!rest().startsWith('"')) {
      const [field = ''] = /^[^,\n]*/.exec(rest()) ?? [];
      if (field.includes('"')) return fault(column + field.indexOf('"'), bareQuote);
      fields.push(field);
      column += field.length;
    } else {
      column += 1;
      let field = '';
      for (;;) {
        const quote = rest().indexOf('"');
        if (quote >= 0) {
          field += rest().slice(0, quote);
          column += quote + 1;
          if (!rest().startsWith('"')) break;
          field += '"';
          column += 1;
        } else {
          field += rest();
          if (line + 1 >= lines.length) return fault(column + rest().length, wrongQuote);
          line += 1;
          column = 0;
        }
      }
      if (!rest().startsWith(',') && !isEnd(rest())) return fault(column - 1, wrongQuote);
      fields.push(field);
    }
    if (!rest().startsWith(',')) return { fields, next: line + 1 };
    column += 1;
  }
}

/** Go counts columns in bytes, from 1. */
function columnInBytes(line: string, index: number): number {
  return Buffer.byteLength(line.slice(0, index)) + 1;
}
