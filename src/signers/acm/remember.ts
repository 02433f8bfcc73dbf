/** Requests that vanish midway leave their entries behind; so many are kept. */
const limit = 10_000;

/** Puts the entry behind all others, and drops the oldest one where there are too many. */
export function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > limit && oldest !== undefined) entries.delete(oldest);
}
