import { isIPv4, isIPv6 } from 'node:net';
import { parseCharacterStrings } from './character-strings.ts';
import { canonicalName } from './names.ts';

/** Types that the API takes. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export const RECORD_TYPES: readonly string[] = [
  'SOA',
  'A',
  'TXT',
  'NS',
  'CNAME',
  'MX',
  'NAPTR',
  'PTR',
  'SRV',
  'SPF',
  'AAAA',
  'CAA',
  'DS',
  'TLSA',
  'SSHFP',
  'SVCB',
  'HTTPS',
];

const MOST_STRING_BYTES = 255;

/** Why Route 53 refuses the value for a record of this type; undefined: it takes it. */
export function faultOfValue(type: string, value: string): string | undefined {
  const fault = Object.hasOwn(CHECKS, type) ? CHECKS[type]?.(value) : undefined;
  return fault && `Invalid Resource Record: 'FATAL problem: ${fault} encountered with '${value}''`;
}

const CHECKS: Readonly<Record<string, (value: string) => string | undefined>> = {
  A: (value) => (isIPv4(value) ? undefined : 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)'),
  AAAA: (value) => (isIPv6(value) ? undefined : 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)'),
  CNAME: faultOfDomain,
  NS: faultOfDomain,
  PTR: faultOfDomain,
  MX: (value) =>
    /^\d+\s+\S+$/.test(value) ? undefined : 'UnsupportedMXFormat (MX must be a number and a domain name)',
  CAA: (value) =>
    /^\d{1,3}\s+\w+\s+"[^"]*"$/.test(value)
      ? undefined
      : 'CAARRDATAInvalid (CAA must be flags, a tag and a quoted value)',
  TXT: faultOfText,
  SPF: faultOfText,
};

function faultOfDomain(value: string): string | undefined {
  if (/\s/.test(value)) return 'UnsupportedCharacter (Value contains unsupported characters)';
  return canonicalName(value) === undefined ? 'DomainLabelEmpty (Domain label is empty)' : undefined;
}

function faultOfText(value: string): string | undefined {
  const strings = parseCharacterStrings(value);
  if (!strings) return 'InvalidCharacterString (Value should be enclosed in quotation marks)';
  const isTooLong = strings.some(({ length }) => length > MOST_STRING_BYTES);
  return isTooLong ? 'CharacterStringTooLong (Value is too long)' : undefined;
}
