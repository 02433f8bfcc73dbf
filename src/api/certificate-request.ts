import type { KubeObject, Resource } from '../kube/objects.ts';
import type { BaseCondition } from './conditions.ts';
import { findCondition, hasCondition } from './conditions.ts';

/** cert-manager.io/v1 CertificateRequestCondition: knows no generation. */
export type CertificateRequestCondition = BaseCondition;

/** https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateRequestSpec */
export interface CertificateRequestSpec {
  /** Base64 of a PEM CSR. */
  readonly request: string;
  readonly issuerRef: IssuerRef;
  /** A Go duration such as `2160h0m0s`. Absent: the issuer's default. */
  readonly duration?: string;
  readonly isCA?: boolean;
  /** Key usages in cert-manager's words (`digital signature`, `server auth`). */
  readonly usages?: readonly string[];
  /** Who asked, as the webhook of cert-manager recorded it. */
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Absent and empty mean cert-manager's own: kind `Issuer`, group `cert-manager.io`. */
export interface IssuerRef {
  readonly name: string;
  readonly kind?: string;
  readonly group?: string;
}

export interface CertificateRequestStatus {
  readonly conditions?: readonly CertificateRequestCondition[];
  /** Base64 of PEM: the leaf, then the intermediates. */
  readonly certificate?: string;
  /** Base64 of PEM. */
  readonly ca?: string;
  /** RFC 3339. Stands beside every terminal failure. */
  readonly failureTime?: string;
}

export interface CertificateRequest extends KubeObject {
  readonly kind: 'CertificateRequest';
  /** The schema does not require it; only cert-manager's webhook, which may be switched off, does. */
  readonly spec?: CertificateRequestSpec;
  readonly status?: CertificateRequestStatus;
}

export const certificateRequests: Resource<CertificateRequest> = {
  group: 'cert-manager.io',
  version: 'v1',
  plural: 'certificaterequests',
  kind: 'CertificateRequest',
  namespaced: true,
};

/** A request that asks for something, as nearly all do. */
export type SpecifiedRequest = CertificateRequest & { readonly spec: CertificateRequestSpec };

export function hasSpec(request: CertificateRequest): request is SpecifiedRequest {
  return request.spec !== undefined;
}

const isTrue = (request: CertificateRequest, type: string): boolean =>
  hasCondition(request.status?.conditions, { type, status: 'True' });

export const isApproved = (request: CertificateRequest): boolean => isTrue(request, 'Approved');
export const isDenied = (request: CertificateRequest): boolean => isTrue(request, 'Denied');
export const isInvalid = (request: CertificateRequest): boolean => isTrue(request, 'InvalidRequest');

/** When the request was approved, RFC 3339; undefined while it is not, or when the approver left the time out. */
export function approvedAt(request: CertificateRequest): string | undefined {
  return isApproved(request) ? findCondition(request.status?.conditions, 'Approved')?.lastTransitionTime : undefined;
}

export function readyCondition(request: CertificateRequest): CertificateRequestCondition | undefined {
  return findCondition(request.status?.conditions, 'Ready');
}

export function hasCertificate(request: CertificateRequest): boolean {
  return (request.status?.certificate ?? '') !== '';
}

const finalReasons: readonly (string | undefined)[] = ['Issued', 'Failed', 'Denied'];

/**
 * True when the request has its last word. cert-manager reads only the reason of the Ready condition, not its status,
 * so either is enough. A certificate without a Ready condition is no last word.
 */
export function isFinished(request: CertificateRequest): boolean {
  const ready = readyCondition(request);
  return ready !== undefined && (ready.status === 'True' || finalReasons.includes(ready.reason));
}
