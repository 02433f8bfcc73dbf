import type { AcmeOrder } from '../../acme/resources.ts';
import type { CollectOutcome, Rejection, SigningRequest, Withheld } from '../signer.ts';
import type { AccountProbe } from './account-probe.ts';
import type { Challenges } from './challenges.ts';
import type { DomainGates } from './domain-gates.ts';
import type { Wanted } from './judge-request.ts';
import type { OrderMemory } from './order-memory.ts';
import type { AcmSignerOptions } from './settings.ts';

/** What one signer knows and works with, the same for all its orders. */
export interface OrderContext extends AcmSignerOptions {
  readonly orders: OrderMemory;
  readonly challenges: Challenges;
  readonly account: AccountProbe;
  readonly gates: DomainGates;
}

export type BeforeCall = () => Promise<boolean>;

/** An order on its way to its certificate. */
export interface Run {
  readonly request: SigningRequest;
  readonly wanted: Wanted;
  /** By what the issuer says now, which may have changed since the order was placed. What is bought already is delivered. */
  readonly refusal: Rejection | undefined;
  readonly url: string;
  /** Whether the server asked for challenges. */
  readonly challenged: boolean;
  readonly beforeCall: BeforeCall;
}

export type Outcome = CollectOutcome | Withheld;

/** The order as the server showed it. */
export interface Shown {
  readonly kind: 'order';
  readonly order: AcmeOrder;
}
