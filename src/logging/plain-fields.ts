import type { LogFields } from '../system/logger.ts';
import { describeError } from './describe-error.ts';

const deepest = 5;

/**
 * Fields as they are written: every error within becomes its one-line text, and the keys that each line has anyway
 * (`level`, `ts`, `msg`) get out of the way.
 */
export function plainFields(fields: LogFields): LogFields {
  const entries = Object.entries(fields).map(([key, value]) => [
    reservedKeys.includes(key) ? `${key}_` : key,
    key === 'error' && value !== undefined ? describeError(value) : plain(value, 1),
  ]);
  return Object.fromEntries(entries) as LogFields;
}

const reservedKeys: readonly string[] = ['level', 'ts', 'msg'];

function plain(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (depth > deepest) return '…';
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}

function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
