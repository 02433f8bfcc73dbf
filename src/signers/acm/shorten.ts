/** How many names a message lists. */
const listed = 5;

/** The first few of a list that may be long. */
export function shorten(items: readonly string[], separator = ', '): string {
  const rest = items.length - listed;
  return [...items.slice(0, listed), ...(rest > 0 ? [`and ${rest} more`] : [])].join(separator);
}
