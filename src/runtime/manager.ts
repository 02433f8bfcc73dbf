import { defaultStopTimes } from './managed.ts';
import type { Managed, StopTimes } from './managed.ts';
import { shutDown } from './shut-down.ts';
import { within } from './within.ts';

export interface ManagerOptions extends Managed {
  readonly stopTimes?: StopTimes;
  /** How long the informers may take for their first lists, milliseconds; default two minutes. */
  readonly syncTimeoutMs?: number;
}

export type EndCause =
  /** `stop` was called. */
  | 'requested'
  /** `stop` was called again before the end. */
  | 'forced'
  /** Somebody else leads now. */
  | 'lease-lost'
  /** The informers did not get their first lists in time. */
  | 'not-synced'
  /** A part did not start, or ended by itself. `error` says why. */
  | 'failed';

export interface Ending {
  readonly cause: EndCause;
  /** For a person. */
  readonly detail: string;
  readonly error?: unknown;
  /** The parts that had to be left behind; empty after an orderly end. */
  readonly unfinished: readonly string[];
}

/**
 * Starts the parts of the process in order, keeps them until there is a reason to stop, and stops them in order.
 * It has no signal handlers and never exits the process: that is for whoever called `run`.
 */
export interface Manager {
  /** Servers, informers, leadership, controllers; then stays until the end. Runs once; never rejects. */
  run(): Promise<Ending>;
  /** Ends in order. A second call ends at once. */
  stop(reason: string): void;
  /** The informers are synced and nobody has said stop: for /readyz. Leadership does not matter. */
  readonly ready: boolean;
}

const defaultSyncTimeoutMs = 120_000;

type Reason = Omit<Ending, 'unfinished'>;

/** Why the start did not get to its end. */
class StartError extends Error {
  override readonly name = 'StartError';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.detail);
    this.reason = reason;
  }
}

export function createManager(options: ManagerOptions): Manager {
  const { clock, logger, servers, informers, controllers, elector, stopTimes = defaultStopTimes } = options;
  const { syncTimeoutMs = defaultSyncTimeoutMs } = options;
  const halt = new AbortController();
  const abandon = new AbortController();
  const stopInformers = new AbortController();
  const halted = new Promise<void>((resolve) => halt.signal.addEventListener('abort', () => resolve(), { once: true }));
  const forced = Promise.withResolvers<Ending>();
  const running = {
    controllers: Promise.resolve<unknown>(undefined),
    informers: Promise.resolve<unknown>(undefined),
    stopInformers: () => stopInformers.abort(),
    abandon: () => abandon.abort(),
  };
  let reason: Reason | undefined;
  let isSynced = false;

  /** The first reason counts. */
  function end(because: Reason): void {
    reason ??= because;
    halt.abort();
  }

  async function start(): Promise<void> {
    for (const server of servers) await server.start();
    running.informers = watched(informers.map(({ informer }) => informer.run(stopInformers.signal)));
    await syncInformers();
    isSynced = true;
    logger.info({}, 'synced with the API server');
    if (elector) await lead(elector);
    running.controllers = watched(controllers.map((controller) => controller.run(halt.signal, abandon.signal)));
    await Promise.race([running.controllers, halted]);
  }

  /** Both kinds promise never to reject; if one does all the same, the process ends in order. */
  function watched(parts: readonly Promise<void>[]): Promise<unknown> {
    return Promise.all(parts).catch((error: unknown) => end(failure(error)));
  }

  async function syncInformers(): Promise<void> {
    const synced = Promise.all(informers.map(({ informer }) => informer.whenSynced(halt.signal)));
    if (await within(clock, syncTimeoutMs, synced)) return;
    const missing = informers.filter(({ informer }) => !informer.synced).map(({ name }) => name);
    const detail = `no list of ${missing.join(', ')} within ${syncTimeoutMs / 1000} s`;
    throw new StartError({ cause: 'not-synced', detail });
  }

  async function lead(by: NonNullable<Managed['elector']>): Promise<void> {
    const lose = (): void => end({ cause: 'lease-lost', detail: 'leader election lost', error: by.lost.reason });
    by.lost.addEventListener('abort', lose, { once: true });
    await by.acquire(halt.signal);
  }

  /** A start that is interrupted by `stop` rejects too; then the reason is there already. */
  async function live(): Promise<Ending> {
    try {
      await start();
      end({ cause: 'failed', detail: 'the controllers ended by themselves' });
    } catch (error) {
      end(error instanceof StartError ? error.reason : failure(error));
    }
    return stopAll(reason ?? failure(undefined));
  }

  async function stopAll(because: Reason): Promise<Ending> {
    logger.info({ cause: because.cause, detail: because.detail }, 'stopping');
    // Another process leads: whatever runs here must not go on for another moment.
    if (because.cause === 'lease-lost') return leave(because);
    const unfinished = await shutDown(options, running, stopTimes);
    return { ...because, unfinished };
  }

  function leave(because: Reason): Ending {
    running.abandon();
    running.stopInformers();
    return { ...because, unfinished: ['controllers'] };
  }

  return {
    get ready() {
      return isSynced && !halt.signal.aborted;
    },
    run: () => Promise.race([live(), forced.promise]),
    stop(detail) {
      if (halt.signal.aborted) forced.resolve(leave({ cause: 'forced', detail }));
      else end({ cause: 'requested', detail });
    },
  };
}

const failure = (error: unknown): Reason => ({
  cause: 'failed',
  detail: error instanceof Error ? error.message : 'a part of the process failed',
  error,
});
