import { readFile, writeFile } from 'node:fs/promises';

// As Linux tells it: https://man7.org/linux/man-pages/man5/proc.5.html

/** User and system time of the process so far, milliseconds; the kernel counts in hundredths of a second. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export interface Memory {
  readonly resident: number;
  readonly anonymous: number;
  /** The highest since the start, or since `forgetPeak`. */
  readonly peak: number;
}

/** MiB. */
export async function memoryMiB(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (field: string): number => {
    const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
    return Number(kibibytes) / 1024;
  };
  return { resident: of('VmRSS'), anonymous: of('RssAnon'), peak: of('VmHWM') };
}

export const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');
