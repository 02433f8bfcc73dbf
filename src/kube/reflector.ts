import { type Clock, sleep } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Random } from '../system/random.ts';
import { Backoff } from './backoff.ts';
import type { KubeClient, WatchEvent, WatchOptions } from './client.ts';
import { ApiError, isExpired, isNotFound } from './errors.ts';
import { takeInitialEvents } from './initial-events.ts';
import { listAll, type Listing } from './list-all.ts';
import type { KubeObject, Resource } from './objects.ts';
import { type NextStep, planAfterWatch } from './watch-plan.ts';

/** Takes what the reflector sees. May not throw. */
export interface ReflectorSink<T extends KubeObject> {
  /** Leaves out (undefined) or transforms an object of a list, before the list is complete. */
  admit(object: T): T | undefined;
  /** Everything there is, as admitted. */
  replaced(objects: readonly T[]): void;
  changed(object: T): void;
  deleted(object: T): void;
}

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly pageSize: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly sink: ReflectorSink<T>;
}

/** The server closes each watch after a while, so that watches spread over API servers anew: 5 to 10 minutes. */
const WATCH_SECONDS = { least: 300, spread: 300 };
/** How old a list may be when a watch ends for the next step to be another one: 30 to 60 minutes, so that they spread too. */
const RELIST_MS = { least: 30 * 60_000, spread: 30 * 60_000 };
/** The API server sends a bookmark every minute; a connection silent for longer is dead. */
const INACTIVITY_MS = 90_000;

