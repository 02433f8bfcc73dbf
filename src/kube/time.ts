/**
 * A MicroTime as coordination.k8s.io Leases and events.k8s.io Events want it: the API server parses this type with
 * exactly six fractional digits and refuses the three that Date#toISOString gives.
 */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
