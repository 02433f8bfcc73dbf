import { AcmeProblem, AcmeTransportError } from './errors.ts';
import type { AcmeHttpAnswer } from './http.ts';
import { InvalidField } from './json.ts';
import { readNonce } from './nonce-pool.ts';
import { parseProblem, problemOfStatus } from './problem-document.ts';
import { readRetryAfter } from './retry-after.ts';

/** A request of the protocol, as far as its answer is concerned. */
export interface Verb {
  /** As RFC 8555 names it; stands in errors. */
  readonly operation: string;
  /** Whether the server does something that a later call could find done. */
  readonly changes: boolean;
}

/** What came back for a verb, and how to read it. Everything throws AcmeProblem or AcmeTransportError. */
export class AcmeAnswer {
  readonly retryAfterMs: number | undefined;
  /** For the next request. */
  readonly nonce: string | undefined;
  readonly #verb: Verb;
  readonly #url: string;
  readonly #answer: AcmeHttpAnswer;

  constructor(verb: Verb, url: string, answer: AcmeHttpAnswer, nowMs: number) {
    this.#verb = verb;
    this.#url = url;
    this.#answer = answer;
    this.nonce = readNonce(answer.headers);
    this.retryAfterMs = readRetryAfter(answer.headers, nowMs);
  }

  /** What the server refuses with; undefined for success. A redirect is neither: a signature is for one URL. */
  problem(): AcmeProblem | undefined {
    const { status } = this.#answer;
    if (status >= 200 && status < 300) return undefined;
    if (status < 400) throw this.unusable('REDIRECT', `the server answered ${status}, and redirects are not followed`);
    return new AcmeProblem({
      ...{ operation: this.#verb.operation, status, retryAfterMs: this.retryAfterMs },
      problem: this.#problemDocument() ?? problemOfStatus(status),
      outcomeUnknown: this.#verb.changes && status >= 500,
    });
  }

  /** The JSON of an application/json answer, read by `parse`. */
  json<T>(parse: (json: unknown, retryAfterMs?: number) => T): T {
    this.#expect('application/json');
    const json = this.#parseJson();
    if (json === undefined) throw this.unusable('NOT_JSON', 'the answer is not JSON');
    try {
      return parse(json, this.retryAfterMs);
    } catch (error) {
      if (error instanceof InvalidField) throw this.unusable('INVALID_ANSWER', `in the answer ${error.message}`);
      throw error;
    }
  }

  /** The text of an answer of this type. */
  text(contentType: string): string {
    this.#expect(contentType);
    return this.#answer.body.toString('utf8');
  }

  /** Where what was made is found (RFC 8555 sections 7.3 and 7.4). */
  location(): string {
    const { location = '' } = this.#answer.headers;
    if (location === '' || !URL.canParse(location, this.#url))
      throw this.unusable('NO_LOCATION', 'the answer says no Location');
    return new URL(location, this.#url).href;
  }

  /** The error for an answer of which nothing can be made: what was asked for may have been done. */
  unusable(code: string, message: string): AcmeTransportError {
    return new AcmeTransportError(code, `${this.#verb.operation}: ${message}`, this.#verb.changes);
  }

  #expect(contentType: string): void {
    if (this.#contentType() !== contentType) throw this.unusable('CONTENT_TYPE', `the answer is not ${contentType}`);
  }

  /** Some servers call their problems plain JSON. */
  #problemDocument() {
    const isJson = ['application/problem+json', 'application/json'].includes(this.#contentType());
    return isJson ? parseProblem(this.#parseJson()) : undefined;
  }

  #contentType(): string {
    return (this.#answer.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  }

  #parseJson(): unknown {
    try {
      return JSON.parse(this.#answer.body.toString('utf8'));
    } catch {
      // Without the cause: its message quotes the answer.
      return undefined;
    }
  }
}
