/** One page of a list. `nextToken` asks for the next one; undefined: this is the last. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** Keys are unique. */
export type Tags = Readonly<Record<string, string>>;

/** An ACME endpoint. Enum values pass through as ACM sent them: it may know more of them than we do. */
export interface AcmeEndpoint {
  readonly arn: string;
  /** The URL of its directory (RFC 8555 section 7.1.1); undefined while ACM still creates it. */
  readonly url?: string;
  /** CREATING, ACTIVE, DELETING, FAILED. */
  readonly status: string;
  readonly failureReason?: string;
  /** REQUIRED, NOT_REQUIRED. */
  readonly contact: string;
  /** RSA_2048, EC_prime256v1, EC_secp384r1. Empty: no restriction. */
  readonly allowedKeyAlgorithms: readonly string[];
  readonly certificateTags: Tags;
}

export interface CreateAcmeEndpointInput {
  /** 1 to 64 characters; the same input with the same token makes one endpoint. */
  readonly idempotencyToken: string;
  readonly contact: 'REQUIRED' | 'NOT_REQUIRED';
  /** Empty: no restriction. */
  readonly allowedKeyAlgorithms: readonly string[];
  readonly tags: Tags;
  /** ACM puts them on each certificate. */
  readonly certificateTags: Tags;
}

/** What can be changed of an endpoint; whatever is left out stays. */
export interface UpdateAcmeEndpointInput {
  readonly arn: string;
  readonly contact?: 'REQUIRED' | 'NOT_REQUIRED';
  readonly allowedKeyAlgorithms?: readonly string[];
}

/** Which names a domain validation covers; nothing is implied. */
export interface DomainScope {
  readonly exact: boolean;
  readonly subdomains: boolean;
  readonly wildcards: boolean;
}

export interface AcmeDomainValidation {
  readonly arn: string;
  readonly endpointArn: string;
  readonly domain: string;
  readonly scope: DomainScope;
  /** VALIDATING, VALID, INVALID, DELETING. */
  readonly status: string;
  /** Bare; where ACM writes the record itself. */
  readonly hostedZoneId?: string;
  /** The CNAME that has to stand in public DNS; may be missing just after creation. Names may end in a dot. */
  readonly record?: { readonly name: string; readonly value: string };
  /** Of INVALID: ACM's reason, such as TIMED_OUT, and its words. */
  readonly failure?: { readonly reason: string; readonly message?: string };
  readonly createdAt?: Date;
  readonly updatedAt?: Date;
}

export interface CreateAcmeDomainValidationInput {
  readonly idempotencyToken: string;
  readonly endpointArn: string;
  /** Lower case, no wildcard, no trailing dot. */
  readonly domain: string;
  readonly scope: DomainScope;
  /** Bare. Given: ACM writes the record itself, under the caller's identity. */
  readonly hostedZoneId?: string;
  readonly tags: Tags;
}

export interface UpdateAcmeDomainValidationInput {
  readonly arn: string;
  readonly scope: DomainScope;
  readonly hostedZoneId?: string;
}

export interface AcmeExternalAccountBinding {
  readonly arn: string;
  readonly endpointArn: string;
  readonly roleArn: string;
  /** Afterwards no account can be made with it; those that were made stay. */
  readonly expiresAt?: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
  readonly createdAt?: Date;
}

export interface CreateAcmeExternalAccountBindingInput {
  readonly idempotencyToken: string;
  readonly endpointArn: string;
  /** It trusts acm-acme.amazonaws.com; the caller needs iam:PassRole on it. */
  readonly roleArn: string;
  /** Whole minutes from now, at least 1; undefined: no end. */
  readonly expiresAfterMinutes?: number;
  readonly tags: Tags;
}

export interface AcmeAccount {
  readonly url: string;
  /** RFC 7638, as ACM writes it. */
  readonly publicKeyThumbprint?: string;
  /** VALID, DEACTIVATED, REVOKED. */
  readonly status: string;
  readonly bindingArn?: string;
  readonly createdAt?: Date;
}

