import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TlsIdentity } from '../support/tls-identity.ts';
import { JwsReader, type SignedBody } from './jws-reader.ts';

/** A request as it arrived; `signed` is there for those that were signed, and rightly so. */
export interface AcmeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly signed?: SignedBody;
}

export type AcmeReply = (response: ServerResponse, request: AcmeRequest) => void;

const problemPrefix = 'urn:ietf:params:acme:error:';

/** A whole answer of JSON. */
export const reply =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): AcmeReply =>
  (response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** A refusal, by the name of its type. */
export const refuse = (status: number, code: string, more: object = {}, headers: Record<string, string> = {}) =>
  reply(
    status,
    { type: `${problemPrefix}${code}`, detail: `${code}!`, ...more },
    { 'content-type': 'application/problem+json', ...headers },
  );

/**
 * A small ACME server over real HTTP(S) on loopback: it checks each JWS and nonce, and answers by path, with what the test says
 * comes next there, else with a friendly answer of its own. Its account, order, authorization, challenge and certificate are
 * all called 1.
 */
export class AcmeServer {
  readonly requests: AcmeRequest[] = [];
  readonly #server: Server;
  readonly #scheme: string;
  readonly #reader = new JwsReader();
  readonly #replies = new Map<string, AcmeReply[]>();
  readonly #usual = new Map<string, AcmeReply>();
  #nonces = 0;
  #base = '';

  constructor(tls?: TlsIdentity) {
    const listener: RequestListener = (request, response) => void this.#handle(request, response);
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#base = `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    for (const [path, answer] of usualReplies((name) => this.url(name))) this.#usual.set(path, answer);
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get directoryUrl(): string {
    return this.url('/directory');
  }

  url(path: string): string {
    return `${this.#base}${path}`;
  }

  /** What the next requests for a path get, one each. */
  next(path: string, ...replies: readonly AcmeReply[]): void {
    this.#replies.set(path, [...(this.#replies.get(path) ?? []), ...replies]);
  }

  /** What was asked for, in order: `POST /new-order`. */
  get asked(): string[] {
    return this.requests.map(({ method, path }) => `${method} ${path}`);
  }

  /** Ends the idle connections of clients, as a server does after a while. */
  closeIdleConnections(): void {
    this.#server.closeIdleConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { method = '', url: path = '', headers } = request;
    response.setHeader('replay-nonce', this.#newNonce());
    const signed = method === 'POST' ? this.#reader.read(body, headers, this.url(path)) : undefined;
    const seen = { method, path, headers, ...(typeof signed === 'object' && { signed }) };
    this.requests.push(seen);
    const answer = this.#replies.get(path)?.shift() ?? this.#usual.get(path) ?? refuse(404, 'malformed');
    if (typeof signed === 'string') refuse(400, signed)(response, seen);
    else answer(response, seen);
  }

  #newNonce(): string {
    const nonce = `nonce-${++this.#nonces}`;
    this.#reader.offer(nonce);
    return nonce;
  }
}

function usualReplies(url: (path: string) => string): [string, AcmeReply][] {
  const account = { status: 'valid', contact: [], orders: url('/account/1/orders') };
  const order = {
    ...{ status: 'pending', expires: '2026-01-09T00:00:00Z', finalize: url('/order/1/finalize') },
    identifiers: [{ type: 'dns', value: 'a.example' }],
    authorizations: [url('/authorization/1')],
  };
  const challenge = { type: 'dns-01', status: 'pending', url: url('/challenge/1'), token: 'token-1' };
  const authorization = { status: 'pending', identifier: { type: 'dns', value: 'a.example' }, challenges: [challenge] };
  const directory = {
    ...{ newNonce: url('/new-nonce'), newAccount: url('/new-account'), newOrder: url('/new-order') },
    ...{ revokeCert: url('/revoke-cert'), keyChange: url('/key-change'), meta: { externalAccountRequired: true } },
  };
  return [
    ['/directory', reply(200, directory)],
    ['/new-nonce', (response) => void response.writeHead(200).end()],
    ['/new-account', reply(201, account, { location: url('/account/1') })],
    ['/account/1', reply(200, account)],
    ['/new-order', reply(201, order, { location: url('/order/1') })],
    ['/order/1', reply(200, order)],
    ['/authorization/1', reply(200, authorization)],
    ['/challenge/1', reply(200, { ...challenge, status: 'processing' })],
    ['/order/1/finalize', reply(200, { ...order, status: 'processing' })],
    ['/revoke-cert', (response) => void response.writeHead(200).end()],
  ];
}
