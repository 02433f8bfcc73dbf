import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Order, ProcessExit, Report } from './messages.ts';
import { signalGroup } from './process-group.ts';

/** What to start. Output goes to a file in the supervisor's folder. */
export interface ProcessSpec {
  /** Names the log file; the same name may be started again after it ended, and appends to its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Laid over this process's environment; null takes a variable away. */
  readonly environment?: Readonly<Record<string, string | null>>;
  /** Default: the supervisor's folder. */
  readonly workingFolder?: string;
  /** Processes of a higher rank are stopped first when everything ends. Default 0. */
  readonly rank?: number;
}

export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the process ended, for whatever reason; never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Whether its end, if it comes, was asked for here. */
  readonly wasAsked: () => boolean;
  /** Signals the process and everything it started. */
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL after `graceMs` (default 5000). */
  stop(graceMs?: number): Promise<ProcessExit>;
}

interface Ticket {
  readonly started: PromiseWithResolvers<number>;
  readonly exited: PromiseWithResolvers<ProcessExit>;
  pid?: number;
}

const PROGRAM = fileURLToPath(new URL('./supervisor-process.ts', import.meta.url));

/**
 * Starts processes that cannot outlive this one: a helper program owns them and a temporary folder, and ends both when
 * `stop` is called or this process is gone.
 */
export class Supervisor {
  readonly folder: string;
  readonly #helper: ChildProcess;
  readonly #tickets = new Map<number, Ticket>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #stopped: Promise<void> | undefined;

  private constructor(helper: ChildProcess, folder: string) {
    this.#helper = helper;
    this.folder = folder;
    helper.on('message', (report: Report) => this.#note(report));
    this.#ended = once(helper, 'exit').then(() => this.#helperEnded());
  }

  /** `folderPrefix` is completed by random characters, as mkdtemp does. */
  static async start(folderPrefix: string): Promise<Supervisor> {
    const args = ['--disable-warning=ExperimentalWarning', PROGRAM, folderPrefix];
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as ['ignore', 'ignore', 'inherit', 'ipc'];
    const helper = spawn(process.execPath, args, { detached: true, stdio });
    const ready = once(helper, 'message') as Promise<[Report]>;
    const ended = once(helper, 'exit').then(() => undefined);
    const first = (await Promise.race([ready, ended]))?.[0];
    if (first?.kind !== 'ready') throw new Error(`the supervisor of test processes did not start (${PROGRAM})`);
    return new Supervisor(helper, first.folder);
  }

  /** Whether everything ends or has ended, so that nothing can be started any more. */
  get isStopping(): boolean {
    return this.#stopped !== undefined || !this.#helper.connected;
  }

  /** Rejects when the program cannot be run at all. */
  async start(spec: ProcessSpec): Promise<SupervisedProcess> {
    if (this.isStopping) throw new Error(`${spec.name} cannot start: its supervisor has ended`);
    const id = this.#nextId++;
    const ticket: Ticket = { started: Promise.withResolvers(), exited: Promise.withResolvers() };
    this.#tickets.set(id, ticket);
    const logPath = join(this.folder, `${spec.name}.log`);
    const { command, args, environment = {}, workingFolder = this.folder, rank = 0 } = spec;
    this.#send({ kind: 'start', id, command, args, environment, workingFolder, logPath, rank });
    const pid = await ticket.started.promise;
    return this.#handle(id, spec.name, pid, logPath, ticket.exited.promise);
  }

  /** Stops everything, highest rank first, and removes the folder. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#finish());
  }

  async #finish(): Promise<void> {
    this.#send({ kind: 'finish' });
    await this.#ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  #handle(id: number, name: string, pid: number, logPath: string, exited: Promise<ProcessExit>): SupervisedProcess {
    let asked = false;
    const ask = (order: Order): void => {
      asked = true;
      this.#send(order);
    };
    return {
      ...{ name, pid, logPath, exited },
      wasAsked: () => asked || this.#stopped !== undefined,
      signal: (signal) => ask({ kind: 'signal', id, signal }),
      stop: (graceMs = 5000) => {
        ask({ kind: 'stop', id, graceMs });
        return exited;
      },
    };
  }

  #send(order: Order): void {
    if (this.#helper.connected) this.#helper.send(order);
  }

  #note(report: Report): void {
    if (report.kind === 'ready') return;
    const ticket = this.#tickets.get(report.id);
    if (!ticket) return;
    if (report.kind === 'started') {
      ticket.pid = report.pid;
      ticket.started.resolve(report.pid);
    } else {
      this.#tickets.delete(report.id);
      if (report.kind === 'refused') ticket.started.reject(new Error(report.message));
      else ticket.exited.resolve({ code: report.code, signal: report.signal });
    }
  }

  // Normally nothing runs any more; if somebody killed the helper itself, its processes are ended from here.
  #helperEnded(): void {
    for (const ticket of this.#tickets.values()) {
      if (ticket.pid !== undefined) signalGroup(ticket.pid, 'SIGKILL');
      ticket.started.reject(new Error('the supervisor of test processes ended'));
      ticket.exited.resolve({ code: null, signal: 'SIGKILL' });
    }
    this.#tickets.clear();
  }
}
