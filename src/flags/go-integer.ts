import type { Parsed } from './parsed.ts';
import { faulty, parsed } from './parsed.ts';

/**
 * A decimal integer of so many bits as Go reads it, with Go's words for what it refuses: a sign and leading zeros are
 * fine, an underscore or a space is not. https://pkg.go.dev/strconv#ParseInt
 */
export function parseGoInteger(text: string, bits: 32 | 64): Parsed<bigint> {
  const [, sign = '', digits = '', rest = ''] = /^([+-]?)([0-9]*)(.*)$/s.exec(text) ?? [];
  const magnitude = BigInt(digits);
  // Go stops at the digit that is one too many, before it sees what follows.
  if (magnitude >= 2n ** BigInt(bits)) return faulty('value out of range');
  if (digits === '' || rest !== '') return faulty('invalid syntax');
  const value = sign === '-' ? -magnitude : magnitude;
  const limit = 2n ** BigInt(bits - 1);
  return value < -limit || value >= limit ? faulty('value out of range') : parsed(value);
}
