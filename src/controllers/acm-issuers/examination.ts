import type { AcmStatus } from '../../api/acm.ts';
import type { IssuerIdentity } from '../../api/awspca.ts';
import type { AcmeClient } from '../../acme/acme-client.ts';
import type { Dns01Solver } from '../../signers/acm/settings.ts';
import type { Obstacle } from './obstacle.ts';
import type { DomainPlan } from './plan-domains.ts';

/** What a check of an issuer came to. */
export interface Examination {
  /** Why it cannot sign; none: it can. */
  readonly obstacles: readonly Obstacle[];
  /** As far as it was found out. */
  readonly seen: AcmStatus;
  readonly identity?: IssuerIdentity;
  /** What a person should know of an issuer that can sign: whole sentences. */
  readonly concern?: string;
  /** When to look again, where that is sooner than usual. */
  readonly afterMs?: number;
  /** Of the registered account. */
  readonly acme?: AcmeClient;
  readonly domains: readonly { readonly plan: DomainPlan; readonly solver?: Dns01Solver }[];
  readonly allowedKeyAlgorithms?: readonly string[];
}
