import type { ClusterAccess } from '../../cluster/access/cluster-access.ts';
import type { AuditEvent } from '../../cluster/access/audit-event.ts';
import type { AuditMark } from '../../cluster/access/audit-log.ts';
import { awaitCertificates, applyIngress } from './shim-objects.ts';

const together = 50;

/** Applies `count` Ingresses `<prefix>-<n>`, each with a block of its own, `together` at a time. */
export async function applyIngresses(
  plane: ClusterAccess,
  namespace: string,
  prefix: string,
  count: number,
  annotationsOf: (index: number) => Readonly<Record<string, string>>,
  hosts: readonly string[] = ['a.orchard.test'],
): Promise<void> {
  const apply = (index: number) => {
    const name = `${prefix}-${index}`;
    return applyIngress(plane, namespace, name, { annotations: annotationsOf(index), tls: { [`${name}-tls`]: hosts } });
  };
  const indexes = Array.from({ length: count }, (_, index) => index);
  for (let start = 0; start < count; start += together)
    await Promise.all(indexes.slice(start, start + together).map(apply));
}

export const awaitCount = (plane: ClusterAccess, namespace: string, count: number, hosts = 1): Promise<unknown> =>
  awaitCertificates(
    plane,
    namespace,
    `${count} Certificates of ${hosts} names`,
    (found) => found.length === count && found.every(({ spec }) => spec?.dnsNames?.length === hosts),
    240_000,
  );

/** What one user did to Certificates, Ingresses and events in a namespace: `verb resource`, each with its answers. */
export async function callsOf(
  plane: ClusterAccess,
  user: string,
  namespace: string,
  since: AuditMark,
): Promise<AuditEvent[]> {
  const resource = ['certificates', 'ingresses', 'events'];
  return plane.audit.list({ user, namespace, resource, subresource: '', since });
}

/** How often each kind of call was made. */
export function countCalls(calls: readonly AuditEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verb, resource, status } of calls) {
    const kind = `${verb} ${resource} ${status}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
