import type { JWK } from 'jose';
import type { Identities } from '../identities.ts';
import type { PcaState } from '../pca/state.ts';
import type { PublicRecords, RecordWriter } from '../public-records.ts';
import type { Recorder } from '../recorder.ts';
import type { Times } from '../service.ts';
import type { AcmCertificate } from './certificates/certificate.ts';
import { Idempotency } from './idempotency.ts';
import type { AcmSettings } from './model.ts';
import { PublicAuthority } from './public-authority.ts';
import type { Tags } from './tags.ts';

export type PublicKeyAlgorithm = 'RSA_2048' | 'EC_prime256v1' | 'EC_secp384r1';
export type EndpointStatus = 'CREATING' | 'ACTIVE' | 'DELETING' | 'FAILED';
export type ValidationStatus = 'VALIDATING' | 'VALID' | 'INVALID' | 'DELETING';
export type AccountStatus = 'VALID' | 'DEACTIVATED' | 'REVOKED';

/** All instants are epoch milliseconds by the stand-in's clock. */
export interface AcmeEndpoint {
  readonly arn: string;
  /** Last part of the ARN, and of the URL. */
  readonly id: string;
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  readonly activeAt: number;
  readonly certificateTags: Tags;
  readonly tags: Tags;
  contact: 'REQUIRED' | 'NOT_REQUIRED';
  allowedKeyAlgorithms: readonly PublicKeyAlgorithm[] | undefined;
  updatedAt: number;
  /** FAILED for this reason. */
  failureReason: string | undefined;
  /** Being deleted, and gone from then on. */
  goneAt: number | undefined;
}

export interface DomainScope {
  readonly exact: boolean;
  readonly subdomains: boolean;
  readonly wildcards: boolean;
}

export interface DomainValidation {
  readonly arn: string;
  readonly endpointArn: string;
  readonly domainName: string;
  readonly record: { readonly name: string; readonly value: string };
  /** From then on Describe shows the record. */
  readonly recordShownAt: number;
  readonly createdAt: number;
  readonly tags: Tags;
  scope: DomainScope;
  hostedZoneId: string | undefined;
  updatedAt: number;
  status: Exclude<ValidationStatus, 'DELETING'>;
  failure: { readonly reason: string; readonly message: string } | undefined;
  /** Since when ACM looks for the record. */
  begunAt: number;
  /** When the record was first seen. */
  seenAt: number | undefined;
  goneAt: number | undefined;
}

export interface ExternalAccountBinding {
  readonly arn: string;
  readonly endpointArn: string;
  readonly keyId: string;
  /** base64url of 32 bytes. */
  readonly macKey: string;
  readonly roleArn: string;
  readonly createdAt: number;
  readonly tags: Tags;
  updatedAt: number;
  expiresAt: number | undefined;
  revokedAt: number | undefined;
  lastUsedAt: number | undefined;
}

export interface AcmeAccount {
  readonly id: string;
  readonly endpointArn: string;
  readonly createdAt: number;
  readonly bindingArn: string;
  /** Authorises issuance for the account's life, also when the binding is gone. */
  readonly roleArn: string;
  jwk: JWK;
  /** RFC 7638. */
  thumbprint: string;
  contacts: readonly string[];
  status: AccountStatus;
}

/** All that ACM remembers, and what it needs of the rest of the stand-in. */
export interface AcmState {
  readonly times: Times;
  readonly identities: Identities;
  readonly recorder: Recorder;
  readonly pca: PcaState;
  readonly records: PublicRecords;
  readonly writeRecord: RecordWriter;
  readonly settings: Required<AcmSettings>;
  /** `http://127.0.0.1:port`, below which the ACME protocol is served; known once the server listens. */
  origin: string;
  readonly authority: PublicAuthority;
  readonly endpoints: Map<string, AcmeEndpoint>;
  readonly validations: Map<string, DomainValidation>;
  readonly bindings: Map<string, ExternalAccountBinding>;
  /** By id. */
  readonly accounts: Map<string, AcmeAccount>;
  readonly certificates: Map<string, AcmCertificate>;
  readonly idempotency: Idempotency;
}

const DEFAULT_SETTINGS: Required<AcmSettings> = {
  creatingTimeMs: 0,
  recordDelayMs: 0,
  validatingTimeMs: 0,
  deletingTimeMs: 0,
  processingTimeMs: 0,
  retryAfterSeconds: 0,
  badNonceShare: 0,
  pageSize: 100,
  describeDelayMs: 0,
  deepSubdomains: true,
  deepWildcards: false,
};

type Parts = Pick<AcmState, 'times' | 'identities' | 'recorder' | 'pca' | 'records' | 'writeRecord'>;

export function newAcmState(parts: Parts): AcmState {
  return {
    ...parts,
    settings: { ...DEFAULT_SETTINGS },
    origin: '',
    authority: new PublicAuthority(parts.times.clock),
    endpoints: new Map(),
    validations: new Map(),
    bindings: new Map(),
    accounts: new Map(),
    certificates: new Map(),
    idempotency: new Idempotency(parts.times.clock),
  };
}
