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

/** A finding by what follows from it. */
export type FindingKind = Exclude<IssuerFinding['kind'], 'checked'> | AuthorityCheck['kind'];

export const kindOf = (finding: IssuerFinding): FindingKind =>
  finding.kind === 'checked' ? finding.check.kind : finding.kind;

/** How long a Ready=True outlives the first of the checks that fail for reasons which pass by themselves. */
export const graceMs = 15 * 60_000;

export interface StatusDecision {
  readonly status: IssuerStatus;
  readonly ready: boolean;
  /** When to check again; undefined: the usual interval. */
  readonly recheckMs?: number;
}

/** For what somebody has to create or to allow: at first within seconds, then less and less often. */
const soonMs = { shortest: 2_000, longest: 15_000 };
const unknownMs = { shortest: 10_000, longest: 60_000 };
const notReadyRecheckMs = 60_000;

/**
 * The status that follows from a finding. `lastingMs`: for how long, as far as this process knows, each finding has been
 * of this kind; 0 when it is the first.
 */
export function decideStatus(issuer: Issuer, finding: IssuerFinding, nowMs: number, lastingMs: number): StatusDecision {
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
  if (finding.kind === 'missing') return decideMissing(finding.message);
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
      return { status, ready: false, recheckMs: check.credentialsRefused ? soon() : notReadyRecheckMs };
    }
    case 'missing':
      return decideMissing(check.message);
    case 'unknown':
      return decideUnknown(check.reason, check.message);
  }

  function soon({ shortest, longest } = soonMs): number {
    return Math.min(Math.max(lastingMs, shortest), longest);
  }

  function decideMissing(message: string): StatusDecision {
    return { status: notReady('Error', message), ready: false, recheckMs: soon() };
  }

  /** What was seen before stays in the status: it is what a person needs while nothing answers. */
  function decideUnknown(reason: string, message: string): StatusDecision {
    const { identity, certificateAuthority } = issuer.status ?? {};
    // Where the CA was never seen nobody may be there to answer: the checks of many such would keep others from theirs.
    const isKnown = certificateAuthority?.arn !== undefined && certificateAuthority.arn === issuer.spec?.arn;
    const recheckMs = isKnown ? unknownMs.shortest : soon(unknownMs);
    if (isIssuerReady(issuer) && lastingMs < graceMs) return { status: issuer.status ?? {}, ready: true, recheckMs };
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
