/** A successful answer without its one field is no answer: the call's outcome is unknown. */
export function required<T>(value: T | undefined, field: string): T {
  if (value === undefined || value === '')
    throw Object.assign(new Error(`the answer lacks ${field}`), { name: 'IncompleteAnswer' });
  return value;
}
