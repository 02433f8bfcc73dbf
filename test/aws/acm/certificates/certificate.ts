import type { KeyAlgorithm } from '../../model.ts';
import type { Tags } from '../tags.ts';
import type { ValidationRecord } from '../validation-record.ts';

export type CertificateStatus =
  'PENDING_VALIDATION' | 'ISSUED' | 'INACTIVE' | 'EXPIRED' | 'VALIDATION_TIMED_OUT' | 'REVOKED' | 'FAILED';
export type KeyPairOrigin = 'ACME' | 'AWS_MANAGED' | 'CUSTOMER_PROVIDED';

/** Proof of one name of a requested certificate. */
export interface DomainProof {
  readonly domainName: string;
  readonly record: ValidationRecord;
  seenAt: number | undefined;
}

/** The signed part, once there is one. */
export interface IssuedPart {
  /** Lower-case hex. */
  readonly serial: string;
  readonly subject: string;
  readonly issuer: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly certificatePem: string;
  readonly chainPem: string;
}

/** A certificate as ACM keeps it. All instants are epoch milliseconds. */
export interface AcmCertificate {
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly type: 'AMAZON_ISSUED' | 'IMPORTED' | 'PRIVATE';
  readonly origin: KeyPairOrigin;
  readonly createdAt: number;
  readonly tags: Tags;
  readonly exportOption: 'ENABLED' | 'DISABLED';
  readonly certificateAuthorityArn: string | undefined;
  readonly acmeEndpointArn: string | undefined;
  readonly acmeAccountId: string | undefined;
  readonly proofs: readonly DomainProof[];
  domainName: string;
  /** All names, `domainName` among them. */
  names: readonly string[];
  keyAlgorithm: KeyAlgorithm | 'RSA_1024';
  status: CertificateStatus;
  failureReason: string | undefined;
  issued: IssuedPart | undefined;
  issuedAt: number | undefined;
  importedAt: number | undefined;
  revokedAt: number | undefined;
  inUseBy: readonly string[];
  /** The issuance, once it has begun: reads of the same certificate wait for the same. */
  issuing: Promise<void> | undefined;
}
