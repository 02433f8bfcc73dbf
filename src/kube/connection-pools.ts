import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isDeepStrictEqual } from 'node:util';
import type { TlsOptions } from './connection-source.ts';

/** `calls` are short and bounded in number; `watches` are held for minutes and must never make a call wait. */
export type PoolName = 'calls' | 'watches';
type Pools = Record<PoolName, HttpAgent>;

/** Idle connections are closed before load balancers (60 s at AWS) and the API server (90 s) close them. */
const IDLE_MS = 50_000;
const KEEP_ALIVE_PROBE_MS = 30_000;

/** The connections of one client: kept alive, and replaced as a whole when the TLS credentials change. */
export class ConnectionPools {
  readonly #secure: boolean;
  readonly #maxCalls: number;
  #tls: TlsOptions | undefined;
  #pools: Pools | undefined;

  constructor(options: { readonly secure: boolean; readonly maxCalls: number }) {
    this.#secure = options.secure;
    this.#maxCalls = options.maxCalls;
  }

  /** The agent to connect with under these TLS options. */
  agent(pool: PoolName, tls: TlsOptions): HttpAgent {
    if (this.#pools === undefined || !(this.#tls === tls || isDeepStrictEqual(this.#tls, tls))) {
      this.retire();
      this.#tls = tls;
      this.#pools = { calls: this.#create(tls, this.#maxCalls), watches: this.#create(tls, Infinity) };
    }
    return this.#pools[pool];
  }

  /** Closes idle connections; those in use end with their exchange. */
  retire(): void {
    for (const agent of Object.values(this.#pools ?? {})) {
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
    }
    this.#pools = undefined;
  }

  #create(tls: TlsOptions, maxSockets: number): HttpAgent {
    const options = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, maxSockets, timeout: IDLE_MS };
    return this.#secure ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
  }
}
