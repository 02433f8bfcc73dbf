import type { AcmControls, AcmSettings } from './acm/model.ts';

/**
 * The shapes of the stand-in's own API: what a test hands in and gets back. All of it is JSON, so that the same API
 * works within one process and over the control paths of a separate one.
 */
export type * from './acm/model.ts';

export type KeyAlgorithm =
  | 'RSA_2048'
  | 'RSA_3072'
  | 'RSA_4096'
  | 'EC_prime256v1'
  | 'EC_secp384r1'
  | 'EC_secp521r1'
  | 'ML_DSA_44'
  | 'ML_DSA_65'
  | 'ML_DSA_87';

export type SigningAlgorithm =
  | 'SHA256WITHRSA'
  | 'SHA384WITHRSA'
  | 'SHA512WITHRSA'
  | 'SHA256WITHRSA_PSS'
  | 'SHA384WITHRSA_PSS'
  | 'SHA512WITHRSA_PSS'
  | 'SHA256WITHECDSA'
  | 'SHA384WITHECDSA'
  | 'SHA512WITHECDSA'
  | 'ML_DSA_44'
  | 'ML_DSA_65'
  | 'ML_DSA_87';

export type AuthorityStatus =
  'CREATING' | 'PENDING_CERTIFICATE' | 'ACTIVE' | 'DISABLED' | 'EXPIRED' | 'FAILED' | 'DELETED';

export type UsageMode = 'GENERAL_PURPOSE' | 'SHORT_LIVED_CERTIFICATE';

/** A principal with one of its access keys. `sessionToken` and `expiresAt` (epoch ms) only for temporary ones. */
export interface Identity {
  readonly arn: string;
  readonly account: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiresAt?: number;
}

export interface IdentityOptions {
  /** User name within its account; default: one that is not taken. */
  readonly name?: string;
  /** Default 111122223333. */
  readonly account?: string;
  /** Default `aws`. */
  readonly partition?: string;
  /** Makes the keys temporary: with a session token, valid this many seconds. */
  readonly temporarySeconds?: number;
}

/** Who may take a role with a web identity token (an OIDC provider and the role's trust policy in one). */
export interface WebIdentityTrust {
  readonly issuer: string;
  /** Public keys as JSON Web Keys (RFC 7517); a token names one by `kid`. */
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** Default `sts.amazonaws.com`. */
  readonly audiences?: readonly string[];
  /** Accepted `sub` values; a trailing `*` matches any ending. Default: any. */
  readonly subjects?: readonly string[];
}

export interface RoleOptions {
  readonly name: string;
  readonly account?: string;
  readonly partition?: string;
  /** Principals that may assume it: exact ARNs, an account's root ARN, or `*`. Default: the role's own account. */
  readonly trust?: readonly string[];
  readonly externalId?: string;
  /** Longest session, seconds; default 3600. */
  readonly maxSessionSeconds?: number;
  readonly webIdentity?: WebIdentityTrust;
}

export interface Role {
  readonly arn: string;
  readonly account: string;
}

/** Takes actions away from a principal; everything in its own account is allowed otherwise. */
export interface Denial {
  /** ARN of a user or role (sessions of a role follow it). */
  readonly principal: string;
  /** For example `acm-pca:IssueCertificate`, or `acm-pca:*`. */
  readonly actions: readonly string[];
  /** Limits the denial to these resources. */
  readonly resources?: readonly string[];
  /** Limits the denial to requests with these values of `acm-pca:TemplateArn`. */
  readonly templateArns?: readonly string[];
}

export interface Subject {
  readonly commonName?: string;
  readonly organization?: string;
  readonly organizationalUnit?: string;
  readonly country?: string;
}

export interface AuthorityOptions {
  /** Default `root`, or `subordinate` when `parent` is given. */
  readonly type?: 'root' | 'subordinate';
  /** ARN of the CA that signs this one. A subordinate without one is signed by a root outside AWS. */
  readonly parent?: string;
  /** Default EC_prime256v1. */
  readonly keyAlgorithm?: KeyAlgorithm;
  /** What DescribeCertificateAuthority reports; default: the family's, with SHA-256, SHA-384 or SHA-512 by curve. */
  readonly signingAlgorithm?: SigningAlgorithm;
  readonly subject?: Subject;
  /** Validity from now, days; default 3650, never beyond the parent's. */
  readonly validityDays?: number;
  /** End of validity, epoch milliseconds; wins over `validityDays`. */
  readonly notAfter?: number;
  readonly usageMode?: UsageMode;
  readonly status?: AuthorityStatus;
  /** Default 111122223333. */
  readonly account?: string;
  /** Default us-east-1. */
  readonly region?: string;
  /** Default `aws`. */
  readonly partition?: string;
  /** Path length constraint of the CA's own certificate; default: none for a root, what the parent leaves else. */
  readonly pathLength?: number;
  /** How GetCertificate orders the chain; AWS documents `issuer-first`. `mixed`: neither way. */
  readonly chainOrder?: 'issuer-first' | 'root-first' | 'mixed';
  /** Leaves the root out of the chain, as an importer of a CA certificate may have done. */
  readonly omitRootFromChain?: boolean;
  /** ARN of another CA that signed this one's key and name too; that certificate and what is above it join the chain. */
  readonly crossSignedBy?: string;
  /** Every certificate of the chain twice. */
  readonly repeatInChain?: boolean;
  /** How the chain is written: with CRLF, or with text before, between and after its blocks (RFC 7468 section 2). */
  readonly chainText?: 'crlf' | 'explained';
  /** How long GetCertificate answers RequestInProgressException; default: the stand-in's. */
  readonly issuingTimeMs?: number;
  /** URL of a CRL distribution point that issued certificates carry. */
  readonly crlUrl?: string;
  /** URL of the OCSP responder that issued certificates carry. */
  readonly ocspUrl?: string;
}

