import type { Clock } from '../system/clock.ts';
import type { AccountKey } from './account-key.ts';
import type { AcmeIdentifier } from './errors.ts';
import type { AcmeHttp } from './http.ts';
import type { AcmeAccount, AcmeAuthorization, AcmeChallenge, AcmeDirectory, AcmeOrder } from './resources.ts';

export interface AcmeClientOptions {
  readonly directoryUrl: string;
  readonly http: AcmeHttp;
  readonly clock: Clock;
  readonly key: AccountKey;
  /** Of the account that the key has; without it, `newAccount` or `findAccount` comes first. */
  readonly accountUrl?: string | undefined;
  /** For a whole call, the retries for nonces included. Milliseconds; default 30 s. */
  readonly deadlineMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface ExternalAccountBinding {
  readonly keyId: string;
  /** base64url or base64, with or without padding, as the service hands it out. */
  readonly macKey: string;
}

export interface NewAccount {
  /** URLs: `mailto:…`. */
  readonly contact: readonly string[];
  readonly externalAccountBinding?: ExternalAccountBinding | undefined;
}

export interface LocatedAccount {
  readonly url: string;
  readonly account: AcmeAccount;
}

/**
 * One account at one server. Each call is one signed request (more when a nonce is refused), never slept on: whoever is asked
 * to wait gets an AcmeProblem with `retryAfterMs`. Throws AcmeProblem or AcmeTransportError, nothing else.
 */
export interface AcmeClient {
  readonly directoryUrl: string;
  /** Of the account in use; undefined before there is one. */
  readonly accountUrl: string | undefined;
  /** Of the account's key (RFC 7638). */
  readonly thumbprint: string;
  directory(options?: CallOptions): Promise<AcmeDirectory>;
  /** The account of a known key is returned as it is. Agrees to the server's terms of service. */
  newAccount(account: NewAccount, options?: CallOptions): Promise<LocatedAccount>;
  /** Undefined: the server knows no account with this key. */
  findAccount(options?: CallOptions): Promise<LocatedAccount | undefined>;
  getAccount(options?: CallOptions): Promise<AcmeAccount>;
  deactivateAccount(options?: CallOptions): Promise<AcmeAccount>;
  newOrder(
    order: { readonly identifiers: readonly AcmeIdentifier[] },
    options?: CallOptions,
  ): Promise<{ readonly url: string; readonly order: AcmeOrder }>;
  getOrder(url: string, options?: CallOptions): Promise<AcmeOrder>;
  getAuthorization(url: string, options?: CallOptions): Promise<AcmeAuthorization>;
  /** Tells the server that the challenge can be checked. */
  acceptChallenge(url: string, options?: CallOptions): Promise<AcmeChallenge>;
  finalize(order: Pick<AcmeOrder, 'finalize'>, csrDer: Uint8Array, options?: CallOptions): Promise<AcmeOrder>;
  /** PEM: leaf first, as served. Every block is a certificate; ends in a newline. */
  downloadCertificate(url: string, options?: CallOptions): Promise<string>;
  /** `reason`: RFC 5280 section 5.3.1, such as 4 for superseded. */
  revokeCertificate(
    certificate: { readonly der: Uint8Array; readonly reason?: number },
    options?: CallOptions,
  ): Promise<void>;
}
