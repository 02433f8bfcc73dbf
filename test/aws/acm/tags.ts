import { ServiceError } from '../errors.ts';
import { readOptionalList, type Parameters } from './read.ts';

/** A thing's tags, key to value. */
export type Tags = Map<string, string>;

const MOST_TAGS = 50;
const TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The codes by which an operation refuses tags. */
interface TagCodes {
  readonly invalid: string;
  readonly tooMany: string;
}

const USUAL_CODES: TagCodes = { invalid: 'ValidationException', tooMany: 'ValidationException' };
/** Of the operations on certificates. */
export const CERTIFICATE_TAG_CODES: TagCodes = { invalid: 'InvalidTagException', tooMany: 'TooManyTagsException' };

/** Reads a list of tags. Throws ServiceError. */
export function readTags(parameters: Parameters, name = 'Tags', { invalid, tooMany } = USUAL_CODES): Tags {
  const tags: Tags = new Map();
  const entries = readOptionalList(parameters, name) ?? [];
  if (entries.length > MOST_TAGS) throw new ServiceError(tooMany, `A request has at most ${MOST_TAGS} tags.`);
  for (const entry of entries) {
    const { Key, Value = '' } = entry as { readonly Key?: unknown; readonly Value?: unknown };
    tags.set(requireText(Key, 128, 1, invalid), requireText(Value, 256, 0, invalid));
  }
  return tags;
}

function requireText(value: unknown, most: number, least: number, invalidCode: string): string {
  const isText = typeof value === 'string' && value.length >= least && value.length <= most && TEXT.test(value);
  if (isText && !(least > 0 && value.toLowerCase().startsWith('aws:'))) return value;
  const what = least > 0 ? 'key' : 'value';
  throw new ServiceError(invalidCode, `The tag ${what} ${JSON.stringify(value)} is not valid.`);
}

/** Puts `added` among `tags`, unless that made too many. Throws ServiceError with `tooManyCode`. */
export function addTags(tags: Tags, added: Tags, tooManyCode: string): void {
  const together = new Map([...tags, ...added]);
  if (together.size > MOST_TAGS) throw new ServiceError(tooManyCode, `A resource has at most ${MOST_TAGS} tags.`);
  for (const [key, value] of added) tags.set(key, value);
}

export function tagList(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
