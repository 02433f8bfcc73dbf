import type { Parsed } from './parsed.ts';
import { parseGoNanoseconds } from './go-duration.ts';
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

/**
 * A duration as Go reads it, in milliseconds: `5m`, `1h30m`, `1.5s`, `-2s`, `0`.
 * https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): Parsed<number> {
  const nanoseconds = parseGoNanoseconds(text);
  if (nanoseconds.ok) return parsed(Number(nanoseconds.value) / 1e6);
  const tooLong =
    /^[+-]?([\d.]+(ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(text) && !/\.\d*\.|(^|[a-z+-])\.[a-z]/.test(text);
  return faulty(tooLong ? 'must be a duration of less than 292 years' : 'must be a duration such as 90s, 5m or 1h30m');
}
