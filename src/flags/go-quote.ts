const named: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
]);

/** A text in quotes, as Go's %q writes it: https://pkg.go.dev/strconv#Quote */
export function goQuote(text: string): string {
  // Letters, marks, numbers, punctuation, symbols and the plain space are shown as they are.
  const inner = text.replace(/["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hexadecimal = code.toString(16);
    if (named.has(character)) return named.get(character) ?? '';
    if (code < 0x80) return `\\x${hexadecimal.padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${hexadecimal.padStart(4, '0')}` : `\\U${hexadecimal.padStart(8, '0')}`;
  });
  return `"${inner}"`;
}
