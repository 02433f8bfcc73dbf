import type { AcmeClient } from '../../acme/acme-client.ts';
import type { Clock } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import type { Setback } from '../signer.ts';
import type { AcmeQuota } from './acme-quota.ts';

/** Which names of a domain may be asked for; none implies another. */
export type DomainScope = 'Exact' | 'Subdomains' | 'Wildcards';

/** Puts TXT records into DNS to answer dns-01 challenges (RFC 8555 section 8.4). Names without trailing dot. */
export interface Dns01Solver {
  /**
   * Sees to it that the name has the value, beside whatever values it has. To be called again after `afterMs` until it is
   * `inSync`: then all name servers of the zone answer with it. The same call twice is one record.
   */
  present(
    name: string,
    value: string,
  ): Promise<{ readonly kind: 'inSync' } | { readonly kind: 'pending'; readonly afterMs: number } | Setback>;
  /**
   * Whether the name has the value at the zone's own name servers too, for who asks them; to be called once all records of an
   * order are `inSync`, and again after `afterMs`. Left out: `inSync` is enough.
   */
  look?(
    name: string,
    value: string,
  ): Promise<{ readonly kind: 'seen' } | { readonly kind: 'pending'; readonly afterMs: number } | Setback>;
  /** Takes the value away, and leaves others; nothing to take away is `gone` too. Rejects with what stands in the way. */
  remove(
    name: string,
    value: string,
  ): Promise<{ readonly kind: 'gone' } | { readonly kind: 'pending'; readonly afterMs: number }>;
}

export interface AcmDomain {
  /** Lower case, without wildcard and trailing dot. */
  readonly name: string;
  readonly scope: readonly DomainScope[];
  /** Where the server asks for challenges. */
  readonly solver?: Dns01Solver;
}

/** What an issuer of `spec.acm` says about the certificates that it gets. */
export interface AcmSignerSettings {
  /** `acm`: an ACME endpoint of ACM, with its rules and its promises; `rfc8555`: any other server. */
  readonly provider: 'acm' | 'rfc8555';
  /** Of an account that is registered: its `accountUrl` is known. */
  readonly client: AcmeClient;
  /** Empty: those of whom others take care; the server decides which names it accepts. */
  readonly domains: readonly AcmDomain[];
  /** ACM's names: RSA_2048, EC_prime256v1, EC_secp384r1. Empty or undefined: all that ACM takes. */
  readonly allowedKeyAlgorithms?: readonly string[] | undefined;
  /** Whose turn it is to call: of the account and region at ACM, of the server elsewhere. */
  readonly quota: AcmeQuota;
}

export interface AcmSignerOptions {
  readonly settings: AcmSignerSettings;
  readonly clock: Clock;
  readonly logger: Logger;
}
