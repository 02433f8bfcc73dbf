import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The first of what is left; undefined: this was the last page. */
  readonly next: Item | undefined;
  readonly size: number;
}

/** The items from `start` on, as many as MaxItems asks for and the operation allows. Throws ServiceError. */
export function pageOf<Item>(
  call: Call,
  sorted: readonly Item[],
  start: (item: Item) => boolean,
  most: number,
): Page<Item> {
  const text = parameterOf(call, 'MaxItems') ?? String(most);
  const asked = Number(text);
  if (!Number.isInteger(asked) || asked < 1) throw new ServiceError('InvalidInput', `Invalid MaxItems: ${text}`);
  const size = Math.min(asked, most);
  const first = sorted.findIndex(start);
  const rest = first < 0 ? [] : sorted.slice(first);
  return { items: rest.slice(0, size), next: rest[size], size };
}

/** A query parameter; an empty one counts as absent. */
export function parameterOf({ parameters }: Call, name: string): string | undefined {
  const value = parameters[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Compares texts by their code units, as ASCII is sorted. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
