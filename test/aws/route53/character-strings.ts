/**
 * The quoted strings of a TXT value: backslash escapes a quotation mark, a backslash, or a byte in three octal digits.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat
 */
const STRING = /"((?:[^"\\]|\\[0-7]{3}|\\[^0-7])*)"(?:\s+|$)/gsuy;

/** The strings' bytes; undefined when the value is not a row of quoted strings. */
export function parseCharacterStrings(value: string): Buffer[] | undefined {
  const text = value.trim();
  const strings: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(STRING)) {
    strings.push(unescape(match[1] ?? ''));
    end = match.index + match[0].length;
  }
  return strings.length > 0 && end === text.length ? strings : undefined;
}

function unescape(text: string): Buffer {
  const parts = text.match(/\\[0-7]{3}|\\.|[^\\]/gsu) ?? [];
  return Buffer.concat(
    parts.map((part) => {
      if (/^\\[0-7]{3}$/.test(part)) return Buffer.of(Number.parseInt(part.slice(1), 8) & 0xff);
      return Buffer.from(part.startsWith('\\') ? part.slice(1) : part);
    }),
  );
}
