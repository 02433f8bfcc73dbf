/**
 * A MicroTime as coordination.k8s.io Leases and events.k8s.io Events want it: the API server parses this type with
 * exactly six fractional digits and refuses the three that Date#toISOString gives.
 */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}

/** A metav1.Time: RFC 3339 in whole seconds, rounded down, `YYYY-MM-DDTHH:MM:SSZ`. `ms` is since the Unix epoch. */
export function toRfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
