/**
 * Domain names as Route 53 keeps them: lower case, a trailing dot, and every character other than a-z, 0-9, `-`, `_` and
 * `.` as a backslash with three octal digits.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */
const MOST_NAME_BYTES = 255;
const MOST_LABEL_BYTES = 63;

/** Route 53's form of a name, which may be given with escapes or without; undefined: not a domain name. */
export function canonicalName(text: string): string | undefined {
  const labels = splitLabels(text.endsWith('.') && !text.endsWith('\\.') ? text.slice(0, -1) : text);
  const isValid = labels.every(({ length }) => length > 0 && length <= MOST_LABEL_BYTES);
  const bytes = labels.reduce((sum, { length }) => sum + length + 1, 1);
  return isValid && bytes <= MOST_NAME_BYTES ? `${labels.map(escapeLabel).join('.')}.` : undefined;
}

/** Bytes of each label, escapes resolved, letters in lower case. */
export function splitLabels(text: string): Buffer[] {
  const parts = text.match(/\\[0-7]{3}|\\.|[^\\]|\\$/gsu) ?? [];
  const labels: Buffer[][] = [[]];
  for (const part of parts) {
    if (part === '.') labels.push([]);
    else labels.at(-1)?.push(bytesOf(part));
  }
  return labels.map((pieces) => lowerCase(Buffer.concat(pieces)));
}

function bytesOf(part: string): Buffer {
  if (/^\\[0-7]{3}$/.test(part)) return Buffer.of(Number.parseInt(part.slice(1), 8) & 0xff);
  return Buffer.from(part.length > 1 && part.startsWith('\\') ? part.slice(1) : part);
}

/** ASCII letters alone: DNS folds no others. */
const lowerCase = (label: Buffer): Buffer =>
  Buffer.from(label.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte)));

function escapeLabel(label: Buffer): string {
  return [...label].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : escapeByte(byte))).join('');
}

const isPlain = (byte: number): boolean => /[a-z0-9_-]/.test(String.fromCharCode(byte));
const escapeByte = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;

/** What Route 53 sorts zones and records by: the labels from the last to the first, compared as ASCII text. */
export function sortKey(name: string): string {
  return `${name.slice(0, -1).split('.').reverse().join('.')}.`;
}

/** Whether `name` is `zone` or below it, label by label. Both in Route 53's form. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** The name without its first label; undefined for one of a single label. */
export function parentOf(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot < 0 || dot === name.length - 1 ? undefined : name.slice(dot + 1);
}
