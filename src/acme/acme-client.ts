import type { Clock } from '../system/clock.ts';
import type { AccountKey } from './account-key.ts';
import type { Verb } from './answer.ts';
import { readCertificateChain } from './certificate-chain.ts';
import { type AcmeIdentifier, AcmeProblem } from './errors.ts';
import { type ExternalAccountBinding, signBinding } from './external-account-binding.ts';
import type { AcmeHttp } from './http.ts';
import { parseAccount, parseAuthorization, parseChallenge, parseOrder } from './parse-resources.ts';
import type { AcmeAccount, AcmeAuthorization, AcmeChallenge, AcmeDirectory, AcmeOrder } from './resources.ts';
import { Session } from './session.ts';
import { SignedTransport } from './signed-transport.ts';

/** What says, or may say, that a server knows no account of a key. */
const unknownAccount: readonly string[] = ['accountDoesNotExist', 'externalAccountRequired'];

export interface AcmeClientOptions {
  readonly directoryUrl: string;
  readonly http: AcmeHttp;
  readonly clock: Clock;
  readonly key: AccountKey;
  /** Of the account that the key has; without it, `newAccount` or `findAccount` comes first. */
  readonly accountUrl?: string | undefined;
  /**
   * For each call, the retries for nonces included; the directory, where it has to be read first, has as long again.
   * Milliseconds; default 30 s.
   */
  readonly deadlineMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export type { ExternalAccountBinding };

export interface NewAccount {
  /** URLs: `mailto:…`. */
  readonly contact: readonly string[];
  readonly externalAccountBinding?: ExternalAccountBinding | undefined;
}

export interface LocatedAccount {
  readonly url: string;
  readonly account: AcmeAccount;
}

export interface NewOrder {
  readonly identifiers: readonly AcmeIdentifier[];
}

export interface LocatedOrder {
  readonly url: string;
  readonly order: AcmeOrder;
}

export type FinalizableOrder = Pick<AcmeOrder, 'finalize'>;

export interface RevokedCertificate {
  readonly der: Uint8Array;
  /** RFC 5280 section 5.3.1: 4 for superseded. */
  readonly reason?: number;
}

/**
 * One account at one server. Each call is one signed request (more when a nonce is refused), never slept on: whoever is asked
 * to wait gets an AcmeProblem with `retryAfterMs`. Throws AcmeProblem or AcmeTransportError; `newAccount` also InvalidMacKey.
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
  newOrder(order: NewOrder, options?: CallOptions): Promise<LocatedOrder>;
  getOrder(url: string, options?: CallOptions): Promise<AcmeOrder>;
  getAuthorization(url: string, options?: CallOptions): Promise<AcmeAuthorization>;
  /** Tells the server that the challenge can be checked. */
  acceptChallenge(url: string, options?: CallOptions): Promise<AcmeChallenge>;
  finalize(order: FinalizableOrder, csrDer: Uint8Array, options?: CallOptions): Promise<AcmeOrder>;
  /** PEM: leaf first, as served. Every block is a certificate; ends in a newline. */
  downloadCertificate(url: string, options?: CallOptions): Promise<string>;
  revokeCertificate(certificate: RevokedCertificate, options?: CallOptions): Promise<void>;
}

export function createAcmeClient(options: AcmeClientOptions): AcmeClient {
  const { directoryUrl, http, clock, key, accountUrl, deadlineMs = 30_000 } = options;
  const transport = new SignedTransport({ http, clock, key, deadlineMs });
  return new Client(key, new Session({ directoryUrl, accountUrl, clock, transport }), directoryUrl);
}

const pemChain = 'application/pem-certificate-chain';

/** One method for each verb: what is sent, and how the answer is read. */
class Client implements AcmeClient {
  readonly directoryUrl: string;
  readonly thumbprint: string;
  readonly #key: AccountKey;
  readonly #session: Session;

  constructor(key: AccountKey, session: Session, directoryUrl: string) {
    this.directoryUrl = directoryUrl;
    this.thumbprint = key.thumbprint;
    this.#key = key;
    this.#session = session;
  }

  get accountUrl(): string | undefined {
    return this.#session.accountUrl;
  }

  /** RFC 8555 section 7.1.1. */
  directory({ signal }: CallOptions = {}): Promise<AcmeDirectory> {
    return this.#session.directory(signal);
  }

