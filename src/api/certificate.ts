import type { KubeObject, Resource } from '../kube/objects.ts';
import type { IssuerRef } from './certificate-request.ts';
import type { BaseCondition } from './conditions.ts';

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.X509Subject */
export interface X509Subject {
  readonly organizations?: readonly string[];
  readonly countries?: readonly string[];
  readonly organizationalUnits?: readonly string[];
  readonly localities?: readonly string[];
  readonly provinces?: readonly string[];
  readonly streetAddresses?: readonly string[];
  readonly postalCodes?: readonly string[];
  readonly serialNumber?: string;
}

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificatePrivateKey */
export interface CertificatePrivateKey {
  readonly algorithm?: string;
  readonly encoding?: string;
  readonly size?: number;
  readonly rotationPolicy?: string;
}

/** Labels and annotations that cert-manager copies to the Secret. */
export interface CertificateSecretTemplate {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/**
 * The fields that an Ingress can set. What else somebody wrote into a Certificate is not listed, but is there.
 * https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec
 */
export interface CertificateSpec {
  readonly secretName: string;
  readonly issuerRef: IssuerRef;
  readonly commonName?: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly emailAddresses?: readonly string[];
  readonly subject?: X509Subject;
  /** A Go duration; the API server keeps the text as it was written. */
  readonly duration?: string;
  readonly renewBefore?: string;
  readonly renewBeforePercentage?: number;
  readonly usages?: readonly string[];
  readonly revisionHistoryLimit?: number;
  readonly privateKey?: CertificatePrivateKey;
  readonly secretTemplate?: CertificateSecretTemplate;
}

export interface Certificate extends KubeObject {
  readonly kind: 'Certificate';
  readonly spec?: CertificateSpec;
  readonly status?: { readonly conditions?: readonly BaseCondition[] };
}

export const certificates: Resource<Certificate> = {
  group: 'cert-manager.io',
  version: 'v1',
  plural: 'certificates',
  kind: 'Certificate',
  namespaced: true,
};
