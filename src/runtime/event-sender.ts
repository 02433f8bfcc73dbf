import { ApiError, isAlreadyExists } from '../kube/errors.ts';
import { sleep } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Counter } from '../system/metrics.ts';
import { jitter } from '../system/random.ts';
import type { Random } from '../system/random.ts';
import { createAlarm } from './alarm.ts';

/** Why an event never reached the API server. */
export type DropReason = 'queue_full' | 'too_many' | 'refused' | 'failed' | 'stopped';

export interface EventSenderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly dropped: Counter<'reason'>;
  /** Whether there is work now that is more urgent than telling of it. */
  readonly isPressed: () => boolean;
}

export interface Delivery {
  readonly send: (signal: AbortSignal) => Promise<unknown>;
  /** Told once: whether the API server has it now. */
  readonly settled: (isDelivered: boolean) => void;
}

/**
 * Delivers in the background, in order: a few at once, each tried a few times, with a bound on what may wait. One that fails
 * or gets no answer keeps nobody else waiting. While there is urgent work, what is new waits, within limits.
 */
export interface EventSender {
  submit(delivery: Delivery): void;
  /** Resolves when nothing waits or is under way. */
  whenIdle(): Promise<void>;
  /** Gives up what waits and what is under way, and refuses more. */
  close(): void;
}

const parallel = 4;
/** A call that has no answer for so long makes room for another one. */
const slowMs = 1000;
/** All calls, those without an answer included. */
const mostOpen = 16;
/** Each takes about a kilobyte. As many objects may be written at once, with an event each, while events are slow. */
const longestQueue = 5000;
const tries = 5;
const firstDelayMs = 1000;
/** Urgent work comes first so long, and as long as no more than so many wait. */
const patienceMs = 30_000;
const mostHeld = longestQueue / 2;
const lookAgainMs = 50;

/** A delivery that has not been settled. `since` is monotonic. */
interface Entry {
  readonly delivery: Delivery;
  readonly since: number;
  failures: number;
}

type Attempt = 'delivered' | { readonly error: unknown };

export function createEventSender(options: EventSenderOptions): EventSender {
  const { clock, random, dropped } = options;
  const closing = new AbortController();
  const waiting: Entry[] = [];
  const whenIdle = new Set<() => void>();
  const reportRefusal = createRefusalLog(options.logger);
  const alarm = createAlarm(clock, lookAgain);
  let nextLook: number | undefined;
  /** Calls under way: all, and those that are not slow. */
  let open = 0;
  let prompt = 0;
  /** Entries that failed and wait for their next try. */
  let resting = 0;

  function submit(delivery: Delivery): void {
    if (closing.signal.aborted) drop(delivery, 'stopped');
    else if (waiting.length + resting >= longestQueue) drop(delivery, 'queue_full');
    else waiting.push({ delivery, since: clock.monotonic(), failures: 0 });
    startNext();
  }

  function startNext(): void {
    // Who waits until all are sent is about to end the process.
    const most = whenIdle.size > 0 ? mostOpen : parallel;
    while (nextLook === undefined && prompt < most && open < mostOpen) {
      const [first] = waiting;
      if (!first) break;
      if (isHeld(first)) nextLook = clock.monotonic() + lookAgainMs;
      else void deliver(first);
    }
    alarm.set(nextLook);
    if (open + resting + waiting.length === 0) for (const tell of whenIdle) tell();
  }

  const isHeld = ({ since }: Entry): boolean =>
    whenIdle.size === 0 && waiting.length <= mostHeld && clock.monotonic() - since < patienceMs && options.isPressed();

  /** Urgent work pauses for moments, too: it is not asked for all the time. */
  function lookAgain(): void {
    nextLook = undefined;
    startNext();
  }

  function drop(delivery: Delivery, reason: DropReason): void {
    dropped.inc({ reason });
    delivery.settled(false);
  }

  /** Takes up the first one. Never rejects. */
  async function deliver(entry: Entry): Promise<void> {
    waiting.shift();
    const result = await occupy(() => attempt(entry.delivery));
    const end = result === 'delivered' ? undefined : endOf(result, entry.failures);
    if (result === 'delivered') entry.delivery.settled(true);
    else if (end) drop(entry.delivery, end);
    else void rest(entry, result.error);
    startNext();
  }

  /** Counts a call for as long as it lasts. */
  async function occupy(call: () => Promise<Attempt>): Promise<Attempt> {
    let isPrompt = true;
    const leave = (): void => {
      if (isPrompt) prompt--;
      isPrompt = false;
    };
    const cancel = clock.schedule(slowMs, () => {
      leave();
      startNext();
    });
    open++;
    prompt++;
    const result = await call();
    cancel();
    leave();
    open--;
    return result;
  }

  /** Until its next try, for which it queues up behind all others. Never rejects. */
  async function rest(entry: Entry, error: unknown): Promise<void> {
    const delayMs = jitter(firstDelayMs * 2 ** entry.failures, 0.25, random);
    entry.failures++;
    resting++;
    await sleep(clock, Math.max(delayMs, askedDelay(error)), closing.signal).catch(() => undefined);
    resting--;
    if (closing.signal.aborted) drop(entry.delivery, 'stopped');
    else waiting.push(entry);
    startNext();
  }

  async function attempt(delivery: Delivery): Promise<Attempt> {
    try {
      await delivery.send(closing.signal);
      return 'delivered';
    } catch (error) {
      // An answer that got lost: the event arrived with an earlier try.
      return isAlreadyExists(error) ? 'delivered' : { error };
    }
  }

  /** Undefined: try again. */
  function endOf({ error }: { readonly error: unknown }, failures: number): DropReason | undefined {
    if (closing.signal.aborted) return 'stopped';
    if (isRefusal(error)) {
      reportRefusal(error);
      return 'refused';
    }
    if (failures + 1 < tries) return undefined;
    options.logger.debug({ error }, 'an event could not be delivered');
    return 'failed';
  }

  return {
    submit,
    whenIdle: () =>
      new Promise((resolve) => {
        const tell = (): void => {
          whenIdle.delete(tell);
          resolve();
        };
        whenIdle.add(tell);
        lookAgain();
      }),
    close() {
      closing.abort();
      for (const { delivery } of waiting.splice(0)) drop(delivery, 'stopped');
      nextLook = undefined;
      startNext();
    },
  };
}

/** The API server will say the same next time: no rights, namespace gone, object refused. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code >= 400 && error.code < 500 && error.code !== 429;
}

const askedDelay = (error: unknown): number => (error instanceof ApiError && error.retryAfterMs) || 0;

/** One line for each kind of refusal, not for each event. */
function createRefusalLog(logger: Logger): (error: ApiError) => void {
  const reported = new Set<string>();
  return (error) => {
    const kind = `${error.code} ${error.reason}`;
    if (reported.has(kind)) return;
    reported.add(kind);
    logger.warn({ error }, 'the API server refused an event; further events refused like this are only counted');
  };
}
