import type { Clock } from '../system/clock.ts';
import { Stopping } from '../system/stopping.ts';
import { toAwsError } from './errors.ts';

/** What signs a call. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Undefined: they do not end by themselves. */
  readonly expiration?: Date;
}

/** When credentials are to be replaced, wall clock milliseconds. */
export interface Freshness {
  /** From here on they are fetched anew in the background, while they are used on. */
  readonly refreshAtMs: number;
  /** From here on nobody is given them any more. */
  readonly usableUntilMs: number;
}

const earlyMs = 5 * 60_000;
/** A call takes time, and clocks differ. */
const marginMs = 60_000;
/** What their source calls expired is tried all the same, for so long: AWS knows better, and says so. */
const shortestMs = 5_000;
/** Those without an end may stand in a file that somebody changes. */
const rereadMs = 60_000;

/**
 * Reckoned from what is left when they are fetched: credentials that live for less than five minutes (some sources hand
 * on what others have used for a while) are not fetched anew for each call.
 */
export function freshnessOf({ expiration }: Credentials, fetchedAtMs: number): Freshness {
  if (!expiration) return { refreshAtMs: fetchedAtMs + rereadMs, usableUntilMs: Infinity };
  const lifetimeMs = Math.max(expiration.getTime() - fetchedAtMs, shortestMs);
  const endMs = fetchedAtMs + lifetimeMs;
  return {
    refreshAtMs: endMs - Math.min(earlyMs, lifetimeMs / 4),
    usableUntilMs: endMs - Math.min(marginMs, lifetimeMs / 10),
  };
}

/** Where a principal's credentials come from. */
export interface CredentialSupply {
  /** Throws AwsError. The same object until they are replaced. */
  get(): Promise<Credentials>;
  /** AWS did not accept these credentials. True when calling again makes sense: others are there, or can be fetched. */
  refuse(refused: Credentials): boolean;
}

/** Credentials that are what they are. */
export function fixedCredentials(credentials: Credentials): CredentialSupply {
  return { get: async () => credentials, refuse: () => false };
}

/** How long a source may take, roles on the way included; more than one call to STS may. */
const deadlineMs = 25_000;
/** After a fetch that failed, while nothing else is there: whoever asks meanwhile is told the same. */
const failureMs = 1_000;
/** After a refresh that failed, while the old credentials still hold; and between two that AWS's refusals call for. */
const pauseMs = 10_000;

/**
 * One principal's credentials: fetched when they are needed, replaced before they end. All who ask at the same time share
 * one fetch. The SDK's own cache is not used: it would fetch anew for each call in the last five minutes.
 */
export class CredentialCache implements CredentialSupply {
  readonly #clock: Clock;
  readonly #fetch: () => Promise<Credentials>;
  #current: ({ readonly credentials: Credentials } & Freshness) | undefined;
  #fetching: Promise<Credentials> | undefined;
  #failure: { readonly error: Error; readonly untilMs: number } | undefined;
  #refreshNotBeforeMs = -Infinity;
  #refusedAtMs = -Infinity;

  constructor(clock: Clock, fetch: () => Promise<Credentials>) {
    this.#clock = clock;
    this.#fetch = fetch;
  }

  async get(): Promise<Credentials> {
    const now = this.#clock.now();
    const current = this.#current;
    if (!current || now >= current.usableUntilMs) return this.#require();
    if (now >= current.refreshAtMs && this.#clock.monotonic() >= this.#refreshNotBeforeMs) {
      // Whoever needs new ones because these have ended learns of a failure; until then it is only early.
      this.#refresh().catch(() => (this.#refreshNotBeforeMs = this.#clock.monotonic() + pauseMs));
    }
    return current.credentials;
  }

  /** That many calls are refused one after another must not become as many fetches. */
  refuse(refused: Credentials): boolean {
    if (this.#current?.credentials !== refused) return true;
    const now = this.#clock.monotonic();
    if (now - this.#refusedAtMs < pauseMs) return false;
    this.#refusedAtMs = now;
    this.#current = undefined;
    return true;
  }

  /** Many calls that fail one after another must not become as many fetches. */
  #require(): Promise<Credentials> {
    const failure = this.#failure;
    if (failure && this.#clock.monotonic() < failure.untilMs) throw failure.error;
    return this.#refresh();
  }

  #refresh(): Promise<Credentials> {
    this.#fetching ??= this.#fetchInTime().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetchInTime(): Promise<Credentials> {
    let cancel = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#clock.schedule(deadlineMs, () =>
        reject(Object.assign(new Error('the source of the credentials took too long'), { name: 'TimeoutError' })),
      );
    });
    try {
      const credentials = await Promise.race([this.#fetch(), late]);
      this.#current = { credentials, ...freshnessOf(credentials, this.#clock.now()) };
      this.#failure = undefined;
      return credentials;
    } catch (thrown) {
      if (thrown instanceof Stopping) throw thrown;
      const error = toAwsError('GetCredentials', thrown);
      this.#failure = { error, untilMs: this.#clock.monotonic() + failureMs };
      throw error;
    } finally {
      cancel();
    }
  }
}
