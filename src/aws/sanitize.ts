import { withoutSession } from './arn.ts';

const longest = 600;

/**
 * What is taken out of messages. Most of it changes from try to try, and a condition that changed each time would be
 * written each time. The canonical request, which services repeat when a signature is wrong, holds the session token; a
 * header that they cannot read holds the access key, or what was taken for it.
 */
const replacements: readonly (readonly [RegExp, string])[] = [
  // First, since the others look for blanks: tried from each of many, they would take the square of their number.
  [/\s+/g, ' '],
  [/\s*The Canonical String for this request should have been[\s\S]*/, ''],
  [/^.*?(?=\bnot a valid key=value pair\b)/s, ''],
  [/\bAWS4-[A-Z0-9]+-[A-Z0-9-]+\b[\s\S]*/, '(signature)'],
  [/(\bslash-delimited elements\b)[\s\S]*/, '$1'],
  [/\s*Encoded authorization failure message:\s*\S+/gi, ''],
  [/\s*Deserialization error: to see the raw response\b[\s\S]*/, ''],
  [/\s*\((?:x-amzn?-)?request[\s-]?id\b["']?\s*[:=]?\s*["']?[\w-]+["']?\)/gi, ''],
  [/(?<![\s,;])[\s,;]*\b(?:x-amzn?-)?request[\s-]?id\b["']?\s*[:=]?\s*["']?[\w-]+["']?/gi, ''],
  [/\b\d{8}T\d{6}Z\b/g, '(time)'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '(time)'],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2} )?[A-Z][a-z]{2} \d{1,4} \d{2}:\d{2}:\d{2}(?: [A-Z]{3,4})?(?: \d{4})?\b/g,
    '(time)',
  ],
  [/\b1\d{9}(?:\d{3})?\b/g, '(time)'],
  [/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)(?::\d+)?/g, '(address)'],
];

/** A service's message as it may stand in a condition: without request id, time, address or session name, and short. */
export function sanitize(message: unknown): string {
  const text = typeof message === 'string' ? withoutSession(message) : '';
  const clean = replacements.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text).trim();
  if (clean === '') return 'no further explanation';
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
