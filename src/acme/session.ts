import type { Clock } from '../system/clock.ts';
import type { AcmeAnswer, Verb } from './answer.ts';
import { until } from './deadline.ts';
import { AcmeProblem, AcmeTransportError } from './errors.ts';
import { parseDirectory } from './parse-resources.ts';
import type { AcmeDirectory } from './resources.ts';
import type { SignedTransport } from './signed-transport.ts';

const directoryKeptMs = 3_600_000;

interface KnownDirectory {
  readonly directory: AcmeDirectory;
  /** Servers that may be called: the directory's own, and those that it names. */
  readonly origins: ReadonlySet<string>;
  readonly sinceMs: number;
}

export interface SessionOptions {
  readonly directoryUrl: string;
  readonly accountUrl: string | undefined;
  readonly clock: Clock;
  readonly transport: SignedTransport;
}

export interface SessionCall {
  readonly verb: Verb;
  readonly url: string;
  /** Undefined: a POST-as-GET. */
  readonly payload?: object;
  /** `key`: by the key alone, since there is no account yet. */
  readonly signedBy?: 'account' | 'key';
  readonly contentType?: string;
}

const readDirectory: Verb = { operation: 'directory', changes: false };

/** What calls have in common: the directory, the servers that may be called, and the account that signs. */
export class Session {
  accountUrl: string | undefined;
  readonly #options: SessionOptions;
  #known: KnownDirectory | undefined;
  #reading: Promise<KnownDirectory> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.accountUrl = options.accountUrl;
  }

  async directory(signal?: AbortSignal): Promise<AcmeDirectory> {
    return (await this.#know(signal)).directory;
  }

  async post(call: SessionCall, signal?: AbortSignal): Promise<AcmeAnswer> {
    const { verb, url, signedBy = 'account' } = call;
    const accountUrl = signedBy === 'key' ? undefined : this.requireAccount(verb);
    const { directory, origins } = await this.#know(signal);
    // Checked before anything is sent: a request's annotation or a hostile answer may name any URL.
    if (!isOf(origins, url)) throw foreignUrl(verb, false);
    try {
      return await this.#options.transport.post({ ...call, accountUrl, newNonceUrl: directory.newNonce }, signal);
    } catch (error) {
      if (error instanceof AcmeProblem && error.status === 404) this.#known = undefined;
      throw error;
    }
  }

  requireAccount({ operation }: Verb): string {
    if (this.accountUrl !== undefined) return this.accountUrl;
    throw new AcmeTransportError('NO_ACCOUNT', `${operation}: there is no account yet`, false);
  }

  /** Where the server says that what was made is found. */
  async locate(verb: Verb, answer: AcmeAnswer): Promise<string> {
    const url = answer.location();
    if (isOf((await this.#know()).origins, url)) return url;
    throw foreignUrl(verb, verb.changes);
  }

  async #know(signal?: AbortSignal): Promise<KnownDirectory> {
    const { clock } = this.#options;
    if (this.#known && clock.monotonic() - this.#known.sinceMs < directoryKeptMs) return this.#known;
    // Read once for all who wait, so by nobody's signal.
    this.#reading ??= this.#readDirectory().finally(() => (this.#reading = undefined));
    const aborted = (): Error => new AcmeTransportError('ABORTED', 'directory: the call was ended', false);
    return until(this.#reading, signal, aborted);
  }

  async #readDirectory(): Promise<KnownDirectory> {
    const { directoryUrl, transport, clock } = this.#options;
    if (!URL.canParse(directoryUrl)) throw foreignDirectory();
    const answer = await transport.get(readDirectory, directoryUrl);
    const directory = answer.json(parseDirectory);
    const { newNonce, newAccount, newOrder, revokeCert } = directory;
    const origins = originsOf(directoryUrl, [newNonce, newAccount, newOrder, revokeCert]);
    if (!isOf(origins, newNonce)) throw foreignDirectory();
    return (this.#known = { directory, origins, sinceMs: clock.monotonic() });
  }
}

/** A server that is reached by https never leads to one that is not. */
function originsOf(directoryUrl: string, urls: readonly string[]): ReadonlySet<string> {
  const { protocol, origin } = new URL(directoryUrl);
  const named = urls.filter((url) => URL.canParse(url)).map((url) => new URL(url));
  return new Set([origin, ...named.filter((url) => url.protocol === protocol).map((url) => url.origin)]);
}

const isOf = (origins: ReadonlySet<string>, url: string): boolean =>
  URL.canParse(url) && origins.has(new URL(url).origin);

const foreignUrl = ({ operation }: Verb, outcomeUnknown: boolean): AcmeTransportError =>
  new AcmeTransportError(
    'FOREIGN_URL',
    `${operation}: the URL is not one of the server that the directory names`,
    outcomeUnknown,
  );

/** It says nothing about an order, or whatever the directory was read for. */
const foreignDirectory = (): AcmeTransportError =>
  new AcmeTransportError(
    'FOREIGN_DIRECTORY',
    'directory: its URL is none, or it names another kind of server for nonces',
    false,
  );
