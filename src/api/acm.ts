import type { SecretKeySelector } from './secret-key-selector.ts';

/**
 * Public certificates: `spec.acm`, exclusive with `spec.arn`. The endpoint speaks RFC 8555; at AWS it is one of ACM's ACME
 * endpoints, whose domains are validated beforehand (https://docs.aws.amazon.com/acm/latest/userguide/acme.html).
 */
export interface AcmSpec {
  readonly endpoint: AcmEndpointSpec;
  /** The account's contact. */
  readonly email?: string;
  readonly externalAccountBinding?: ExternalAccountBindingSpec;
  /**
   * Where the account's key (PEM, P-256) and URL are kept; default: the Secret `<issuer's name>-acme-account`. In the issuer's
   * own namespace, or of an AWSPCAClusterIssuer in `--cluster-resource-namespace`. Made when it is not there. Its key is
   * `tls.key` unless given.
   */
  readonly accountKeySecretRef?: LocalSecretKeySelector;
  readonly domains?: readonly AcmDomainSpec[];
}

/** Exactly one of `arn`, `directoryURL` and `managed`. */
export interface AcmEndpointSpec {
  /** An ACME endpoint of ACM that is there: arn:<partition>:acm:<region>:<account>:acme-endpoint/<id>. */
  readonly arn?: string;
  /** The directory of any other RFC 8555 service (https). */
  readonly directoryURL?: string;
  /** Base64 of PEM: further CAs to trust for `directoryURL`. */
  readonly caBundle?: string;
  /** An endpoint that the controller creates and keeps. */
  readonly managed?: ManagedEndpointSpec;
}

export interface ManagedEndpointSpec {
  /** Whether accounts must tell a contact. Default NotRequired. */
  readonly contact?: 'Required' | 'NotRequired';
  /** ACM's names: RSA_2048, EC_prime256v1, EC_secp384r1. Default: ACM's own. */
  readonly allowedKeyAlgorithms?: readonly string[];
  /** Put by ACM on every certificate; cannot be changed later. */
  readonly certificateTags?: Readonly<Record<string, string>>;
  /** What becomes of the endpoint when the issuer is deleted. Default Retain. */
  readonly deletionPolicy?: DeletionPolicy;
}

export type DeletionPolicy = 'Retain' | 'Delete';

/** Either a binding that the controller creates (`roleARN`), or one that is there (`keyID` and `keySecretRef`). */
export interface ExternalAccountBindingSpec {
  /** The role with which ACM issues: it trusts acm-acme.amazonaws.com. */
  readonly roleARN?: string;
  /** A Go duration of at least 1m. Default: no end. */
  readonly expiration?: string;
  readonly keyID?: string;
  /** The MAC key, base64url as ACM gives it. Its key is `secret` unless given. */
  readonly keySecretRef?: LocalSecretKeySelector;
}

/** A Secret where the issuer's references point: its own namespace, or `--cluster-resource-namespace`. */
export interface LocalSecretKeySelector {
  readonly name: string;
  readonly key?: string;
}

export type DomainScope = 'Exact' | 'Subdomains' | 'Wildcards';

export interface AcmDomainSpec {
  /** Lower case, no wildcard, no trailing dot. */
  readonly name: string;
  /** Which names it covers; default: Exact. */
  readonly scope?: readonly DomainScope[];
  /** What becomes of validation and record when the domain leaves the issuer. Default Retain. */
  readonly deletionPolicy?: DeletionPolicy;
  readonly dns01?: {
    /** Whether challenges are answered where CNAMEs of `_acme-challenge` lead. Default None. */
    readonly cnameStrategy?: 'None' | 'Follow';
    /** Whether the name servers of the zone are asked for a challenge's record before it is accepted. Default false. */
    readonly checkNameServers?: boolean;
    readonly route53?: Route53Spec;
  };
}

/** cert-manager's fields of `solvers[].dns01.route53` by their names, and `managedByACM`. */
export interface Route53Spec {
  readonly region?: string;
  readonly role?: string;
  /** Bare or with `/hostedzone/`; default: the longest public zone that matches. */
  readonly hostedZoneID?: string;
  readonly accessKeyID?: string;
  readonly accessKeyIDSecretRef?: SecretKeySelector;
  readonly secretAccessKeySecretRef?: SecretKeySelector;
  readonly auth?: {
    readonly kubernetes?: {
      readonly serviceAccountRef?: { readonly name: string; readonly audiences?: readonly string[] };
    };
  };
  /** ACM writes the record itself, with the issuer's identity, into `hostedZoneID`. */
  readonly managedByACM?: boolean;
}

/** `status.acm`: what the controller last saw. */
export interface AcmStatus {
  /** Who signs, in short: `acme-endpoint/<id>`, or the directory's host. */
  readonly subject?: string;
  readonly endpoint?: {
    readonly arn?: string;
    readonly directoryURL?: string;
    /** ACM's own word, such as ACTIVE. */
    readonly status?: string;
  };
  readonly account?: {
    readonly url?: string;
    /** RFC 8555: valid, deactivated, revoked. */
    readonly status?: string;
    readonly externalAccountBindingARN?: string;
  };
  readonly domains?: readonly AcmDomainStatus[];
}

export interface AcmDomainStatus {
  readonly name: string;
  readonly arn?: string;
  /** ACM's own word: VALIDATING, VALID, INVALID, DELETING; or Missing. */
  readonly status?: string;
  /** The hosted zone that holds the record, bare. */
  readonly hostedZoneID?: string;
  readonly recordName?: string;
  readonly recordValue?: string;
  /** ACM's own reason, such as TIMED_OUT. */
  readonly reason?: string;
  /** Kept here for when the domain has left the spec. */
  readonly deletionPolicy?: DeletionPolicy;
}
