import { Agent as HttpAgent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { getCACertificates, TLSSocket } from 'node:tls';
import { AcmeTransportError } from './errors.ts';

/**
 * One exchange with the server; redirects are not followed. Rejects with an AcmeTransportError whose `outcomeUnknown` says
 * whether the request may have reached the server. Answers beyond the size limit are `TOO_LARGE`.
 */
export type AcmeHttp = (request: AcmeHttpRequest) => Promise<AcmeHttpAnswer>;

export interface AcmeHttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the exchange, the reading of the answer included: `ABORTED`. */
  readonly signal: AbortSignal;
}

export interface AcmeHttpAnswer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** How the outside is reached, in the form that Node's agents take as `proxyEnv`. */
export interface AcmeNetwork {
  readonly proxies: { readonly HTTP_PROXY?: string; readonly HTTPS_PROXY?: string; readonly NO_PROXY?: string };
}

export interface AcmeHttpOptions {
  /** PEM: CAs that are trusted besides those that Node trusts. */
  readonly caPem?: string | undefined;
  readonly userAgent: string;
  readonly network: AcmeNetwork;
}

/** Far beyond any answer of RFC 8555: a directory, an order of a hundred names, a chain. */
const largestAnswer = 1024 * 1024;

/** One pool of connections. `close` ends those that are idle; whoever calls afterwards gets `CLOSED`. */
export function createAcmeHttp(options: AcmeHttpOptions): AcmeHttp & { close(): void } {
  const agents = createAgents(options);
  let isClosed = false;
  const http: AcmeHttp = async (request) => {
    if (isClosed) throw new AcmeTransportError('CLOSED', 'the connections are closed', false);
    return exchange(request, request.url.startsWith('https:') ? agents.https : agents.http, options.userAgent);
  };
  const close = (): void => {
    isClosed = true;
    agents.https.destroy();
    agents.http.destroy();
  };
  return Object.assign(http, { close });
}

function createAgents({ caPem, network }: AcmeHttpOptions): { readonly https: HttpsAgent; readonly http: HttpAgent } {
  // Of the agent's own timeout a tunnel through a proxy depends. RFC 8555 demands https; http is for servers on loopback.
  const pool = { keepAlive: true, maxSockets: 32, timeout: 15_000, proxyEnv: { ...network.proxies } };
  const trust = caPem === undefined ? {} : { ca: [...getCACertificates('default'), caPem] };
  return { https: new HttpsAgent({ ...pool, ...trust }), http: new HttpAgent(pool) };
}

function exchange(request: AcmeHttpRequest, agent: HttpAgent, userAgent: string): Promise<AcmeHttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method, url, body, signal } = request;
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    const headers = { ...request.headers, 'user-agent': userAgent };
    const outgoing = send(url, { method, headers, agent, signal });
    const mayHaveArrived = watchArrival(outgoing);
    outgoing.on('response', (answer) => {
      readAnswer(answer).then(resolve, (error: unknown) => reject(toTransportError(error, true)));
    });
    // Once the answer has begun this rejects nothing any more: the answer's reading ends with the same error.
    outgoing.on('error', (error) =>
      reject(isStale(error, outgoing) ? stale(error) : toTransportError(error, mayHaveArrived())),
    );
    outgoing.end(body);
  });
}

/** Nothing is sent before the connection stands and the server's certificate was accepted. */
function watchArrival(outgoing: ClientRequest): () => boolean {
  let may = false;
  const mark = (): void => {
    may = true;
  };
  outgoing.once('socket', (socket) => {
    const isSecure = socket instanceof TLSSocket;
    if (outgoing.reusedSocket || (isSecure ? socket.authorized : !socket.connecting)) mark();
    else socket.once(isSecure ? 'secureConnect' : 'connect', mark);
  });
  return () => may;
}

async function readAnswer(answer: IncomingMessage): Promise<AcmeHttpAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the answer, and its connection with it.
    if (size > largestAnswer) throw new AcmeTransportError('TOO_LARGE', 'the answer is too large', true);
    chunks.push(chunk);
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(', ')] as const);
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

function toTransportError(error: unknown, mayHaveArrived: boolean): AcmeTransportError {
  if (error instanceof AcmeTransportError) return error;
  const code = codeOf(error);
  return new AcmeTransportError(code, `the exchange failed (${code})`, mayHaveArrived, { cause: error });
}

/** The other side closed the connection while it lay idle; the request probably never arrived. */
const isStale = (error: Error, { reusedSocket }: ClientRequest): boolean =>
  reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));

const stale = (cause: Error): AcmeTransportError =>
  new AcmeTransportError('STALE_CONNECTION', 'the server had closed the connection', true, { cause });

/** Not instanceof Error: errors made by Node itself can belong to another realm than this module. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return 'UNKNOWN';
  return error.code === 'ABORT_ERR' ? 'ABORTED' : String(error.code);
}
