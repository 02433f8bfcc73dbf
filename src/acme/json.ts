/** An answer's JSON is not what RFC 8555 says. The message names the field. */
export class InvalidField extends Error {
  override readonly name = 'InvalidField';
}

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function requireFields(value: unknown, what: string): Fields {
  if (isFields(value)) return value;
  throw new InvalidField(`${what} is not an object`);
}

export function requireString(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new InvalidField(`"${name}" is not a text`);
}

/** Undefined for what is absent or of another type: nothing depends on it. */
export function optionalString(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Far more than an order has names: each authorization is a request, and a hostile server could name thousands. */
const mostEntries = 1000;

export function requireArray(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw new InvalidField(`"${name}" is not a list`);
  if (value.length > mostEntries) throw new InvalidField(`"${name}" has more than ${mostEntries} entries`);
  return value;
}

export function requireStrings(fields: Fields, name: string): readonly string[] {
  return requireArray(fields, name).map((value) => {
    if (typeof value === 'string') return value;
    throw new InvalidField(`"${name}" holds what is not a text`);
  });
}

/** One of `known`; anything else is refused, since nobody would know what follows from it. */
export function requireOneOf<T extends string>(fields: Fields, name: string, known: readonly T[]): T {
  const value = fields[name];
  const found = known.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new InvalidField(`"${name}" is none of ${known.join(', ')}`);
}
