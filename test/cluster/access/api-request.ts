import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';

export interface ApiRequest {
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  /** Default application/json. */
  readonly contentType?: string;
  /** Default: the administrator's. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed JSON where the server sent JSON, else text. */
  readonly body: unknown;
}

/** A guard against hanging. */
const TIMEOUT_MS = 60_000;
/** The API server hangs up on connections that are idle for 90 s; who writes to one at that moment gets no answer. */
const IDLE_MS = 30_000;

/** A minimal client of an API server for set-up and checks; it has nothing in common with the client under test. */
export class ApiRequester {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, ca: string, token: string) {
    this.#agent = new Agent({ ca, keepAlive: true, timeout: IDLE_MS });
    this.#url = url;
    this.#token = token;
  }

  /** Resolves whatever the status; rejects only when no answer came. */
  async send(method: string, path: string, request: ApiRequest = {}): Promise<ApiResponse> {
    const payload = encode(request.body);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${request.token ?? this.#token}`,
      ...(payload === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...request.headers,
    };
    const options = { method, headers, agent: this.#agent, timeout: TIMEOUT_MS };
    return decode(await exchange(new URL(path, this.#url), options, payload));
  }

  /** Like `send`, but an answer other than 2xx rejects with what the server said. */
  async demand(method: string, path: string, request: ApiRequest = {}): Promise<unknown> {
    const { status, body } = await this.send(method, path, request);
    if (status >= 200 && status < 300) return body;
    const said = (body as { message?: string } | null)?.message ?? JSON.stringify(body);
    throw new Error(`${method} ${path} was answered ${status}: ${said}`);
  }

  close(): void {
    this.#agent.destroy();
  }
}

interface Answer {
  readonly message: IncomingMessage;
  readonly text: string;
}

function exchange(url: URL, options: RequestOptions, payload: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, options, (message) => {
      readText(message).then((text) => resolve({ message, text }), reject);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.once('error', reject);
    request.end(payload);
  });
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function encode(body: unknown): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return JSON.stringify(body);
}

function decode({ message, text }: Answer): ApiResponse {
  const isJson = message.headers['content-type']?.includes('json') ?? false;
  return { status: message.statusCode ?? 0, headers: message.headers, body: isJson ? JSON.parse(text) : text };
}
