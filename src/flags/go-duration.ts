import type { Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

const unitNanoseconds: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5 micro sign
  ['μs', 1_000n], // U+03BC Greek letter mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** Go keeps a duration as nanoseconds in a signed integer of 64 bits. */
const beyondLongest = 2n ** 63n;

/**
 * A duration in nanoseconds, to the last one as Go reads it, with Go's words for what it refuses.
 * https://pkg.go.dev/time#ParseDuration
 */
export function parseGoNanoseconds(text: string): Parsed<bigint> {
  const [, sign = '', magnitude = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (magnitude === '0') return parsed(0n);
  const sum = sumOfParts(magnitude);
  if (typeof sum === 'string') return faulty(`time: ${sum} ${quoted(text)}`);
  if (sign === '-') return parsed(-sum);
  return sum === beyondLongest ? faulty(`time: ${invalid} ${quoted(text)}`) : parsed(sum);
}

const invalid = 'invalid duration';
/** Go takes for the unit whatever stands before the next digit or point. */
const part = /(\d*)(?:\.(\d*))?([^.\d]*)/y;

/** Nanoseconds, or what is wrong. */
function sumOfParts(text: string): bigint | string {
  if (text === '') return invalid;
  let sum = 0n;
  let position = 0;
  while (position < text.length) {
    part.lastIndex = position;
    const [matched = '', whole = '', fraction = '', unitName = ''] = part.exec(text) ?? [];
    if (whole === '' && fraction === '') return invalid;
    if (BigInt(whole) > beyondLongest) return invalid;
    if (unitName === '') return 'missing unit in duration';
    const unit = unitNanoseconds.get(unitName);
    if (unit === undefined) return `unknown unit ${quoted(unitName)} in duration`;
    const nanoseconds = BigInt(whole) * unit + fractionOf(unit, fraction);
    sum += nanoseconds;
    if (sum > beyondLongest || BigInt(whole) > beyondLongest / unit) return invalid;
    position += matched.length;
  }
  return sum;
}

/** As Go's package time quotes: every byte beyond ASCII by itself. */
function quoted(text: string): string {
  const bytes = Array.from(Buffer.from(text), (byte) => {
    if (byte < 0x20 || byte >= 0x80) return `\\x${byte.toString(16).padStart(2, '0')}`;
    const character = String.fromCharCode(byte);
    return character === '"' || character === '\\' ? `\\${character}` : character;
  });
  return `"${bytes.join('')}"`;
}

/** In double precision, as Go does it. Digits that a signed integer of 64 bits has no room for are left out. */
function fractionOf(unit: bigint, digits: string): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (beyondLongest - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > beyondLongest) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

/** How Go writes a duration: `2160h0m0s`, `1.5s`, `300µs`, `0s`. https://pkg.go.dev/time#Duration.String */
export function formatGoNanoseconds(nanoseconds: bigint): string {
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${nanoseconds < 0n ? '-' : ''}${magnitude < 1_000_000_000n ? belowSecond(magnitude) : fromSecond(magnitude)}`;
}

function belowSecond(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds.toString()}ns`;
  return nanoseconds < 1_000_000n ? `${decimal(nanoseconds, 3)}µs` : `${decimal(nanoseconds, 6)}ms`;
}

function fromSecond(nanoseconds: bigint): string {
  const minute = 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % minute, 9)}s`;
  const minutes = nanoseconds / minute;
  if (minutes === 0n) return seconds;
  const short = `${(minutes % 60n).toString()}m${seconds}`;
  return minutes < 60n ? short : `${(minutes / 60n).toString()}h${short}`;
}

/** `value` / 10^`places`, without zeros at the end. */
function decimal(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}
