import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as it arrived, with its whole body. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Tells connections apart. */
  readonly connection: number;
}

export type WireAnswer = (response: ServerResponse, request: WireRequest) => void;

/** A real HTTP(S) server on loopback that answers each request with the next canned answer, and records it. */
export class WireServer {
  readonly requests: WireRequest[] = [];
  readonly #answers: WireAnswer[] = [];
  readonly #server: Server;
  readonly #scheme: string;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  #connections = 0;

  constructor(tls?: ServerOptions) {
    const listener: RequestListener = (request, response) => void this.#handle(request, response);
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
    // Connections are counted: none ends because the machine takes long from one request to the next.
    this.#server.keepAliveTimeout = 0;
    this.#server.on(tls ? 'secureConnection' : 'connection', (socket: object) =>
      Object.assign(socket, { wireNumber: ++this.#connections }),
    );
  }

  /** How many connections were opened so far. */
  get connections(): number {
    return this.#connections;
  }

  async listen(): Promise<URL> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return new URL(`${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  /** Says how the requests that come next are answered, one each. A request without an answer gets a 599. */
  answer(...answers: WireAnswer[]): void {
    this.#answers.push(...answers);
  }

  /** Resolves once so many requests have arrived. */
  received(count: number): Promise<void> {
    if (this.requests.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const { wireNumber } = request.socket as typeof request.socket & { wireNumber: number };
    const seen = { method, url, headers, body: Buffer.concat(chunks).toString(), connection: wireNumber };
    this.requests.push(seen);
    this.#waiting.filter(({ count }) => this.requests.length >= count).forEach(({ resolve }) => resolve());
    this.#waiting = this.#waiting.filter(({ count }) => this.requests.length < count);
    (this.#answers.shift() ?? json(599, { message: 'the test did not script this request' }))(response, seen);
  }
}

/** A whole JSON answer. */
export const json =
  (code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): WireAnswer =>
  (response) =>
    void response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** The Status object with which the API server refuses. */
export const refusal = (code: number, reason: string, details: object = {}): WireAnswer =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: `${reason}!`, details });
