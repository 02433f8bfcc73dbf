import type { IncomingMessage } from 'node:http';
import type { Clock } from '../system/clock.ts';
import { apiErrorFromAnswer } from './api-status.ts';
import { ConnectionPools, type PoolName } from './connection-pools.ts';
import { KubeConfigError, type KubeConnectionSource } from './connection-source.ts';
import { startDeadline, until } from './deadline.ts';
import { ApiError, TransportError } from './errors.ts';
import { errorCode, errorMessage } from './error-code.ts';
import { exchange, StaleConnectionError } from './exchange.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, beginning with a slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Of the whole call; for a stream, of the silence between two chunks. Milliseconds. */
  readonly timeoutMs: number;
}

/** One request as it is counted (rest_client_requests_total): `code` is the HTTP status, or `<error>` without an answer. */
export interface RequestRecord {
  readonly method: string;
  readonly host: string;
  readonly code: string;
  /** Until the answer's head. */
  readonly durationMs: number;
}

export interface TransportOptions {
  readonly source: KubeConnectionSource;
  readonly clock: Clock;
  readonly userAgent: string;
  /** How many calls may be under way at once; more wait for a connection, inside their deadline. Default 64. */
  readonly maxConnections?: number;
  readonly onRequest?: (record: RequestRecord) => void;
}

/** PATCH and PUT may be sent twice: apply and merge end in the same state, and a PUT carries the version it replaces. */
const REPEATABLE: readonly string[] = ['GET', 'PUT', 'PATCH'];

/**
 * JSON over HTTP/1.1 on pooled connections. Answers are not asked for in compressed form: inside a cluster that costs
 * both sides more time than it saves.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #pools: ConnectionPools;
  #closed = false;

  constructor(options: TransportOptions) {
    this.#options = options;
    const secure = options.source.server.protocol === 'https:';
    this.#pools = new ConnectionPools({ secure, maxCalls: options.maxConnections ?? 64 });
  }

  /** The answer's JSON. Throws ApiError, TransportError, or the signal's reason. */
  async call(request: TransportRequest): Promise<unknown> {
    const deadline = startDeadline(this.#options.clock, request.timeoutMs, describe(request), request.signal);
    try {
      const answer = await this.#answer(request, 'calls', deadline.signal);
      return parseJson(await readText(answer), request);
    } catch (error) {
      throw asCallError(error, deadline.signal, request);
    } finally {
      deadline.end();
    }
  }

  /** The answer's bytes as they come. Ends when the server ends it; throws as `call` does. */
  async *stream(request: TransportRequest): AsyncGenerator<Buffer, void, undefined> {
    const silence = startDeadline(this.#options.clock, request.timeoutMs, describe(request), request.signal);
    try {
      const answer = await this.#answer(request, 'watches', silence.signal);
      silence.restart();
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        silence.restart();
        yield chunk;
      }
    } catch (error) {
      throw asCallError(error, silence.signal, request);
    } finally {
      silence.end();
    }
  }

  close(): void {
    this.#closed = true;
    this.#pools.retire();
  }

  /** The 2xx answer. One 401 is met with credentials read anew: a token may have been rotated since the last read. */
  async #answer(request: TransportRequest, pool: PoolName, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#attempt(request, pool, signal);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 401) throw error;
      this.#options.source.forget();
      return this.#attempt(request, pool, signal);
    }
  }

  /** Keep-alive races with the server's closing of idle connections; a repeatable request is then sent once more. */
  async #attempt(request: TransportRequest, pool: PoolName, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      return await this.#send(request, pool, signal);
    } catch (error) {
      if (!(error instanceof StaleConnectionError) || !REPEATABLE.includes(request.method)) throw error;
      return this.#send(request, pool, signal);
    }
  }

  async #send(request: TransportRequest, pool: PoolName, signal: AbortSignal): Promise<IncomingMessage> {
    if (this.#closed) throw new TransportError('CLOSED', `${describe(request)}: the client is closed`);
    const { source, userAgent } = this.#options;
    const { tls, headers } = await until(source.credentials(), signal);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const answer = await this.#observed(request.method, () =>
      exchange({
        url: new URL(source.server.pathname.replace(/\/$/, '') + request.path, source.server),
        method: request.method,
        headers: {
          accept: 'application/json',
          'user-agent': userAgent,
          ...(body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
          ...headers,
        },
        body,
        agent: this.#pools.agent(pool, tls),
        signal,
      }),
    );
    return this.#accept(answer);
  }

  async #accept(answer: IncomingMessage): Promise<IncomingMessage> {
    const code = answer.statusCode ?? 0;
    if (code >= 200 && code < 300) return answer;
    throw apiErrorFromAnswer(code, await readText(answer), answer.headers['retry-after'], this.#options.clock.now());
  }

  async #observed(method: string, send: () => Promise<IncomingMessage>): Promise<IncomingMessage> {
    const { clock, source, onRequest } = this.#options;
    const startedAt = clock.monotonic();
    let code = '<error>';
    try {
      const answer = await send();
      code = String(answer.statusCode);
      return answer;
    } finally {
      onRequest?.({ method, host: source.server.host, code, durationMs: clock.monotonic() - startedAt });
    }
  }
}

/** By events, which cost less than an async iterator: most answers are a chunk or two. */
function readText(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.once('error', reject);
    answer.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    answer.once('close', () => {
      if (!answer.readableEnded) reject(new TransportError('CUT_OFF', 'the answer broke off'));
    });
  });
}

function parseJson(text: string, request: TransportRequest): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: its message quotes the answer, which may be a Secret.
    throw new TransportError('INVALID_ANSWER', `${describe(request)}: the answer is not JSON`);
  }
}

const describe = ({ method, path }: TransportRequest): string => `${method} ${path.split('?', 1)[0] ?? path}`;

function asCallError(error: unknown, signal: AbortSignal, request: TransportRequest): Error {
  if (signal.aborted) return signal.reason as Error;
  if (error instanceof ApiError || error instanceof TransportError) return error;
  const origin = error instanceof StaleConnectionError ? error.cause : error;
  const code = error instanceof KubeConfigError ? 'CREDENTIALS' : (errorCode(origin) ?? 'UNKNOWN');
  return new TransportError(code, `${describe(request)}: ${errorMessage(origin)}`, {
    cause: origin,
  });
}
