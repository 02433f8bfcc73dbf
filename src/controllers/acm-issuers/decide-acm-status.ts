import type { AcmStatus } from '../../api/acm.ts';
import type { Issuer, IssuerIdentity, IssuerStatus } from '../../api/awspca.ts';
import { type Condition, findCondition, withTransitionTime } from '../../api/conditions.ts';
import { isIssuerReady } from '../../api/issuer-readiness.ts';
import { graceMs, type StatusDecision } from '../issuers/decide-status.ts';
import type { Obstacle } from './obstacle.ts';

/** What a check of an issuer of public certificates found. */
export interface AcmFinding {
  /** Why it cannot sign; undefined: it can. */
  readonly obstacle?: Obstacle | { readonly kind: 'invalid'; readonly reason: string; readonly message: string };
  /** What a person should know of one that can sign: whole sentences. */
  readonly concern?: string;
  /** When to look again, where that is sooner than usual. */
  readonly afterMs?: number;
  /** As far as it was found out; what was not stays as it is in the status. */
  readonly seen: AcmStatus;
  readonly identity?: IssuerIdentity;
}

/**
 * Findings that are the same to whoever waits for another one. All that could not be found out is: what keeps a Ready=True for
 * a while must not begin anew whenever the network fails in another way.
 */
export function kindOfFinding({ obstacle }: AcmFinding): string {
  if (obstacle === undefined) return 'ready';
  const { kind, reason, message } = obstacle;
  return kind === 'unknown' ? kind : `${kind} ${reason} ${message}`;
}

const soonMs = { shortest: 2_000, longest: 15_000 };
const onItsWayMs = { shortest: 1_000, longest: 60_000 };
const unknownRecheckMs = 10_000;
const notReadyRecheckMs = 60_000;

const between = (value: number, { shortest, longest }: typeof soonMs): number =>
  Math.min(Math.max(value, shortest), longest);

/**
 * The status that follows from a finding. `lastingMs`: for how long, as far as this process knows, each check found the same;
 * 0 when it is the first.
 */
export function decideAcmStatus(issuer: Issuer, finding: AcmFinding, nowMs: number, lastingMs: number): StatusDecision {
  const { obstacle, concern, afterMs } = finding;
  const status = (state: 'True' | 'False', reason: string, message: string): IssuerStatus => ({
    conditions: [
      withTransitionTime<Condition>(
        findCondition(issuer.status?.conditions, 'Ready'),
        { type: 'Ready', status: state, reason, message, observedGeneration: issuer.metadata.generation ?? 0 },
        nowMs,
      ),
    ],
    ...describe(issuer, finding),
  });
  if (!obstacle) {
    const message = ['Issuer verified', ...(concern === undefined ? [] : [concern])].join('. ');
    return {
      status: status('True', 'Verified', message),
      ready: true,
      ...(afterMs !== undefined && { recheckMs: afterMs }),
    };
  }
  const notReady = { status: status('False', obstacle.reason, obstacle.message), ready: false };
  switch (obstacle.kind) {
    case 'invalid':
      return notReady;
    case 'unknown': {
      const recheckMs = obstacle.afterMs ?? unknownRecheckMs;
      // What was seen before stays: it is what a person needs while nothing answers.
      const isKept = isIssuerReady(issuer) && lastingMs < graceMs;
      return isKept ? { status: issuer.status ?? {}, ready: true, recheckMs } : { ...notReady, recheckMs };
    }
    case 'missing':
      return { ...notReady, recheckMs: between(lastingMs, soonMs) };
    case 'notReady':
      return { ...notReady, recheckMs: notReadyAgainMs(obstacle, lastingMs) };
    case 'onItsWay':
      return { ...notReady, recheckMs: obstacle.afterMs ?? between(lastingMs / 4, onItsWayMs) };
  }
}

function notReadyAgainMs({ credentialsRefused, afterMs = notReadyRecheckMs }: Obstacle, lastingMs: number): number {
  return credentialsRefused ? between(lastingMs, soonMs) : Math.min(afterMs, notReadyRecheckMs);
}

function describe(issuer: Issuer, { seen, identity }: AcmFinding): Pick<IssuerStatus, 'identity' | 'acm'> {
  const known = issuer.status?.identity;
  const acm = { ...issuer.status?.acm, ...seen };
  return {
    ...((identity ?? known) ? { identity: identity ?? known ?? {} } : {}),
    ...(Object.keys(acm).length > 0 && { acm }),
  };
}
