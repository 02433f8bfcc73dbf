/** What a test tells and asks the stand-in about ACM; all of it JSON. */
export interface AcmSettings {
  /** How long an ACME endpoint is CREATING; default 0. */
  readonly creatingTimeMs?: number;
  /** How long a validation (of an ACME domain or a certificate) shows no ResourceRecord; default 0. */
  readonly recordDelayMs?: number;
  /** How long after it was first seen ACM takes a record for valid; default 0. */
  readonly validatingTimeMs?: number;
  /** How long endpoints and domain validations are DELETING; default 0. */
  readonly deletingTimeMs?: number;
  /** How long an order is `processing` after it was finalized, up to 120,000; default 0. */
  readonly processingTimeMs?: number;
  /** Retry-After of an order that is processing; default 0: no such header. */
  readonly retryAfterSeconds?: number;
  /** The share of good nonces that is refused, 0 to 1, evenly spread; default 0. */
  readonly badNonceShare?: number;
  /** Entries of a list's page when the caller does not say; default 100. */
  readonly pageSize?: number;
  /** How long DescribeCertificate does not know a certificate that was just requested; default 0. */
  readonly describeDelayMs?: number;
  /** Whether the scope Subdomains reaches below the first label; default true. */
  readonly deepSubdomains?: boolean;
  /** Whether the scope Wildcards of example.com covers *.sub.example.com; default false. */
  readonly deepWildcards?: boolean;
}

/** A certificate that a public CA of the stand-in signed. */
export interface PublicCertificate {
  readonly certificateArn: string;
  /** By which way: the ACME protocol, or RequestCertificate. */
  readonly kind: 'ACME' | 'REQUESTED';
  readonly names: readonly string[];
  /** Lower-case hex. */
  readonly serial: string;
  /** Who is billed. */
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds by the stand-in's clock. */
  readonly time: number;
  /** The following only of ACME: SHA-256 of the CSR's DER, lower-case hex. */
  readonly csrSha256?: string;
  readonly acmeEndpointArn?: string;
  readonly accountUrl?: string;
  readonly orderUrl?: string;
}

/** A public CA: the root that nobody sends, and the intermediate that signs. */
export interface PublicAuthorityCertificates {
  readonly keyFamily: 'RSA' | 'ECDSA';
  readonly rootPem: string;
  readonly intermediatePem: string;
}

/** What stands at a name of the public DNS outside Route 53; without cname and txt: nothing. */
export interface PublicRecordOrder {
  readonly name: string;
  readonly cname?: string;
  readonly txt?: readonly string[];
}

export interface EndpointUpdate {
  readonly arn: string;
  /** Makes it FAILED; null: not any more. */
  readonly failureReason?: string | null;
}

export interface ValidationUpdate {
  readonly arn: string;
  readonly status: 'VALIDATING' | 'VALID' | 'INVALID';
  /** Of INVALID; default INTERNAL_FAILURE. */
  readonly reason?: string;
}

export interface CertificateUpdate {
  readonly arn: string;
  readonly status?: string;
  /** Of FAILED. */
  readonly failureReason?: string;
  /** ARNs of what uses it, such as a load balancer. */
  readonly inUseBy?: readonly string[];
}

/** Orders that end `invalid` after finalize. */
export interface OrderFailure {
  /** ACME problem type, without the URN in front, such as `dns` or `caa`. */
  readonly type: string;
  readonly detail?: string;
  /** How many orders; default 1. */
  readonly count?: number;
  /** Only orders of this endpoint. */
  readonly acmeEndpointArn?: string;
}

/** What tests do to ACM's things behind the controller's back. */
export interface AcmControls {
  readonly setPublicRecord: (order: PublicRecordOrder) => Promise<void>;
  readonly publicAuthorities: () => Promise<PublicAuthorityCertificates[]>;
  /** One entry for each certificate of a public CA; `reset` forgets them. */
  readonly publicCertificates: () => Promise<PublicCertificate[]>;
  readonly updateAcmeEndpoint: (update: EndpointUpdate) => Promise<void>;
  /** With its bindings, validations and accounts; its URL is unknown at once. */
  readonly deleteAcmeEndpoint: (query: { readonly arn: string }) => Promise<void>;
  readonly updateAcmeDomainValidation: (update: ValidationUpdate) => Promise<void>;
  readonly deleteAcmeDomainValidation: (query: { readonly arn: string }) => Promise<void>;
  readonly expireAcmeExternalAccountBinding: (query: { readonly arn: string }) => Promise<void>;
  readonly revokeAcmeExternalAccountBinding: (query: { readonly arn: string }) => Promise<void>;
  readonly revokeAcmeAccount: (query: { readonly accountUrl: string }) => Promise<void>;
  readonly failNextOrder: (failure: OrderFailure) => Promise<void>;
  readonly updateCertificate: (update: CertificateUpdate) => Promise<void>;
}
