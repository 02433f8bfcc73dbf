import type { CertificateAuthorityStatus, Issuer, IssuerIdentity, IssuerStatus } from '../../api/awspca.ts';
import { type Condition, findCondition, withTransitionTime } from '../../api/conditions.ts';
import { formatInstant } from '../../api/instants.ts';
import { isIssuerReady } from '../../api/issuer-readiness.ts';
import type { CertificateAuthority } from '../../aws/clients.ts';
import type { AuthorityCheck } from '../../signers/pca/check-authority.ts';

/** What a check of an issuer found. */
export type IssuerFinding =
  | { readonly kind: 'invalid'; readonly reason: string; readonly message: string }
  | { readonly kind: 'missing'; readonly message: string }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'checked'; readonly check: AuthorityCheck; readonly source: string };

/** How long a Ready=True outlives the first of the checks that fail for reasons which pass by themselves. */
export const graceMs = 15 * 60_000;

export interface StatusDecision {
  readonly status: IssuerStatus;
  readonly ready: boolean;
  /** When to check again; undefined: the usual interval. */
  readonly recheckMs?: number;
}

const missingRecheckMs = 15_000;
const unknownRecheckMs = 10_000;
const notReadyRecheckMs = 60_000;

/**
 * The status that follows from a finding. `failingForMs`: since when, as far as this process knows, no check could find
 * out anything; 0 when this is the first.
 */
export function decideStatus(
  issuer: Issuer,
  finding: IssuerFinding,
  nowMs: number,
  failingForMs: number,
): StatusDecision {
  const condition = (status: 'True' | 'False', reason: string, message: string): Condition =>
    withTransitionTime<Condition>(
      findCondition(issuer.status?.conditions, 'Ready'),
      { type: 'Ready', status, reason, message, observedGeneration: issuer.metadata.generation ?? 0 },
      nowMs,
    );
  const notReady = (reason: string, message: string, rest: Partial<IssuerStatus> = {}): IssuerStatus => ({
    conditions: [condition('False', reason, message)],
    ...rest,
  });

  if (finding.kind === 'invalid') return { status: notReady(finding.reason, finding.message), ready: false };
  if (finding.kind === 'missing') {
    return { status: notReady('Error', finding.message), ready: false, recheckMs: missingRecheckMs };
  }
  if (finding.kind === 'unknown') return decideUnknown('Unreachable', finding.message);
  const { check, source } = finding;
  switch (check.kind) {
    case 'ready':
      return {
        status: { conditions: [condition('True', 'Verified', 'Issuer verified')], ...describe(check, source) },
        ready: true,
      };
    case 'notReady': {
      const status = notReady(check.code, check.message, describe(check, source));
      return { status, ready: false, recheckMs: check.credentialsRefused ? missingRecheckMs : notReadyRecheckMs };
    }
    case 'unknown':
      return decideUnknown(check.reason, check.message);
  }

  /** What was seen before stays in the status: it is what a person needs while nothing answers. */
  function decideUnknown(reason: string, message: string): StatusDecision {
    const { identity, certificateAuthority } = issuer.status ?? {};
    const recheckMs = unknownRecheckMs;
    if (isIssuerReady(issuer) && failingForMs < graceMs) return { status: issuer.status ?? {}, ready: true, recheckMs };
    const seen = { ...(identity && { identity }), ...(certificateAuthority && { certificateAuthority }) };
    return { status: notReady(reason, message, seen), ready: false, recheckMs };
  }
}

function describe(
  check: { readonly identity?: { arn: string; account: string }; readonly authority?: CertificateAuthority },
  source: string,
): Pick<IssuerStatus, 'identity' | 'certificateAuthority'> {
  const identity: IssuerIdentity | undefined = check.identity && { ...check.identity, source };
  const certificateAuthority = check.authority && toStatus(check.authority);
  return { ...(identity ? { identity } : {}), ...(certificateAuthority ? { certificateAuthority } : {}) };
}

function toStatus(authority: CertificateAuthority): CertificateAuthorityStatus {
  const { arn, type, status, keyAlgorithm, signingAlgorithm, usageMode, notAfter, subject } = authority;
  return {
    ...{ arn, type, status, keyAlgorithm, signingAlgorithm, usageMode },
    subject: subject ?? arn.slice(arn.lastIndexOf('/') + 1),
    ...(notAfter ? { notAfter: formatInstant(notAfter.getTime()) } : {}),
  };
}