/**
 * The ACME control plane of ACM, and tags of its resources, under one identity, in one region: one HTTP call each, never
 * repeated. Each throws AwsError. https://docs.aws.amazon.com/acm/latest/APIReference/API_Operations.html
 */
export interface AcmCalls {
  /** Returns the endpoint's ARN. */
  createAcmeEndpoint(input: CreateAcmeEndpointInput): Promise<string>;
  describeAcmeEndpoint(arn: string): Promise<AcmeEndpoint>;
  listAcmeEndpoints(nextToken?: string): Promise<Page<AcmeEndpoint>>;
  updateAcmeEndpoint(input: UpdateAcmeEndpointInput): Promise<void>;
  /** With it go its bindings, domain validations and accounts; certificates stay. */
  deleteAcmeEndpoint(arn: string): Promise<void>;

  /** Returns the validation's ARN. */
  createAcmeDomainValidation(input: CreateAcmeDomainValidationInput): Promise<string>;
  describeAcmeDomainValidation(arn: string): Promise<AcmeDomainValidation>;
  listAcmeDomainValidations(endpointArn: string, nextToken?: string): Promise<Page<AcmeDomainValidation>>;
  updateAcmeDomainValidation(input: UpdateAcmeDomainValidationInput): Promise<void>;
  deleteAcmeDomainValidation(arn: string): Promise<void>;

  createAcmeExternalAccountBinding(input: CreateAcmeExternalAccountBindingInput): Promise<AcmeExternalAccountBinding>;
  describeAcmeExternalAccountBinding(arn: string): Promise<AcmeExternalAccountBinding>;
  listAcmeExternalAccountBindings(endpointArn: string, nextToken?: string): Promise<Page<AcmeExternalAccountBinding>>;
  /** `macKey`: base64url without padding. Secret. */
  getAcmeExternalAccountBindingCredentials(arn: string): Promise<{ readonly keyId: string; readonly macKey: string }>;
  revokeAcmeExternalAccountBinding(arn: string): Promise<void>;
  deleteAcmeExternalAccountBinding(arn: string): Promise<void>;

  describeAcmeAccount(endpointArn: string, accountUrl: string): Promise<AcmeAccount>;
  listAcmeAccounts(endpointArn: string, nextToken?: string): Promise<Page<AcmeAccount>>;
  /** For ever. */
  revokeAcmeAccount(endpointArn: string, accountUrl: string): Promise<void>;

  tagResource(arn: string, tags: Tags): Promise<void>;
  untagResource(arn: string, keys: readonly string[]): Promise<void>;
  listTagsForResource(arn: string): Promise<Tags>;
}

/** What a call counts as in ACM's quotas: https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
export type AcmPace = 'read' | 'write' | 'validation';

/** Every call, by its quota. */
export const acmOperations = {
  createAcmeEndpoint: 'write',
  describeAcmeEndpoint: 'read',
  listAcmeEndpoints: 'read',
  updateAcmeEndpoint: 'write',
  deleteAcmeEndpoint: 'write',
  createAcmeDomainValidation: 'validation',
  describeAcmeDomainValidation: 'read',
  listAcmeDomainValidations: 'read',
  updateAcmeDomainValidation: 'validation',
  deleteAcmeDomainValidation: 'validation',
  createAcmeExternalAccountBinding: 'write',
  describeAcmeExternalAccountBinding: 'read',
  listAcmeExternalAccountBindings: 'read',
  getAcmeExternalAccountBindingCredentials: 'read',
  revokeAcmeExternalAccountBinding: 'write',
  deleteAcmeExternalAccountBinding: 'write',
  describeAcmeAccount: 'read',
  listAcmeAccounts: 'read',
  revokeAcmeAccount: 'write',
  tagResource: 'write',
  untagResource: 'write',
  listTagsForResource: 'read',
} as const satisfies Record<keyof AcmCalls, AcmPace>;
