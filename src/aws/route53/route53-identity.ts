import type { Route53Calls } from './route53-calls.ts';

/** Who asks Route 53. */
export interface Route53Identity {
  /** The same for all that act as the same identity: their changes may go together. */
  readonly key: string;
  /** The account whose zones it sees. */
  readonly account: string;
  /** Paced: what has to wait rejects with HeldBack. */
  readonly calls: Route53Calls;
}
