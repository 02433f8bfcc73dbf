import { ServiceError } from '../errors.ts';
import type { Validity } from './requests.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** AWS Private CA backdates the start by an hour unless told otherwise. */
const BACKDATING = 60 * MINUTE;
const SHORT_LIVED_LIMIT = 7 * DAY;

/** Epoch milliseconds. */
export interface Period {
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface ValidityLimits {
  /** End of the CA's own certificate, epoch milliseconds. */
  readonly notAfter: number;
  readonly shortLived: boolean;
}

/** Decides a certificate's period; throws ServiceError where AWS Private CA refuses it instead of clamping. */
export function decidePeriod(now: number, end: Validity, start: Validity | undefined, limits: ValidityLimits): Period {
  const issuance = Math.floor(now / 1000) * 1000;
  const notAfter = endOf(issuance, end);
  const notBefore = start ? startOf(start) : issuance - BACKDATING;
  if (notAfter < issuance + 1000) refuse('The end of the validity must be at least one second from now.');
  if (notBefore >= notAfter) refuse('The validity must end after it starts.');
  if (notAfter > limits.notAfter)
    refuse('The certificate validity specified exceeds the certificate authority validity.');
  if (limits.shortLived && notAfter - issuance > SHORT_LIVED_LIMIT) {
    refuse('The validity of a certificate from a short-lived certificate authority must not exceed 7 days.');
  }
  return { notBefore, notAfter };
}

function startOf(start: Validity): number {
  if (start.Type !== 'ABSOLUTE') refuse('The type of ValidityNotBefore must be ABSOLUTE.');
  return start.Value * 1000;
}

function endOf(issuance: number, { Type, Value }: Validity): number {
  switch (Type) {
    case 'ABSOLUTE':
      return Value * 1000;
    case 'END_DATE':
      return parseEndDate(Value);
    case 'DAYS':
      return issuance + Value * DAY;
    case 'MONTHS':
      return addMonths(issuance, Value);
    case 'YEARS':
      return addMonths(issuance, Value * 12);
  }
}

/** YYMMDDHHMMSS or YYYYMMDDHHMMSS as a number; leading zeros are lost on the way and come back here. */
function parseEndDate(value: number): number {
  const digits = String(value);
  const short = digits.padStart(12, '0');
  const full =
    digits.length > 12 ? digits.padStart(14, '0') : `${Number(short.slice(0, 2)) < 50 ? '20' : '19'}${short}`;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(full) ?? [];
  const end = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(end)) refuse('The END_DATE is not a date.');
  return end;
}

function addMonths(from: number, months: number): number {
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + months);
  // 31 January plus one month is the last of February, not the third of March.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime();
}

function refuse(message: string): never {
  throw new ServiceError('ValidationException', message);
}