  /** RFC 8555 section 7.3, with the binding of 7.3.4. */
  async newAccount(account: NewAccount, options: CallOptions = {}): Promise<LocatedAccount> {
    const { contact, externalAccountBinding } = account;
    const { newAccount } = await this.directory(options);
    const binding = externalAccountBinding && (await signBinding(externalAccountBinding, this.#key, newAccount));
    const payload = {
      termsOfServiceAgreed: true,
      ...(contact.length > 0 && { contact }),
      ...(binding && { externalAccountBinding: binding }),
    };
    return this.#register({ operation: 'newAccount', changes: true }, payload, options);
  }

  /**
   * RFC 8555 section 7.3.1. A server that wants a binding before it looks cannot tell, and tells with `newAccount`: that finds
   * the account of a known key as well.
   */
  async findAccount(options: CallOptions = {}): Promise<LocatedAccount | undefined> {
    try {
      return await this.#register({ operation: 'findAccount', changes: false }, { onlyReturnExisting: true }, options);
    } catch (error) {
      if (error instanceof AcmeProblem && unknownAccount.includes(error.code)) return undefined;
      throw error;
    }
  }

  /** RFC 8555 section 6.3, of the account's URL. */
  async getAccount({ signal }: CallOptions = {}): Promise<AcmeAccount> {
    const verb = { operation: 'getAccount', changes: false };
    const url = this.#session.requireAccount(verb);
    return (await this.#session.post({ verb, url }, signal)).json(parseAccount);
  }

  /** RFC 8555 section 7.3.6. */
  async deactivateAccount({ signal }: CallOptions = {}): Promise<AcmeAccount> {
    const verb = { operation: 'deactivateAccount', changes: true };
    const url = this.#session.requireAccount(verb);
    return (await this.#session.post({ verb, url, payload: { status: 'deactivated' } }, signal)).json(parseAccount);
  }

  /** RFC 8555 section 7.4. */
  async newOrder({ identifiers }: NewOrder, { signal }: CallOptions = {}): Promise<LocatedOrder> {
    const verb = { operation: 'newOrder', changes: true };
    const { newOrder: url } = await this.#session.directory(signal);
    const answer = await this.#session.post({ verb, url, payload: { identifiers } }, signal);
    const order = answer.json(parseOrder);
    return { url: await this.#session.locate(verb, answer), order };
  }

  /** RFC 8555 section 7.4. */
  async getOrder(url: string, { signal }: CallOptions = {}): Promise<AcmeOrder> {
    const verb = { operation: 'getOrder', changes: false };
    return (await this.#session.post({ verb, url }, signal)).json(parseOrder);
  }

  /** RFC 8555 section 7.5. */
  async getAuthorization(url: string, { signal }: CallOptions = {}): Promise<AcmeAuthorization> {
    const verb = { operation: 'getAuthorization', changes: false };
    return (await this.#session.post({ verb, url }, signal)).json(parseAuthorization);
  }

  /** RFC 8555 section 7.5.1. */
  async acceptChallenge(url: string, { signal }: CallOptions = {}): Promise<AcmeChallenge> {
    const verb = { operation: 'acceptChallenge', changes: true };
    return (await this.#session.post({ verb, url, payload: {} }, signal)).json(parseChallenge);
  }

  /** RFC 8555 section 7.4. */
  async finalize(order: FinalizableOrder, csrDer: Uint8Array, { signal }: CallOptions = {}): Promise<AcmeOrder> {
    const verb = { operation: 'finalize', changes: true };
    const payload = { csr: toBase64url(csrDer) };
    return (await this.#session.post({ verb, url: order.finalize, payload }, signal)).json(parseOrder);
  }

  /** RFC 8555 section 7.4.2. */
  async downloadCertificate(url: string, { signal }: CallOptions = {}): Promise<string> {
    const verb = { operation: 'downloadCertificate', changes: false };
    const answer = await this.#session.post({ verb, url, contentType: pemChain }, signal);
    const chain = readCertificateChain(answer.text(pemChain));
    if (chain === undefined) throw answer.unusable('NOT_PEM', 'the answer is not a chain of certificates in PEM');
    return chain;
  }

  /** RFC 8555 section 7.6, signed by the account that the certificate was issued to. */
  async revokeCertificate({ der, reason }: RevokedCertificate, { signal }: CallOptions = {}): Promise<void> {
    const verb = { operation: 'revokeCertificate', changes: true };
    const { revokeCert: url } = await this.#session.directory(signal);
    const payload = { certificate: toBase64url(der), ...(reason !== undefined && { reason }) };
    await this.#session.post({ verb, url, payload }, signal);
  }

  /** From here on the account signs. */
  async #register(verb: Verb, payload: object, { signal }: CallOptions): Promise<LocatedAccount> {
    const { newAccount: url } = await this.#session.directory(signal);
    const answer = await this.#session.post({ verb, url, payload, signedBy: 'key' }, signal);
    const account = answer.json(parseAccount);
    const location = await this.#session.locate(verb, answer);
    this.#session.accountUrl = location;
    return { url: location, account };
  }
}

const toBase64url = (der: Uint8Array): string => Buffer.from(der).toString('base64url');
