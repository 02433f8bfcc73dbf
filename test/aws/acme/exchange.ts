import type { AcmeEndpoint } from '../acm/state.ts';
import type { SignedRequest } from '../sigv4.ts';
import type { Route } from './routes.ts';
import type { AcmeState } from './state.ts';

/** What of a request its record shows: account, names, order. */
export type Notes = Record<string, unknown>;

/** One request as its operation sees it. */
export interface Exchange {
  readonly state: AcmeState;
  readonly endpoint: AcmeEndpoint;
  readonly route: Route;
  readonly request: SignedRequest;
  readonly notes: Notes;
  /** `http://127.0.0.1:port/acme/<id>`, without a slash at its end. */
  readonly base: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text as it is; everything else as JSON. */
  readonly body?: unknown;
}
