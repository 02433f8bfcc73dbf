const longest = 600;

/**
 * What is taken out of a server's words. Most of it changes from try to try, and a condition that changed each time would be
 * written each time. Digests, tokens and parts of a JWS have no place there.
 */
const replacements: readonly (readonly [RegExp, string])[] = [
  // Control characters, and those that turn the direction of writing.
  [/[\p{Cc}\p{Cf}\s]+/gu, ' '],
  [/\beyJ[\w-]+(?:\.[\w-]*)*/g, '(value)'],
  // base64url of 32 and of 64 bytes; names of hosts have no capitals, and those of roles seldom this length.
  [/(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?:[\w-]{86}|[\w-]{43})(?![\w-])/g, '(value)'],
  // Only from where the separators begin: tried from each of them, many would take the square of their number.
  [/(?<![\s,;])[\s,;]*\(?\brequest[\s_-]?id\b["']?\s*[:=]?\s*["']?[\w-]+["']?\)?/gi, ''],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?/g, '(time)'],
  [/\b(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(?: [A-Z]{3,4})?/g, '(time)'],
];

/** A server's text as it may stand in a condition: one short line that is the same for the same mistake. */
export function sanitize(text: string): string {
  // Cut first: a hostile text is not worth the time.
  const clean = replacements
    .reduce((rest, [pattern, by]) => rest.replace(pattern, by), text.slice(0, 8 * longest))
    .trim();
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
