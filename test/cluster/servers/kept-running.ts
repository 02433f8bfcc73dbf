import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../programs/progress.ts';
import type { ProcessSpec, SupervisedProcess, Supervisor } from '../supervisor/supervisor.ts';
import { describeEnd } from './log-tail.ts';

const PAUSE_MS = 500;

/**
 * A controller that is started again when it ends unasked, as a kubelet does: kube-controller-manager gives up when it
 * starts while the API server or etcd is away.
 */
export class KeptRunning {
  readonly #supervisor: Supervisor;
  readonly #spec: ProcessSpec;
  readonly #log: Log;
  #current: SupervisedProcess;
  #stopping = false;

  private constructor(supervisor: Supervisor, spec: ProcessSpec, log: Log, current: SupervisedProcess) {
    this.#supervisor = supervisor;
    this.#spec = spec;
    this.#log = log;
    this.#current = current;
    void this.#watch();
  }

  static async start(supervisor: Supervisor, spec: ProcessSpec, log: Log): Promise<KeptRunning> {
    return new KeptRunning(supervisor, spec, log, await supervisor.start(spec));
  }

  /** Of the process as it runs now. */
  get pid(): number {
    return this.#current.pid;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#current.stop();
  }

  async #watch(): Promise<void> {
    for (;;) {
      const exit = await this.#current.exited;
      if (this.#isOver()) return;
      this.#log(`Starting it again: ${await describeEnd(this.#current, exit)}`);
      await delay(PAUSE_MS);
      if (this.#isOver()) return;
      this.#current = await this.#supervisor.start(this.#spec);
    }
  }

  #isOver(): boolean {
    return this.#stopping || this.#supervisor.isStopping || this.#current.wasAsked();
  }
}
