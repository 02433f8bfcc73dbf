import type { Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

/** A boolean as Go reads it: https://pkg.go.dev/strconv#ParseBool */
export function parseGoBoolean(text: string): Parsed<boolean> {
  const value = booleans.get(text);
  return value === undefined ? faulty('must be true or false') : parsed(value);
}

const unitMilliseconds: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3], // U+00B5 micro sign
  ['μs', 1e-3], // U+03BC Greek letter mu
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);
// Escaped, as esbuild leaves regular expressions as they are: one letter beyond ASCII doubles the bundle in memory.
const durationPart = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Go keeps a duration as nanoseconds in 64 bits; what does not fit is refused there too. */
const longestMilliseconds = 2 ** 63 / 1e6;

/**
 * A duration as Go reads it, in milliseconds: `5m`, `1h30m`, `1.5s`, `-2s`, `0`.
 * https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): Parsed<number> {
  const [, sign = '', magnitude = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (magnitude === '0') return parsed(0);
  const milliseconds = sumOfParts(magnitude);
  if (milliseconds === undefined) return faulty('must be a duration such as 90s, 5m or 1h30m');
  if (milliseconds >= longestMilliseconds) return faulty('must be a duration of less than 292 years');
  return parsed(sign === '-' ? 0 - milliseconds : milliseconds);
}

function sumOfParts(text: string): number | undefined {
  let sum = 0;
  let position = 0;
  while (position < text.length) {
    durationPart.lastIndex = position;
    const [part, number, unit = ''] = durationPart.exec(text) ?? [];
    if (part === undefined) return undefined;
    sum += Number(number) * (unitMilliseconds.get(unit) ?? NaN);
    position += part.length;
  }
  return position === 0 ? undefined : sum;
}
