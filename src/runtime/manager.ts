import { defaultStopTimes } from './managed.ts';
import type { Managed, ManagedController, StopTimes } from './managed.ts';
import { shutDown } from './shut-down.ts';
import { within } from './within.ts';

export interface ManagerOptions extends Managed {
  readonly stopTimes?: StopTimes;
  /** How often the log says which first lists are still missing, milliseconds; default one minute. */
  readonly syncReportMs?: number;
}

export type EndCause =
  /** `stop` was called. */
  | 'requested'
  /** `stop` was called again before the end. */
  | 'forced'
  /** Somebody else leads now. */
  | 'lease-lost'
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
  /**
   * Servers, informers, leadership, controllers; then stays until the end. Where nobody is elected, a controller does not
   * wait for lists that it does not work from. Runs once; never rejects.
   */
  run(): Promise<Ending>;
  /** Ends in order. A second call ends at once. */
  stop(reason: string): void;
  /**
   * What is missing for /readyz: undefined while the informers are synced and nobody has said stop. Leadership does not
   * matter.
   */
  checkReady(): string | undefined;
}

const defaultSyncReportMs = 60_000;

type Reason = Omit<Ending, 'unfinished'>;

export function createManager(options: ManagerOptions): Manager {
  const { clock, logger, servers, informers, controllers, elector, stopTimes = defaultStopTimes } = options;
  const { syncReportMs = defaultSyncReportMs } = options;
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
    const synced = syncInformers();
    // Whoever lacks a list must not take the lead from one that has them all.
    const inCharge = elector ? synced.then(() => lead(elector)) : undefined;
    running.controllers = watched(controllers.map((controller) => runOnceDue(controller, inCharge)));
    await Promise.race([Promise.all([synced, inCharge, running.controllers]), halted]);
  }

  async function runOnceDue(controller: ManagedController, inCharge: Promise<void> | undefined): Promise<void> {
    const lists = (controller.lists ?? informers).map(({ informer }) => informer.whenSynced());
    // A campaign that is told to stop comes to its end before the lease is given back.
    await inCharge;
    await Promise.race([Promise.all(lists), halted]);
    if (!halt.signal.aborted) await controller.run(halt.signal, abandon.signal);
  }

  /** Both kinds promise never to reject; if one does all the same, the process ends in order. */
  function watched(parts: readonly Promise<void>[]): Promise<unknown> {
    return Promise.all(parts).catch((error: unknown) => end(failure(error)));
  }

  /** As long as it takes: a CRD that is created later, or rights that are granted later, end the wait; a new start would not. */
  async function syncInformers(): Promise<void> {
    const synced = Promise.all(informers.map(({ informer }) => informer.whenSynced(halt.signal)));
    while (!(await within(clock, syncReportMs, synced)))
      logger.warn({ missing: missingLists() }, 'still waiting for first lists from the API server');
    isSynced = true;
    logger.info({}, 'synced with the API server');
  }

  const missingLists = (): string[] => informers.filter(({ informer }) => !informer.synced).map(({ name }) => name);

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
      end(failure(error));
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
    checkReady() {
      if (halt.signal.aborted) return 'stopping';
      return isSynced ? undefined : `no list yet of ${missingLists().join(', ')}`;
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
