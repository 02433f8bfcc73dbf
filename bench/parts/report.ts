import { readFile } from 'node:fs/promises';
import type { AuditEvent } from '../../test/cluster/access/audit-event.ts';

export const write = (line: string): void => void process.stdout.write(`${line}\n`);
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** How often each kind of call was made. */
export function describeCalls(calls: readonly AuditEvent[]): string {
  const counts = new Map<string, number>();
  for (const { verb, resource, subresource, status } of calls) {
    const kind = [verb, [resource, subresource].filter((part) => part !== '').join('/'), status].join(' ');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind}: ${count}`).join(', ');
}

/** As Linux tells it; elsewhere only the process itself could. */
export async function memory(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const of = (field: string): string => {
    const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    return kilobytes === undefined ? 'unknown' : `${Math.round(Number(kilobytes) / 1024)} MiB`;
  };
  return `resident ${of('VmRSS')}, anonymous ${of('RssAnon')}, at its peak ${of('VmHWM')}`;
}

/** As Linux tells it, in hundredths: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) / 100;
}
