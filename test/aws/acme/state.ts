import type { OrderFailure } from '../acm/model.ts';
import type { AcmState } from '../acm/state.ts';
import type { Csr } from '../x509/csr.ts';
import { Nonces } from './nonces.ts';
import type { Problem } from './problems.ts';

/** All instants are epoch milliseconds by the stand-in's clock. */
export interface Order {
  readonly id: string;
  readonly endpointArn: string;
  readonly accountId: string;
  /** Lower case; a wildcard with its `*.`. */
  readonly names: readonly string[];
  readonly authorizationIds: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  status: 'ready' | 'processing' | 'valid' | 'invalid';
  csr: Csr | undefined;
  /** When processing ends. */
  doneAt: number | undefined;
  /** The end of processing, once it has begun: reads of the same order wait for the same. */
  completion: Promise<void> | undefined;
  certificateId: string | undefined;
  error: Problem | undefined;
}

export interface Authorization {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly expiresAt: number;
  isDeactivated: boolean;
}

export interface IssuedCertificate {
  readonly id: string;
  readonly endpointArn: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly arn: string;
  readonly names: readonly string[];
  /** DER. */
  readonly certificate: Buffer;
  readonly chainPem: string;
}

/** An ordered failure, and how many orders it still hits. */
export interface StandingFailure {
  readonly failure: OrderFailure;
  left: number;
}

/** What the ACME protocol keeps beside ACM's own things. */
export interface AcmeState {
  readonly acm: AcmState;
  readonly nonces: Nonces;
  readonly orders: Map<string, Order>;
  readonly authorizations: Map<string, Authorization>;
  readonly certificates: Map<string, IssuedCertificate>;
  readonly failures: StandingFailure[];
}

export function newAcmeState(acm: AcmState): AcmeState {
  const stores = { orders: new Map(), authorizations: new Map(), certificates: new Map() };
  return { acm, nonces: new Nonces(acm.settings), ...stores, failures: [] };
}
