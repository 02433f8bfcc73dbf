import { readFile } from 'node:fs/promises';
import { ApiRequester } from '../access/api-request.ts';
import type { ControlPlanePrograms } from '../access/cluster-access.ts';
import type { SupervisedProcess, Supervisor } from '../supervisor/supervisor.ts';
import { apiServerCommand, etcdCommand } from './command-lines.ts';
import type { Layout } from './layout.ts';
import { describeEnd } from './log-tail.ts';
import { eventually } from '../wait.ts';

const READY_TIMEOUT_MS = 180_000;
/** Its requests are done and its audit log is written within milliseconds; then it waits for clients that only watch. */
const API_SERVER_GRACE_MS = 1000;

/** etcd and the API server in front of it, which tests stop and start again. */
export class ServerPair {
  readonly #supervisor: Supervisor;
  readonly #programs: ControlPlanePrograms;
  readonly #layout: Layout;
  readonly #apiServerArguments: readonly string[];
  #etcd: SupervisedProcess | undefined;
  #apiServer: SupervisedProcess | undefined;

  constructor(
    supervisor: Supervisor,
    programs: ControlPlanePrograms,
    layout: Layout,
    apiServerArguments: readonly string[],
  ) {
    this.#supervisor = supervisor;
    this.#programs = programs;
    this.#layout = layout;
    this.#apiServerArguments = apiServerArguments;
  }

  /** Both at once: the API server tries again until its etcd answers. Rejects, naming the one that ended. */
  async start(): Promise<void> {
    await Promise.all([this.#startEtcd(), this.#launchApiServer()]);
    await this.#untilReady();
  }

  async stop(): Promise<void> {
    await this.stopApiServer();
    await this.#etcd?.stop();
  }

  async stopApiServer(): Promise<void> {
    await this.#apiServer?.stop(API_SERVER_GRACE_MS);
    this.#apiServer = undefined;
  }

  async startApiServer(): Promise<void> {
    if (this.#apiServer) throw new Error('the API server is running');
    await this.#launchApiServer();
    await this.#untilReady();
  }

  /** A crash of etcd: the API server stays, without its store for a moment. What was written is kept. */
  async restartEtcd(): Promise<void> {
    // Asked in peace it would wait for the API server's watches to end, which they do not.
    await this.#etcd?.stop(0);
    await this.#startEtcd();
    if (this.#apiServer) await this.#untilReady();
  }

  async #startEtcd(): Promise<void> {
    this.#etcd = await this.#supervisor.start(etcdCommand(this.#programs, this.#layout));
  }

  async #launchApiServer(): Promise<void> {
    const command = apiServerCommand(this.#programs, this.#layout, this.#apiServerArguments);
    this.#apiServer = await this.#supervisor.start(command);
  }

  async #untilReady(): Promise<void> {
    const giveUp = new AbortController();
    const ended = [this.#etcd, this.#apiServer].filter((p) => p !== undefined).map(rejectWhenEnded);
    try {
      await Promise.race([pollReady(this.#layout, giveUp.signal), ...ended]);
    } finally {
      giveUp.abort();
    }
  }
}

async function pollReady(layout: Layout, signal: AbortSignal): Promise<void> {
  const isDone = async (): Promise<boolean> => signal.aborted || (await answersFromStore(layout));
  await eventually(isDone, { what: 'the API server is ready', timeoutMs: READY_TIMEOUT_MS });
}

/** A server ended before it was ready; the message holds what it said last. */
export class ServerEnded extends Error {
  override readonly name = 'ServerEnded';
  readonly isPortTaken: boolean;

  constructor(said: string) {
    super(said);
    this.isPortTaken = said.includes('address already in use');
  }
}

async function rejectWhenEnded(program: SupervisedProcess): Promise<never> {
  throw new ServerEnded(await describeEnd(program, await program.exited));
}

/** The certificate's file appears a moment after the API server started; before, and until it listens, nothing answers. */
async function answersFromStore(layout: Layout): Promise<boolean> {
  const ca = await readFile(layout.caFile, 'utf8').catch(() => undefined);
  if (ca === undefined) return false;
  const api = new ApiRequester(layout.url, ca, layout.tokens.admin);
  const isAnswered = async (path: string): Promise<boolean> => {
    const answer = await api.send('GET', path).catch(() => undefined);
    return answer !== undefined && answer.status < 500;
  };
  // The probe remembers etcd's health for a while; reading an object asks etcd itself.
  const isReady = (await isAnswered('/readyz')) && (await isAnswered('/api/v1/namespaces/default'));
  api.close();
  return isReady;
}
