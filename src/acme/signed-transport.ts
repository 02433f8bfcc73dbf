import type { Clock } from '../system/clock.ts';
import type { AccountKey } from './account-key.ts';
import { AcmeAnswer, type Verb } from './answer.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type AcmeProblem, AcmeTransportError } from './errors.ts';
import type { AcmeHttp, AcmeHttpRequest } from './http.ts';
import { signRequest } from './jws.ts';
import { NoncePool } from './nonce-pool.ts';

/** Each refusal brings the next nonce. A server that refuses half of them gets one request in 65 000 this often. */
const mostNonces = 16;

export interface SignedTransportOptions {
  readonly http: AcmeHttp;
  readonly clock: Clock;
  readonly key: AccountKey;
  readonly deadlineMs: number;
}

export interface SignedCall {
  readonly verb: Verb;
  readonly url: string;
  /** Undefined: a POST-as-GET. */
  readonly payload?: object;
  /** Undefined: signed by the key alone. */
  readonly accountUrl?: string | undefined;
  /** Of the answer; default: application/json. */
  readonly contentType?: string;
  readonly newNonceUrl: string;
}

const newNonce: Verb = { operation: 'newNonce', changes: false };

type Outgoing = Omit<AcmeHttpRequest, 'signal' | 'headers'> & Partial<Pick<AcmeHttpRequest, 'headers'>>;

/**
 * Signed requests and their nonces (RFC 8555 section 6). Whatever does not end in an answer of success is thrown: AcmeProblem
 * or AcmeTransportError. Nothing is waited for but the server.
 */
export class SignedTransport {
  readonly #options: SignedTransportOptions;
  readonly #nonces: NoncePool;

  constructor(options: SignedTransportOptions) {
    this.#options = options;
    this.#nonces = new NoncePool(options.clock);
  }

  /** An unsigned GET: the directory alone is fetched in this way (section 6.3). */
  get(verb: Verb, url: string, caller?: AbortSignal): Promise<AcmeAnswer> {
    return this.#within(caller, async (deadline) => accept(await this.#send(verb, { method: 'GET', url }, deadline)));
  }

  post(call: SignedCall, caller?: AbortSignal): Promise<AcmeAnswer> {
    return this.#within(caller, async (deadline) => {
      const newNonce = (): Promise<string> => this.#newNonce(call.newNonceUrl, deadline);
      let nonce = this.#nonces.take() ?? (await newNonce());
      for (let attempt = 1; ; attempt++) {
        const answer = await this.#sign(call, nonce, deadline);
        const problem = answer.problem();
        if (problem?.code !== 'badNonce' || attempt === mostNonces) return this.#conclude(answer, problem);
        // The refusal's own nonce, and not the pool's, whose others may be as old as the one that was refused.
        nonce = answer.nonce ?? (await newNonce());
      }
    });
  }

  #conclude(answer: AcmeAnswer, problem: AcmeProblem | undefined): AcmeAnswer {
    if (answer.nonce !== undefined) this.#nonces.put(answer.nonce);
    if (problem) throw problem;
    return answer;
  }

  async #within<T>(caller: AbortSignal | undefined, work: (deadline: Deadline) => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#options;
    const deadline = startDeadline(clock, deadlineMs, caller);
    try {
      return await work(deadline);
    } finally {
      deadline.end();
    }
  }

  /** RFC 8555 section 7.2. */
  async #newNonce(url: string, deadline: Deadline): Promise<string> {
    const answer = accept(await this.#send(newNonce, { method: 'HEAD', url }, deadline));
    if (answer.nonce === undefined) throw answer.unusable('NO_NONCE', 'the answer brings no nonce');
    return answer.nonce;
  }

  async #sign(call: SignedCall, nonce: string, deadline: Deadline): Promise<AcmeAnswer> {
    const { url, payload, accountUrl, contentType = 'application/json' } = call;
    const body = await signRequest(this.#options.key, { url, nonce, payload, accountUrl });
    const headers = { 'content-type': 'application/jose+json', accept: contentType };
    return this.#send(call.verb, { method: 'POST', url, headers, body }, deadline);
  }

  /** Keep-alive races with the server's closing of idle connections; what changes nothing is then sent once more. */
  async #send(verb: Verb, request: Outgoing, deadline: Deadline): Promise<AcmeAnswer> {
    try {
      return await this.#exchange(verb, request, deadline);
    } catch (error) {
      if (verb.changes || !(error instanceof AcmeTransportError) || error.code !== 'STALE_CONNECTION') throw error;
      return this.#exchange(verb, request, deadline);
    }
  }

  async #exchange(verb: Verb, request: Outgoing, deadline: Deadline): Promise<AcmeAnswer> {
    const { http, clock } = this.#options;
    // English: what the server says may stand in a condition (RFC 8555 section 6.1).
    const headers = { 'accept-language': 'en', accept: 'application/json', ...request.headers };
    try {
      const answer = await http({ ...request, headers, signal: deadline.signal });
      return new AcmeAnswer(verb, request.url, answer, clock.now());
    } catch (error) {
      throw toCallError(error, verb, deadline);
    }
  }
}

function accept(answer: AcmeAnswer): AcmeAnswer {
  const problem = answer.problem();
  if (problem) throw problem;
  return answer;
}

/** The words are ours: Node's name addresses and ports, which change from try to try. */
function toCallError(cause: unknown, { operation, changes }: Verb, deadline: Deadline): Error {
  if (!(cause instanceof AcmeTransportError)) return cause as Error;
  const code = cause.code === 'ABORTED' && deadline.hasPassed() ? 'TIMEOUT' : cause.code;
  return new AcmeTransportError(code, `${operation}: ${describe(code)}`, changes && cause.outcomeUnknown, { cause });
}

function describe(code: string): string {
  switch (code) {
    case 'TIMEOUT':
      return 'the server took too long';
    case 'ABORTED':
      return 'the call was ended';
    case 'CLOSED':
      return 'the connections are closed';
    case 'STALE_CONNECTION':
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection ended before the answer';
    case 'TOO_LARGE':
      return 'the answer is too large';
    default:
      return `the server cannot be reached (${code})`;
  }
}