export interface Authority {
  readonly arn: string;
  readonly type: 'root' | 'subordinate';
  readonly status: AuthorityStatus;
  readonly account: string;
  readonly region: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly usageMode: UsageMode;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  /** Epoch milliseconds. */
  readonly notAfter: number;
  readonly certificatePem: string;
  /** The CA's own chain up to the root, without the CA; empty for a root. */
  readonly chainPem: string;
}

export interface AuthorityUpdate {
  readonly arn: string;
  readonly status?: AuthorityStatus;
  readonly issuingTimeMs?: number;
}

/** A cross-account share through AWS RAM. */
export interface ShareOptions {
  readonly arn: string;
  readonly accounts: readonly string[];
  /** Template names (`EndEntityCertificate/V1`); default: the one of AWS's default managed permission. */
  readonly templates?: readonly string[];
}

export interface HostedZoneOptions {
  /** With or without the trailing dot. */
  readonly name: string;
  /** Default 111122223333. */
  readonly account?: string;
  /** Default false. A private zone is never asked by the DNS server. */
  readonly isPrivate?: boolean;
  /** False: no name server of the parent zone points at it, so that the DNS server does not know it. Default true. */
  readonly isDelegated?: boolean;
  readonly comment?: string;
}

export interface HostedZoneSummary {
  /** Without `/hostedzone/`. */
  readonly id: string;
  /** With the trailing dot. */
  readonly name: string;
  readonly account: string;
  readonly isPrivate: boolean;
}

/** A resource record set as it stands in a zone. */
export interface DnsRecord {
  /** As Route 53 shows it: with the trailing dot, `*` as `\\052`; every other way of writing it is taken too. */
  readonly name: string;
  /** For example `TXT`. */
  readonly type: string;
  /** Seconds; default 300. Absent for an alias. */
  readonly ttl?: number;
  /** In zone file format: a TXT value has its quotation marks. Empty for an alias. */
  readonly values: readonly string[];
  /** Makes it one of several multivalue answers under one name. */
  readonly setIdentifier?: string;
}

/** Which record sets are meant; without an identifier all of the name and type. */
export type DnsRecordQuery = Pick<DnsRecord, 'name' | 'type' | 'setIdentifier'> & { readonly zoneId: string };

/** Where a DNS server listens, UDP and TCP. */
export interface DnsAddress {
  readonly host: string;
  readonly port: number;
  /** `host:port`, as resolvers and `pebble -dnsserver` take it. */
  readonly address: string;
}

export type QuotaSettings = 'off' | Readonly<Record<string, number | 'off'>>;

export interface Settings {
  /**
   * Calls per second by operation (`FinalizeOrder`, or `acme:GetCertificate` where several services have it; `route53:*`:
   * the one bucket of all its operations); `'off'` for all, or operations merged over AWS's defaults.
   */
  readonly quotas?: QuotaSettings;
  /** What the same idempotency token with other parameters gets; AWS documents neither. */
  readonly idempotencyMismatch?: 'first-certificate' | 'error';
  /** For CAs without their own `issuingTimeMs`; default 0. */
  readonly issuingTimeMs?: number;
  /** How long a change of records stays PENDING and unseen by the DNS server; default 0. For changes from now on. */
  readonly insyncAfterMs?: number;
  /** How long after a change of a zone's records another is refused with PriorRequestNotComplete; default 0. */
  readonly zoneBusyMs?: number;
  /** Merged over what ACM goes by. */
  readonly acm?: AcmSettings;
}

