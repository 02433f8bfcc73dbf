/** RFC 3339 in whole seconds, rounded down, `YYYY-MM-DDTHH:MM:SSZ`. `ms` is since the Unix epoch. */
export function formatInstant(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