/** Repeats list and watch until its signal aborts, and never gives up. */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  #fieldSelector: string | undefined;
  /** The version to watch from; undefined until a list succeeded. Opaque: only ever handed back. */
  #resourceVersion: string | undefined;
  #listedAt = Number.NEGATIVE_INFINITY;
  #relistAgeMs = Number.POSITIVE_INFINITY;
  #missing = false;
  /** How the next list is asked for. A server without streams is asked for pages for good, one whose stream broke once. */
  #listing: 'stream' | 'pages' | 'pagesOnce' = 'stream';

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock, options.random);
    this.#fieldSelector = options.fieldSelector;
  }

  /** Resolves once the signal aborted. */
  async run(signal: AbortSignal): Promise<void> {
    let next: NextStep = { step: 'list', wait: false };
    while (!signal.aborted) next = await this.#take(next, signal);
  }

  async #take(next: NextStep, signal: AbortSignal): Promise<NextStep> {
    if (next.wait) await this.#pause(next, signal);
    if (signal.aborted) return next;
    if (next.step === 'watch') return this.#watch(signal);
    // What a watch lost is not looked for in what another watch gives.
    if (next.compares) return this.#list(signal, true);
    return this.#listing === 'stream' ? this.#watchFromStart(signal) : this.#list(signal);
  }

  async #pause({ retryAfterMs = 0 }: NextStep, signal: AbortSignal): Promise<void> {
    const delay = Math.max(this.#backoff.next(), retryAfterMs);
    // An abort ends the pause; the loop looks at the signal itself.
    await sleep(this.#options.clock, delay, signal).catch(() => undefined);
  }

  async #list(signal: AbortSignal, compares = false): Promise<NextStep> {
    const { client, resource, sink, namespace, labelSelector, pageSize } = this.#options;
    try {
      const listing = await listAll(client, resource, {
        ...withoutUndefined({ namespace, labelSelector, fieldSelector: this.#fieldSelector }),
        pageSize,
        signal,
        admit: (object) => sink.admit(object),
      });
      if (signal.aborted) return { step: 'list', wait: false };
      if (this.#listing === 'pagesOnce') this.#listing = 'stream';
      this.#replace(listing);
      return { step: 'watch', wait: false };
    } catch (error) {
      if (signal.aborted) return { step: 'list', wait: false };
      return compares ? this.#watchOnInstead(error) : this.#afterFailedList(error);
    }
  }

  /** The next watch that ends gives another occasion. */
  #watchOnInstead(error: unknown): NextStep {
    this.#options.logger.info({ error }, 'the list to compare with failed; watching on without');
    return { step: 'watch', wait: true };
  }

  #afterFailedList(error: unknown): NextStep {
    const { logger } = this.#options;
    if (this.#fieldSelector !== undefined && error instanceof ApiError && error.code === 400) {
      logger.info(
        { fieldSelector: this.#fieldSelector },
        'the API server does not know this field selector; filtering here',
      );
      this.#fieldSelector = undefined;
      return { step: 'list', wait: false };
    }
    if (!isNotFound(error)) logger.warn({ error }, 'list failed; trying again');
    else if (!this.#missing)
      logger.warn({}, 'the API server does not serve this kind (is its CRD installed?); waiting for it');
    this.#missing = isNotFound(error);
    return { step: 'list', wait: true, retryAfterMs: error instanceof ApiError ? error.retryAfterMs : undefined };
  }

  /**
   * Lists in the watch's own stream: object by object, so that the API server and this process hold one at a time beside
   * what is kept, and what comes next follows on the same connection.
   */
  async #watchFromStart(signal: AbortSignal): Promise<NextStep> {
    try {
      const { sink } = this.#options;
      const events = this.#openWatch(signal, { sendInitialEvents: true })[Symbol.asyncIterator]();
      const listing = await takeInitialEvents(events, (object) => sink.admit(object));
      if (signal.aborted) return { step: 'list', wait: false };
      this.#replace(listing);
      return await this.#follow({ [Symbol.asyncIterator]: () => events }, signal);
    } catch (error) {
      return signal.aborted ? { step: 'list', wait: false } : this.#afterFailedStream(error);
    }
  }

  #afterFailedStream(error: unknown): NextStep {
    if (error instanceof ApiError && error.code === 422) {
      this.#listing = 'pages';
      return { step: 'list', wait: false };
    }
    if (!(error instanceof ApiError) || isExpired(error)) this.#listing = 'pagesOnce';
    return this.#afterFailedList(error);
  }

  #replace({ items, resourceVersion }: Listing<T>): void {
    this.#missing = false;
    const { clock, random, sink } = this.#options;
    this.#listedAt = clock.monotonic();
    this.#relistAgeMs = RELIST_MS.least + random() * RELIST_MS.spread;
    this.#resourceVersion = resourceVersion;
    sink.replaced(items);
  }

  #watch(signal: AbortSignal): Promise<NextStep> {
    return this.#follow(this.#openWatch(signal, withoutUndefined({ resourceVersion: this.#resourceVersion })), signal);
  }

  async #follow(watch: AsyncIterable<WatchEvent<T>>, signal: AbortSignal): Promise<NextStep> {
    const { clock, logger } = this.#options;
    const startedAt = clock.monotonic();
    let events = 0;
    let failure: unknown;
    try {
      for await (const event of watch) {
        if (signal.aborted) break;
        events += 1;
        this.#apply(event);
      }
    } catch (error) {
      failure = error;
    }
    const now = clock.monotonic();
    const age = { livedMs: now - startedAt, listAgeMs: now - this.#listedAt, relistAgeMs: this.#relistAgeMs };
    const next = planAfterWatch({ error: failure, events, ...age });
    if (!signal.aborted && (failure !== undefined || next.wait))
      logger.info({ error: failure, next: next.step }, 'watch ended early; going on');
    return next;
  }

  #openWatch(signal: AbortSignal, from: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { client, resource, namespace, labelSelector, random } = this.#options;
    return client.watch(resource, {
      ...withoutUndefined({ namespace, labelSelector, fieldSelector: this.#fieldSelector }),
      ...from,
      timeoutSeconds: WATCH_SECONDS.least + Math.floor(random() * WATCH_SECONDS.spread),
      inactivityMs: INACTIVITY_MS,
      signal,
    });
  }

  #apply(event: WatchEvent<T>): void {
    const { sink } = this.#options;
    if (event.type === 'BOOKMARK') {
      this.#resourceVersion = event.resourceVersion;
      return;
    }
    if (event.type === 'DELETED') sink.deleted(event.object);
    else sink.changed(event.object);
    this.#resourceVersion = event.object.metadata.resourceVersion;
  }
}

/** With exactOptionalPropertyTypes an absent option is not the same as an undefined one. */
function withoutUndefined<K extends string>(options: Record<K, string | undefined>): Partial<Record<K, string>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, string>
  >;
}