export interface FaultOrder {
  /** For example `IssueCertificate`; `*` for every operation. */
  readonly operation: string;
  /** How many calls it hits; default 1. */
  readonly count?: number;
  /** How many matching calls pass unharmed first; default 0. */
  readonly skip?: number;
  /** Only calls of this service, as call records name it: several have operations of the same name. */
  readonly service?: string;
  /** Only calls about this certificate authority. */
  readonly certificateAuthorityArn?: string;
  /** Only calls that ask for this role. */
  readonly roleArn?: string;
  /** Only calls that name this ACME endpoint, and what its URL is asked by the ACME protocol. */
  readonly acmeEndpointArn?: string;
  /** Only calls about this hosted zone. */
  readonly hostedZoneId?: string;
  /**
   * `error` (default) answers `code`; `reset` drops the connection; `silence` never answers; `cut` sends half of the
   * answer and drops the connection; `delay` answers, but `delayMs` late; `raw` answers `status` (default 200) and
   * `body`, as a proxy would.
   */
  readonly kind?: 'error' | 'reset' | 'silence' | 'cut' | 'delay' | 'raw';
  /** Default InternalFailure for `error`. In the ACME protocol a problem type, such as `rateLimited`. */
  readonly code?: string;
  /** HTTP status; default: the usual one of the code. */
  readonly status?: number;
  readonly message?: string;
  /** Of `raw`; default: empty. */
  readonly body?: string;
  /** Of `raw`; default `text/html`. */
  readonly contentType?: string;
  /** Of `error` and `raw`: further headers, such as `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds to wait before the fault (or, for `delay`, before the answer). */
  readonly delayMs?: number;
  /** True: the operation takes effect first (a certificate is issued and billed), then the answer is lost. */
  readonly after?: boolean;
}

export interface LatencyOrder {
  readonly operation: string;
  /** 0 ends it. */
  readonly latencyMs: number;
}

export interface CallRecord {
  readonly sequence: number;
  /** Epoch milliseconds by the stand-in's clock. */
  readonly time: number;
  readonly service: string;
  readonly operation: string;
  /** ARN of the caller; absent when it could not be told. */
  readonly identity?: string;
  readonly accessKeyId?: string;
  readonly region?: string;
  /** A CSR appears as its SHA-256, a token as its SHA-256 and its claims. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `ok`, or the error code that the operation ended with. */
  readonly outcome: string;
  /** HTTP status; 0 when the connection was dropped or left silent. */
  readonly status: number;
  readonly requestId: string;
  /** The fault that was applied, if any. */
  readonly fault?: string;
}

export interface CallQuery {
  readonly operation?: string;
  readonly service?: string;
}

export interface BilledCertificate {
  readonly certificateArn: string;
  readonly certificateAuthorityArn: string;
  /** Lower-case hex. */
  readonly serial: string;
  /** SHA-256 of the CSR's DER, lower-case hex. */
  readonly csrSha256: string;
  readonly templateArn: string;
  readonly token?: string;
  /** Who is billed: the account of the CA. */
  readonly account: string;
  /** Epoch milliseconds by the stand-in's clock. */
  readonly time: number;
}

/** Everything a test can order or ask for, the same within one process and over the control paths. */
export interface Controls extends AcmControls {
  readonly createIdentity: (options?: IdentityOptions) => Promise<Identity>;
  /** Another access key for the same user. */
  readonly createAccessKey: (options: { readonly arn: string }) => Promise<Identity>;
  /** The key is unknown from now on. */
  readonly deleteAccessKey: (options: { readonly accessKeyId: string }) => Promise<void>;
  /** A temporary key counts as expired from now on. */
  readonly expireAccessKey: (options: { readonly accessKeyId: string }) => Promise<void>;
  readonly createRole: (options: RoleOptions) => Promise<Role>;
  /** The role is unknown from now on; what it was taken for stops. */
  readonly deleteRole: (options: { readonly arn: string }) => Promise<void>;
  readonly deny: (denial: Denial) => Promise<void>;
  readonly clearDenials: () => Promise<void>;
  readonly createCertificateAuthority: (options?: AuthorityOptions) => Promise<Authority>;
  readonly updateCertificateAuthority: (update: AuthorityUpdate) => Promise<Authority>;
  readonly share: (options: ShareOptions) => Promise<void>;
  readonly createHostedZone: (options: HostedZoneOptions) => Promise<HostedZoneSummary>;
  readonly deleteHostedZone: (options: { readonly zoneId: string }) => Promise<void>;
  /** What stands in the zone, changes that are still PENDING included, in Route 53's order. */
  readonly records: (options: { readonly zoneId: string }) => Promise<DnsRecord[]>;
  /** Writes a record set behind everybody's back; in sync at once. */
  readonly putRecord: (record: DnsRecord & { readonly zoneId: string }) => Promise<void>;
  /** Removes record sets behind everybody's back; in sync at once. Rejects when there are none. */
  readonly removeRecord: (query: DnsRecordQuery) => Promise<void>;
  /** Starts the DNS server on 127.0.0.1 (default: a free port), or tells where it runs. */
  readonly startDnsServer: (options?: { readonly port?: number }) => Promise<DnsAddress>;
  readonly configure: (settings: Settings) => Promise<void>;
  readonly failNext: (order: FaultOrder) => Promise<void>;
  readonly setLatency: (order: LatencyOrder) => Promise<void>;
  /** Ends every ordered fault and latency, or the faults that were ordered for one certificate authority. */
  readonly clearFaults: (query?: { readonly certificateAuthorityArn?: string }) => Promise<void>;
  readonly calls: (query?: CallQuery) => Promise<CallRecord[]>;
  readonly billed: () => Promise<BilledCertificate[]>;
  /** Forgets recorded calls, bills, faults, latencies and used quota; identities, CAs and hosted zones stay. */
  readonly reset: () => Promise<void>;
}
