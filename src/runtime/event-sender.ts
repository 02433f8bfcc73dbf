import { ApiError, isAlreadyExists } from '../kube/errors.ts';
import { sleep } from '../system/clock.ts';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Counter } from '../system/metrics.ts';
import { jitter } from '../system/random.ts';
import type { Random } from '../system/random.ts';

/** Why an event never reached the API server. */
export type DropReason = 'queue_full' | 'too_many' | 'refused' | 'failed' | 'stopped';

export interface EventSenderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly dropped: Counter<'reason'>;
}

export interface Delivery {
  readonly send: (signal: AbortSignal) => Promise<unknown>;
  /** Told once: whether the API server has it now. */
  readonly settled: (isDelivered: boolean) => void;
}

/** Delivers in the background: a few at once, each tried a few times, with a bound on what may wait. */
export interface EventSender {
  submit(delivery: Delivery): void;
  /** Resolves when nothing waits or is under way. */
  whenIdle(): Promise<void>;
  /** Gives up what waits and what is under way, and refuses more. */
  close(): void;
}

const parallel = 4;
/** Each takes about a kilobyte. As many objects may be written at once, with an event each, while events are slow. */
const longestQueue = 5000;
const tries = 5;
const firstDelayMs = 1000;

export function createEventSender(options: EventSenderOptions): EventSender {
  const { clock, random, dropped } = options;
  const closing = new AbortController();
  const waiting: Delivery[] = [];
  const whenIdle = new Set<() => void>();
  const reportRefusal = createRefusalLog(options.logger);
  let active = 0;

  function submit(delivery: Delivery): void {
    if (closing.signal.aborted) drop(delivery, 'stopped');
    else if (waiting.length >= longestQueue) drop(delivery, 'queue_full');
    else waiting.push(delivery);
    startNext();
  }

  function startNext(): void {
    while (active < parallel) {
      const delivery = waiting.shift();
      if (!delivery) break;
      active++;
      void deliver(delivery).then(finish);
    }
    if (active === 0) for (const tell of whenIdle) tell();
  }

  function finish(): void {
    active--;
    startNext();
  }

  function drop(delivery: Delivery, reason: DropReason): void {
    dropped.inc({ reason });
    delivery.settled(false);
  }

  /** Never rejects. */
  async function deliver(delivery: Delivery): Promise<void> {
    for (let failures = 0; ; failures++) {
      const delayMs = jitter(firstDelayMs * 2 ** failures, 0.25, random);
      const result = await attempt(delivery);
      if (result === 'delivered') {
        delivery.settled(true);
        return;
      }
      const end = endOf(result, failures);
      if (end) {
        drop(delivery, end);
        return;
      }
      await sleep(clock, Math.max(delayMs, askedDelay(result.error)), closing.signal).catch(() => undefined);
    }
  }

  async function attempt(delivery: Delivery): Promise<'delivered' | { readonly error: unknown }> {
    if (closing.signal.aborted) return { error: closing.signal.reason };
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
        startNext();
      }),
    close() {
      closing.abort();
      for (const delivery of waiting.splice(0)) drop(delivery, 'stopped');
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
