import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../cluster/wait.ts';

/** What is the same in both versions: https://docs.kernel.org/admin-guide/cgroup-v2.html, …/cgroup-v1/memory.html */
interface Files {
  readonly root: string;
  readonly limit: string;
  readonly highest: string;
  readonly anonymous: string;
  readonly reachedLimit: (folder: string) => number;
  readonly kills: (folder: string) => number;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');

/** A number of a file whose lines are `name number`. */
function entry(folder: string, file: string, name: string): number {
  const [, value] = new RegExp(`^${name} (\\d+)$`, 'm').exec(read(folder, file)) ?? [];
  if (value === undefined) throw new Error(`${join(folder, file)} tells no ${name}`);
  return Number(value);
}

const versions: readonly Files[] = [
  {
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    highest: 'memory.max_usage_in_bytes',
    anonymous: 'total_rss',
    reachedLimit: (folder) => Number(read(folder, 'memory.failcnt')),
    kills: (folder) => entry(folder, 'memory.oom_control', 'oom_kill'),
  },
  {
    root: '/sys/fs/cgroup',
    limit: 'memory.max',
    highest: 'memory.peak',
    anonymous: 'anon',
    reachedLimit: (folder) => entry(folder, 'memory.events', 'max'),
    kills: (folder) => entry(folder, 'memory.events', 'oom_kill'),
  },
];

/** A memory control group with a limit, as a container's: the kernel ends who exceeds it by what it cannot reclaim. */
export class MemoryGroup {
  readonly #folder: string;
  readonly #files: Files;

  private constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Undefined, or why this machine offers none. */
  static get missing(): string | undefined {
    try {
      new MemoryGroup(...makeGroup()).#remove();
      return undefined;
    } catch (error) {
      return `no memory control group can be made here, which takes root: ${error instanceof Error ? error.message : ''}`;
    }
  }

  static create(limitBytes: number): MemoryGroup {
    const [folder, files] = makeGroup();
    writeFileSync(join(folder, files.limit), String(limitBytes));
    return new MemoryGroup(folder, files);
  }

  /** The same command, run in this group from its first page on. */
  enter({ command, args }: Command): Command {
    const procs = join(this.#folder, 'cgroup.procs');
    return { command: '/bin/sh', args: ['-c', 'echo $$ > "$0" && exec "$@"', procs, command, ...args] };
  }

  /** Bytes that no file backs, so that nothing but the process itself can give them back. */
  get anonymous(): number {
    return entry(this.#folder, 'memory.stat', this.#files.anonymous);
  }

  /** The most bytes that ever counted, pages of files included, which the kernel takes back when others are needed. */
  get highest(): number {
    return Number(read(this.#folder, this.#files.highest));
  }

  /** How often something had to be reclaimed since the limit was reached: no harm by itself. */
  get reachedLimit(): number {
    return this.#files.reachedLimit(this.#folder);
  }

  /** How many processes the kernel ended because the limit left nothing to reclaim. */
  get kills(): number {
    return this.#files.kills(this.#folder);
  }

  /** Once its processes have ended. */
  async remove(): Promise<void> {
    const isEmpty = async (): Promise<boolean> => read(this.#folder, 'cgroup.procs') === '';
    await eventually(isEmpty, { what: 'the memory control group is empty', everyMs: 20 });
    this.#remove();
  }

  #remove(): void {
    rmdirSync(this.#folder);
  }
}

function makeGroup(): [string, Files] {
  const files = versions.find(({ root }) => existsSync(join(root, 'cgroup.procs')));
  if (!files) throw new Error('no hierarchy is mounted');
  const folder = mkdtempSync(join(files.root, 'aws-privateca-issuer-'));
  const absent = [files.limit, files.highest].find((file) => !existsSync(join(folder, file)));
  if (absent === undefined) return [folder, files];
  rmdirSync(folder);
  throw new Error(`the groups have no ${absent}`);
}
