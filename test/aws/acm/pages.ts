import { ServiceError } from '../errors.ts';
import { readOptionalInteger, readOptionalText, type Parameters } from './read.ts';

export interface Page<T> {
  readonly entries: readonly T[];
  /** Absent on the last page. */
  readonly next: { readonly NextToken?: string };
}

export interface PageRule {
  /** Name of the member with the page's size. */
  readonly member: 'MaxResults' | 'MaxItems';
  readonly most: number;
  readonly usual: number;
}

/**
 * One page. The token names the last entry by its ARN or URL, so that entries which come and go between two pages
 * neither repeat nor hide others. Throws ServiceError.
 */
export function cutPage<T>(
  parameters: Parameters,
  all: readonly T[],
  keyOf: (entry: T) => string,
  { member, most, usual }: PageRule,
): Page<T> {
  const size = readOptionalInteger(parameters, member, 1, most) ?? usual;
  const token = readOptionalText(parameters, 'NextToken');
  const start = token === undefined ? 0 : startAfter(token, all, keyOf);
  const entries = all.slice(start, start + size);
  const last = entries.at(-1);
  if (last === undefined || start + size >= all.length) return { entries, next: {} };
  return { entries, next: { NextToken: Buffer.from(`after:${keyOf(last)}`).toString('base64url') } };
}

function startAfter<T>(token: string, all: readonly T[], keyOf: (entry: T) => string): number {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const at = all.findIndex((entry) => `after:${keyOf(entry)}` === text);
  if (at < 0) throw new ServiceError('ValidationException', 'The pagination token is not valid.');
  return at + 1;
}
