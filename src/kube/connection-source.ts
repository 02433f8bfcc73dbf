import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';

/** What a TLS connection to the API server needs; PEM text or bytes. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  /** False only where the kubeconfig says insecure-skip-tls-verify. */
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** Connections are kept as long as its content stays the same. */
  readonly tls: TlsOptions;
  /** Authorization and impersonation headers. Secret: never log them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Where the API server is and who we are there. */
export interface KubeConnectionSource {
  /** May carry a path under which the API lives. */
  readonly server: URL;
  /** The context's namespace, or the one the Pod runs in. */
  readonly namespace: string | undefined;
  /** Where this came from, for logs: a file name or `in-cluster`. */
  readonly origin: string;
  /** The credentials in force now; re-read from their source at intervals. */
  credentials(): Promise<Credentials>;
  /** The API server refused the credentials: the next call reads them anew. */
  forget(): void;
}

/** The configuration cannot be used. The message is one sentence that names the file and what to do. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}

export type ReadFile = (path: string) => Promise<string>;

/** The interval at which client-go re-reads service account tokens; the kubelet renews them at 80 % of an hour or more. */
const MAX_AGE_MS = 60_000;

export interface CredentialCacheOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly read: () => Promise<Credentials>;
}

/**
 * Keeps credentials for a minute; concurrent callers share one read. A failing re-read keeps the old ones in force:
 * they are probably still valid, and if not, the API server says so.
 */
export class CredentialCache {
  readonly #options: CredentialCacheOptions;
  #held: Credentials | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<Credentials> | undefined;

  constructor(options: CredentialCacheOptions) {
    this.#options = options;
  }

  get(): Promise<Credentials> {
    const age = this.#options.clock.monotonic() - this.#readAt;
    if (this.#held !== undefined && age < MAX_AGE_MS) return Promise.resolve(this.#held);
    this.#reading ??= this.#refresh().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  forget(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #refresh(): Promise<Credentials> {
    const held = this.#held;
    try {
      const fresh = await this.#options.read();
      this.#held = fresh;
      this.#readAt = this.#options.clock.monotonic();
      return fresh;
    } catch (error) {
      if (held === undefined) throw error;
      this.#options.logger.warn({ error }, 'Kubernetes credentials could not be read again; the old ones stay in use');
      return held;
    }
  }
}
