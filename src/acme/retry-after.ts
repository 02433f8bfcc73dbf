/** Longer than any server asks for in earnest; what is beyond is shortened to it. */
const longestMs = 24 * 3_600_000;

/** An instant as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7). */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The Retry-After of an answer, in both of its forms (RFC 9110 section 10.2.3), in milliseconds; undefined when it is absent or
 * says nothing. An instant is reckoned from the answer's own Date where it has one: the two clocks may differ.
 */
export function readRetryAfter(
  headers: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): number | undefined {
  const text = headers['retry-after']?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, longestMs);
  const until = parseHttpDate(text);
  if (until === undefined) return undefined;
  return Math.min(Math.max(0, until - (parseHttpDate(headers['date'] ?? '') ?? nowMs)), longestMs);
}

function parseHttpDate(text: string): number | undefined {
  const ms = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
