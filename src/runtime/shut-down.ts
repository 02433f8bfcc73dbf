import type { Managed, StopTimes } from './managed.ts';
import { within } from './within.ts';

/** What runs, and how it is told to end. */
export interface Running {
  /** Resolves when no reconcile is in flight any more. */
  readonly controllers: Promise<unknown>;
  readonly informers: Promise<unknown>;
  readonly stopInformers: () => void;
  /** Tells runs in flight that their grace is over. */
  readonly abandon: () => void;
}

/**
 * Ends everything in order: runs in flight, informers, servers, and then, because nothing it guards runs any more, the
 * lease; events last, since all the others may still cause some. Each step has its time, and the next one comes anyway.
 * The names of the steps that did not end are returned; never rejects.
 */
export async function shutDown(managed: Managed, running: Running, times: StopTimes): Promise<string[]> {
  const { clock, logger, servers, elector, events } = managed;
  const unfinished: string[] = [];

  async function step(name: string, limitMs: number, work: () => Promise<unknown>): Promise<boolean> {
    const isDone = await within(clock, limitMs, attempt(work)).catch((error: unknown) => {
      logger.warn({ error, step: name }, 'a part of the process did not stop as it should');
      return false;
    });
    if (!isDone) unfinished.push(name);
    return isDone;
  }

  const isQuiet = await endControllers(managed, running, times);
  if (!isQuiet) unfinished.push('controllers');
  running.stopInformers();
  await step('informers', times.stepMs, () => running.informers);
  await step('servers', times.stepMs, () => Promise.all(servers.map((server) => server.stop())));
  // A run that did not end may still write: the lease then has to expire by itself.
  if (elector && isQuiet) await releaseLease(elector, times, step);
  if (events) await step('events', times.stepMs, () => events.flush(times.stepMs));
  return unfinished;
}

type Step = (name: string, limitMs: number, work: () => Promise<unknown>) => Promise<boolean>;

async function endControllers(managed: Managed, running: Running, times: StopTimes): Promise<boolean> {
  const { clock, logger, stopReading } = managed;
  if (await within(clock, times.readingMs, running.controllers)) return true;
  stopReading?.();
  if (await within(clock, times.graceMs - times.readingMs, running.controllers)) return true;
  logger.warn({ graceMs: times.graceMs }, 'abandoning the reconciles that are still running');
  running.abandon();
  return within(clock, times.abandonMs, running.controllers);
}

async function releaseLease(elector: NonNullable<Managed['elector']>, times: StopTimes, step: Step): Promise<void> {
  const tooLate = new AbortController();
  const isReleased = await step('lease', times.stepMs, () => elector.release(tooLate.signal));
  if (!isReleased) tooLate.abort();
}

/** Turns what is thrown before the first await into a rejection. */
const attempt = async (work: () => Promise<unknown>): Promise<unknown> => work();
