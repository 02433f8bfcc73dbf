import {
  Agent as HttpAgent,
  createServer as createHttpServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call, Wire } from './call.ts';
import type { Answer, Drip, Fault, Treatment } from './fault.ts';
import { splitLines } from './lines.ts';

export interface FaultProxyOptions {
  readonly upstream: string;
  /** PEM of the upstream's authority, where it is https. */
  readonly upstreamCa?: string;
  /** Serves https with this certificate, PEM. Default: http. */
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly label: (wire: Wire) => string;
}

/** Ends its fault, and tells which calls that hit: a test that never says so may pass though nothing was broken. */
export type Infliction = (() => void) & { readonly hits: readonly Call[] };

/** Starts a proxy on 127.0.0.1 that passes every request on, records it, and breaks what it is told to break. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new FaultProxy(options);
  await proxy.listen();
  return proxy;
}

export class FaultProxy {
  readonly calls: Call[] = [];
  readonly #options: FaultProxyOptions;
  readonly #server: Server;
  readonly #agent: HttpAgent;
  readonly #faults: Fault[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #open = new Map<Call, ServerResponse>();
  #isCut = false;
  #mostSockets = 0;

  constructor(options: FaultProxyOptions) {
    this.#options = options;
    const serve: RequestListener = (request, response) => void this.#serve(request, response);
    this.#server = options.tls ? createHttpsServer(options.tls, serve) : createHttpServer(serve);
    // Of https the outer sockets: Node never ends when the inner one is destroyed below the other.
    this.#server.on(options.tls ? 'secureConnection' : 'connection', (socket: Socket) => this.#accept(socket));
    const { upstreamCa: ca } = options;
    this.#agent = ca === undefined ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true, ca });
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  /** The most connections that were ever open at once. */
  get mostSockets(): number {
    return this.#mostSockets;
  }

  /** The newest fault that has a treatment for a call is the one that hits it. Returns what ends the fault. */
  inflict(fault: Fault): Infliction {
    const hits: Call[] = [];
    const noting: Fault = (call) => {
      const treatment = fault(call);
      if (treatment) hits.push(call);
      return treatment;
    };
    this.#faults.unshift(noting);
    const end = (): void => {
      const index = this.#faults.indexOf(noting);
      if (index >= 0) this.#faults.splice(index, 1);
    };
    return Object.assign(end, { hits });
  }

  /** Ends every fault. */
  heal(): void {
    this.#faults.length = 0;
    this.restore();
  }

  /** Drops the connections of calls that are under way. */
  drop(isMeant: (call: Call) => boolean): void {
    for (const [call, response] of this.#open) if (isMeant(call)) reset(response);
  }

  /** As if the machine were gone: every connection is dropped, and none comes about until `restore`. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#isCut = false;
  }

  async stop(): Promise<void> {
    this.cut();
    this.#agent.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    if (this.#isCut) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#mostSockets = Math.max(this.#mostSockets, this.#sockets.size);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // The caller may hang up at any moment: then nothing is left to be done for it.
    response.on('error', () => undefined);
    const body = await readBody(request).catch(() => undefined);
    if (body === undefined) return;
    const call = this.#record(request, body);
    this.#open.set(call, response);
    response.once('close', () => {
      this.#open.delete(call);
      call.endedAt = performance.now();
    });
    try {
      await this.#treat(call, this.#treatmentOf(call), response);
    } catch {
      // The server is away, or it or a fault broke off: the caller sees what it would see of the server itself.
      reset(response);
    }
  }

  #record({ method = '', url = '', headers }: IncomingMessage, body: string): Call {
    const wire = { method, url, headers, body };
    const label = this.#options.label(wire);
    const sequence = this.calls.length + 1;
    const call: Call = {
      ...wire,
      sequence,
      label,
      startedAt: performance.now(),
      endedAt: undefined,
      status: undefined,
    };
    this.calls.push(call);
    return call;
  }

  #treatmentOf(call: Call): Treatment {
    for (const fault of this.#faults) {
      const treatment = fault(call);
      if (treatment) return treatment;
    }
    return {};
  }

  async #treat(call: Call, treatment: Treatment, response: ServerResponse): Promise<void> {
    await treatment.before?.();
    const { instead } = treatment;
    if (instead === 'silence') return;
    if (instead === 'reset') reset(response);
    else if (instead) answer(call, response, instead);
    else await this.#forward(call, treatment, response);
  }

  async #forward(call: Call, treatment: Treatment, response: ServerResponse): Promise<void> {
    const upstream = await this.#ask(call, treatment.url ?? call.url, response);
    await treatment.after?.();
    if (treatment.delivery === 'silence') return;
    if (treatment.delivery === 'reset') {
      reset(response);
      return;
    }
    call.status = upstream.statusCode;
    response.writeHead(
      upstream.statusCode ?? 502,
      withoutHop(upstream.headers, treatment.lines ? ['content-length'] : []),
    );
    // A watch's caller waits for the head as long as nothing happens.
    response.flushHeaders();
    await deliver(upstream, treatment, response);
  }

  #ask({ method, headers, body }: Call, path: string, response: ServerResponse): Promise<IncomingMessage> {
    const target = new URL(path, this.#options.upstream);
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(target, { method, headers, agent: this.#agent }, resolve);
      request.on('error', reject);
      response.once('close', () => request.destroy());
      request.end(body);
    });
  }
}

async function deliver(upstream: IncomingMessage, treatment: Treatment, response: ServerResponse): Promise<void> {
  const { delivery, lines } = treatment;
  if (delivery === 'cut') await deliverHalf(upstream, response);
  else if (typeof delivery === 'object') await deliverDrops(upstream, response, delivery);
  else if (lines) for await (const line of lines(splitLines(upstream))) await write(response, `${line}\n`);
  else for await (const chunk of upstream as AsyncIterable<Buffer>) await write(response, chunk);
  response.end();
}

async function deliverHalf(upstream: IncomingMessage, response: ServerResponse): Promise<void> {
  const bytes = await readBytes(upstream);
  await write(response, bytes.subarray(0, bytes.length / 2));
  reset(response);
}

async function deliverDrops(upstream: IncomingMessage, response: ServerResponse, drip: Drip): Promise<void> {
  for await (const chunk of upstream as AsyncIterable<Buffer>) {
    for (let start = 0; start < chunk.length; start += drip.chunkBytes) {
      await write(response, chunk.subarray(start, start + drip.chunkBytes));
      await delay(drip.pauseMs);
    }
  }
}

/** Resolves when the bytes have left; rejects when the caller is gone. */
function write(response: ServerResponse, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

function answer(call: Call, response: ServerResponse, { status, headers = {}, body }: Answer): void {
  call.status = status;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
}

/**
 * The caller sees a connection that ends without a word. Not by resetAndDestroy: where the caller has hung up already, that
 * leaves a handle which Node waits for without end.
 */
function reset({ socket }: ServerResponse): void {
  socket?.destroy();
}

/** These belong to one connection, or speak of a length that a fault may change. */
function withoutHop(headers: IncomingMessage['headers'], lengths: readonly string[]): IncomingMessage['headers'] {
  const kept = Object.entries(headers).filter(
    ([name]) => !['connection', 'transfer-encoding', 'keep-alive', ...lengths].includes(name),
  );
  return Object.fromEntries(kept);
}

async function readBytes(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const readBody = async (message: IncomingMessage): Promise<string> => (await readBytes(message)).toString('utf8');
