/** What is to be signed, free of Kubernetes: the parts of a CertificateRequest that decide about its certificate. */
export interface SigningRequest {
  /** Unique for ever, unlike a name. */
  readonly uid: string;
  /** PEM of the PKCS#10 request. */
  readonly csrPem: string;
  /** Milliseconds; undefined when the requester leaves it to the issuer. */
  readonly durationMs: number | undefined;
  readonly isCA: boolean;
  /** cert-manager's names (`server auth`, `digital signature`, …) in any order, possibly repeated. */
  readonly usages: readonly string[];
  /** The kind of certificate that the requester chose by name, where the issuer's service has such; it may say no. */
  readonly templateName?: string;
}

/**
 * One try to get one certificate. Every call of a try is the same call, so that the service recognises a repetition:
 * `baseMs` is the instant from which validity is reckoned (milliseconds since the Unix epoch).
 */
export interface Attempt {
  readonly number: number;
  readonly baseMs: number;
}

/** Why something waits or fails: a stable code for logs and metrics, a sentence for a person. Neither changes from try to try. */
export interface Explanation {
  readonly code: string;
  readonly message: string;
}

/** Terminal: this request can never succeed as it is. */
export type Rejection = { readonly kind: 'rejected' } & Explanation;

/** Something about a certificate that its requester should know, though it was issued: one event says it. */
export interface Notice {
  /** One word in CamelCase. */
  readonly reason: string;
  readonly message: string;
}

/** The consequences that every step of signing can have. A signer never writes; its caller does what follows. */
export type Setback =
  | Rejection
  /** The issuer cannot sign for anybody now: it must be checked again, and requests wait for it. */
  | ({ readonly kind: 'issuerFault'; readonly credentialsRefused: boolean } & Explanation)
  /** Only requests like this one are met; try again slowly. */
  | ({ readonly kind: 'blocked'; readonly afterMs: number } & Explanation)
  /** Try again; `afterMs` when the signer knows when, else the caller's growing delay. */
  | ({
      readonly kind: 'retry';
      readonly afterMs?: number;
      /** True when the call may have been carried out all the same. */
      readonly outcomeUnknown: boolean;
    } & Explanation);

/** `beforeCall` said no; nothing was called. */
export interface Withheld {
  readonly kind: 'withheld';
}

export type BeginOutcome =
  /**
   * `reference` finds what was begun again (a certificate's ARN, an order's URL), also in another process. `terms` say
   * under which of the issuer's settings it was asked for: they may change before it is there.
   */
  { readonly kind: 'begun'; readonly reference: string; readonly terms?: string } | Withheld | Setback;

export interface IssuedCertificate {
  /** PEM: leaf first, then the intermediates; ends in a newline. */
  readonly chainPem: string;
  /** PEM of the authority at the top; empty when there is none to tell. */
  readonly caPem: string;
  readonly serial: string;
  readonly notAfter: Date;
}

export type CollectOutcome =
  | ({ readonly kind: 'issued'; readonly notices: readonly Notice[] } & IssuedCertificate)
  /** Not ready yet; look again in `afterMs`. `message`: what is waited for, where there is more to say than that. */
  | { readonly kind: 'pending'; readonly afterMs: number; readonly message?: string }
  /**
   * The service gave up on this certificate: begin a new attempt, in `afterMs` when the signer knows when, else after the
   * caller's growing delay. `checkIssuer`: the reason may be one that a check of the issuer finds and mends.
   */
  | ({ readonly kind: 'attemptFailed'; readonly afterMs?: number; readonly checkIssuer?: boolean } & Explanation)
  /** What the reference finds is not this request's certificate; `isUnknown`: it finds nothing. */
  | ({ readonly kind: 'foreign'; readonly isUnknown?: true } & Explanation)
  | Setback;

/** Signs through one issuer. Safe to call for many requests at once; the caller sees to one flight per request. */
export interface Signer {
  /**
   * Which step buys. `begin`: the reference is kept while the certificate is awaited. `collect`: `begin` opens what costs
   * nothing, so the caller keeps its reference before it collects, and a crash finds again what it may have bought.
   */
  readonly buysAt: 'begin' | 'collect';
  /**
   * Asks for the certificate. The same request and attempt never buy two certificates. `beforeCall` is asked when nothing
   * holds the call back any more, right before it is made; false withholds it.
   */
  begin(request: SigningRequest, attempt: Attempt, beforeCall?: () => Promise<boolean>): Promise<BeginOutcome>;
  /**
   * Fetches what `begin` asked for, and judges it by the terms that `begin` gave, else by the present ones. Where it is this
   * step that buys, `beforeCall` is asked right before that, as in `begin`.
   */
  collect(
    request: SigningRequest,
    reference: string,
    terms?: string,
    beforeCall?: () => Promise<boolean>,
  ): Promise<CollectOutcome | Withheld>;
  /**
   * Fetches a certificate of which only the reference is known, without any proof that it was made for this request: it
   * is `foreign` unless key and names match and it was not issued before `requestedAtMs`.
   */
  adopt(request: SigningRequest, reference: string, requestedAtMs: number): Promise<CollectOutcome>;
}
