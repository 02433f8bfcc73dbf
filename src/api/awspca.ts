import type { KubeObject, Resource } from '../kube/objects.ts';
import type { AcmSpec, AcmStatus } from './acm.ts';
import type { Condition } from './conditions.ts';
import type { SecretKeySelector } from './secret-key-selector.ts';

/** The API group of the issuers, which a CertificateRequest names in `spec.issuerRef.group`. */
export const awspcaGroup = 'awspca.cert-manager.io';

/**
 * What an issuer asks for. The schema requires nothing: every combination that it admits reaches the controller, which
 * answers it with a condition.
 */
export interface IssuerSpec {
  readonly arn?: string;
  readonly region?: string;
  readonly role?: string;
  /** For `role`, where its trust policy asks for one. */
  readonly externalID?: string;
  /** Roles that are assumed one after another, beginning with the credentials of `role`. */
  readonly roleChain?: readonly RoleChainStep[];
  readonly roleSessionName?: string;
  readonly secretRef?: CredentialsSecretRef;
  readonly serviceAccountRef?: ServiceAccountRef;
  readonly pcaTemplate?: PcaTemplate;
  /** A Go duration of hours, minutes and seconds, such as `15m`. */
  readonly notBeforeOffset?: string;
  readonly validity?: ValiditySpec;
  /** Public certificates, instead of `arn`. */
  readonly acm?: AcmSpec;
}

/** The Secret with a static access key. Of its selectors only `key` has a meaning; the rest is admitted and not used. */
export interface CredentialsSecretRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly accessKeyIDSelector?: SecretKeySelector;
  readonly secretAccessKeySelector?: SecretKeySelector;
  readonly sessionTokenSelector?: SecretKeySelector;
}

export interface ServiceAccountRef {
  readonly name: string;
  readonly namespace?: string;
  readonly audiences?: readonly string[];
}

/** One role of a chain. */
export interface RoleChainStep {
  readonly role: string;
  readonly externalID?: string;
}

export interface PcaTemplate {
  readonly defaultTemplateName?: string;
  /** Templates that requests may name with an annotation; `*` stands for any characters. */
  readonly allowedTemplateNames?: readonly string[];
}

/** How long certificates last. */
export interface ValiditySpec {
  /** A Go duration of hours, minutes and seconds, for requests without one. */
  readonly defaultDuration?: string;
  /** Shorten a duration that the CA cannot give, instead of refusing the request. */
  readonly clampToCA?: boolean;
}

/** What the controller last saw. */
export interface IssuerStatus {
  readonly conditions?: readonly Condition[];
  readonly identity?: IssuerIdentity;
  readonly certificateAuthority?: CertificateAuthorityStatus;
  readonly acm?: AcmStatus;
}

/** The AWS identity that signs, as STS GetCallerIdentity names it. */
export interface IssuerIdentity {
  readonly arn?: string;
  readonly account?: string;
  readonly source?: string;
}

/** The CA, as ACM PCA DescribeCertificateAuthority describes it. */
export interface CertificateAuthorityStatus {
  readonly arn?: string;
  readonly type?: string;
  readonly status?: string;
  readonly keyAlgorithm?: string;
  readonly signingAlgorithm?: string;
  readonly usageMode?: string;
  /** RFC 3339. */
  readonly notAfter?: string;
  /** RFC 4514 string form. */
  readonly subject?: string;
}

interface IssuerObject extends KubeObject {
  readonly spec?: IssuerSpec;
  readonly status?: IssuerStatus;
}

/** Signs for its own namespace. */
export interface AWSPCAIssuer extends IssuerObject {
  readonly kind: 'AWSPCAIssuer';
}

/** Signs for every namespace. */
export interface AWSPCAClusterIssuer extends IssuerObject {
  readonly kind: 'AWSPCAClusterIssuer';
}

export type Issuer = AWSPCAIssuer | AWSPCAClusterIssuer;
export type IssuerKind = Issuer['kind'];

export const awspcaIssuers: Resource<AWSPCAIssuer> = {
  group: awspcaGroup,
  version: 'v1beta1',
  plural: 'awspcaissuers',
  kind: 'AWSPCAIssuer',
  namespaced: true,
};

export const awspcaClusterIssuers: Resource<AWSPCAClusterIssuer> = {
  group: awspcaGroup,
  version: 'v1beta1',
  plural: 'awspcaclusterissuers',
  kind: 'AWSPCAClusterIssuer',
  namespaced: false,
};

/** Kinds are told apart to the letter: no other spelling and no fall-back from one to the other. */
export function isIssuerKind(kind: unknown): kind is IssuerKind {
  return kind === 'AWSPCAIssuer' || kind === 'AWSPCAClusterIssuer';
}
