import type { AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import { covers, type DomainPlan, type DomainScope, isSameScope, union } from './plan-domains.ts';

/** What is done at ACM for a domain. */
export type DomainAction =
  | { readonly kind: 'create' }
  /** ACM has given up on it, which it does not take back: it is deleted, and the next check creates another one. */
  | { readonly kind: 'delete' }
  /** ACM looks for a record that nobody may ever write, and lets nobody change that: another one is made instead. */
  | { readonly kind: 'replace' }
  /** ACM has given up, and it was tried again not long ago. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** ACM has given up on what somebody else made. */
  | { readonly kind: 'leave' }
  | {
      readonly kind: 'update';
      readonly scope: DomainScope;
      readonly hostedZoneId?: string;
      readonly foreignZoneId?: string;
    }
  /** `foreignZoneId`: where ACM writes the record for somebody else, who says another zone than this issuer. */
  | { readonly kind: 'follow'; readonly foreignZoneId?: string };

export interface DomainFacts {
  /** The endpoint may serve others too: scopes are added and never taken away, so that two issuers do not fight. */
  readonly isShared: boolean;
  /** It was made for somebody else, who may still want it as it is: only asked where `dependsOnOwner` says so. */
  readonly isForeign: boolean;
  readonly nowMs: number;
  /** How often it was tried since it last was VALID, as far as this process knows. */
  readonly failures: number;
}

/** Whether it matters whose validation it is. */
export function dependsOnOwner(plan: DomainPlan, there: AcmeDomainValidation, isShared: boolean): boolean {
  const isOtherZone = there.hostedZoneId !== zoneOf(plan, there);
  const isZoneAtStake = isOtherZone && (there.hostedZoneId !== undefined || there.status === 'VALIDATING');
  return isShared && (there.status === 'INVALID' || isZoneAtStake);
}

const zoneOf = ({ record }: DomainPlan, there: AcmeDomainValidation): string | undefined =>
  record.kind === 'acm' ? record.hostedZoneId : there.hostedZoneId;

const shortestMs = 60_000;
const longestMs = 3_600_000;

/** How long ACM's last word stands before it is asked again: a minute, then twice as long each time, up to an hour. */
export const retryAfterMs = (failures: number): number => Math.min(shortestMs * 2 ** Math.min(failures, 10), longestMs);

export function decideDomain(
  plan: DomainPlan,
  there: AcmeDomainValidation | undefined,
  { isShared, isForeign, nowMs, failures }: DomainFacts,
): DomainAction {
  if (!there) return { kind: 'create' };
  if (there.status === 'DELETING') return { kind: 'follow' };
  if (there.status === 'INVALID') {
    if (isForeign) return { kind: 'leave' };
    const sinceMs = (there.updatedAt ?? there.createdAt)?.getTime() ?? nowMs;
    // A clock that is wrong must not make it wait for ever.
    const passedMs = Math.max(0, nowMs - sinceMs);
    const afterMs = retryAfterMs(failures) - passedMs;
    return afterMs > 0 ? { kind: 'wait', afterMs } : { kind: 'delete' };
  }
  return decideUpdate(plan, there, isShared, isForeign);
}

function decideUpdate(
  plan: DomainPlan,
  there: AcmeDomainValidation,
  isShared: boolean,
  isForeign: boolean,
): DomainAction {
  const scope = isShared ? union(plan.scope, there.scope) : plan.scope;
  const isScopeRight = isShared ? covers(there.scope, plan.scope) : isSameScope(there.scope, plan.scope);
  const wantedZoneId = zoneOf(plan, there);
  // Two issuers that say different zones must not take it from each other by turns.
  const isZoneForeign = isForeign && there.hostedZoneId !== undefined && there.hostedZoneId !== wantedZoneId;
  const hostedZoneId = isZoneForeign ? there.hostedZoneId : wantedZoneId;
  const foreign = isZoneForeign ? { foreignZoneId: there.hostedZoneId } : {};
  const isZoneRight = hostedZoneId === there.hostedZoneId;
  if (isScopeRight && isZoneRight) return { kind: 'follow', ...foreign };
  // ACM refuses to change what it is validating: https://github.com/aws-controllers-k8s/acm-controller/pull/113
  if (there.status === 'VALIDATING')
    return isZoneRight || isForeign ? { kind: 'follow', ...foreign } : { kind: 'replace' };
  return { kind: 'update', scope, ...(hostedZoneId === undefined ? {} : { hostedZoneId }), ...foreign };
}

/** Of one whose record ACM writes into another zone, for somebody else. */
export const explainForeignZone = ({ arn }: AcmeDomainValidation, zoneId: string): string =>
  `ACM writes its record into hosted zone ${zoneId}, as somebody else wanted it whose validation ${arn} is. Set ` +
  'dns01.route53.hostedZoneID to that zone too, or delete the validation at ACM once nobody else counts on it.';

/** What a person does about ACM's reason: https://docs.aws.amazon.com/acm/latest/APIReference/API_FailureDetails.html */
const remedies: Readonly<Record<string, string>> = {
  ACCESS_DENIED:
    "ACM may not write to the hosted zone. Allow the issuer's identity route53:ChangeResourceRecordSets on it, or leave managedByACM out.",
  CAA_ERROR: 'Let the CAA records of the domain allow amazon.com, or have none.',
  DOMAIN_MISMATCH:
    'The CNAME has another value than ACM gave, or the hosted zone is not one of the domain. Correct the record, or hostedZoneID.',
  DOMAIN_NOT_ALLOWED: 'AWS gives no certificates for this domain; ask AWS Support.',
  ENDPOINT_NOT_ACTIVE: 'The endpoint has to be ACTIVE first.',
  HOSTED_ZONE_NOT_FOUND:
    'The hosted zone is not in the account of the endpoint. Correct hostedZoneID, or leave managedByACM out.',
  INVALID_CHANGE_BATCH: 'Another record is in the way of the CNAME in the hosted zone. Remove it.',
  INVALID_PUBLIC_DOMAIN: 'The domain is not one below a public suffix. Correct its name.',
  TIMED_OUT:
    'ACM did not see the CNAME for 72 hours: compare the name servers that the domain is delegated to with those of its zone.',
};

const again = 'It is tried again.';
const create = 'Create it in the DNS of the domain, for as long as certificates are wanted.';

const theRecord = ({ record }: AcmeDomainValidation): string =>
  record ? `CNAME ${withoutDot(record.name)} with the value ${withoutDot(record.value)}` : 'CNAME';

export const withoutDot = (name: string): string => name.replace(/\.$/, '');

/** What ACM says of a domain that is not VALID, and what to do. */
export function explainValidation(plan: DomainPlan, there: AcmeDomainValidation | undefined): string {
  if (!there) return 'ACM is asked to validate it.';
  const { status } = there;
  switch (status) {
    case 'VALIDATING':
      return explainValidating(plan, there);
    case 'DELETING':
      return 'ACM deletes its validation; it is created again.';
    case 'INVALID':
      return explainFailure(there, plan.record.kind === 'byHand' ? `${whatIsWanted(there)}${again}` : again);
    default:
      return `ACM says ${status} of its validation.`;
  }
}

/** Of a record that a person writes. */
const whatIsWanted = (there: AcmeDomainValidation): string =>
  there.record ? `It wants the ${theRecord(there)}. ${create} ` : '';

function explainFailure({ failure }: AcmeDomainValidation, next: string): string {
  const { reason = 'no reason given', message } = failure ?? {};
  const said = message === undefined ? reason : `${reason}: ${message}`;
  return [`ACM could not validate it (${said}).`, remedies[reason], next].filter(Boolean).join(' ');
}

/** Of one that this issuer did not make, and therefore does not make anew. */
export const explainForeign = (there: AcmeDomainValidation): string =>
  explainFailure(
    there,
    `Its validation ${there.arn} was not made for this issuer, which leaves it alone: delete it at ACM once nobody else ` +
      'counts on it, and another one is made.',
  );

function explainValidating({ record }: DomainPlan, there: AcmeDomainValidation): string {
  if (!there.record) return 'ACM does not tell its record yet.';
  switch (record.kind) {
    case 'byHand':
      return `ACM waits for the ${theRecord(there)}. ${create}`;
    case 'acm':
      if (record.hostedZoneId !== there.hostedZoneId)
        return (
          `ACM waits for the ${theRecord(there)}, and can be told of hosted zone ${record.hostedZoneId} when that is over. ` +
          'Create the record, or delete the validation at ACM.'
        );
      return `ACM writes the ${theRecord(there)} into hosted zone ${record.hostedZoneId} and looks for it.`;
    case 'route53':
      return `ACM looks for the ${theRecord(there)}, which is written.`;
  }
}

/** Of several, each by its name; the rest is in the status. */
export function listDomains(problems: readonly { readonly name: string; readonly message: string }[]): string {
  const shown = problems.slice(0, longestList).map(({ name, message }) => `${name}: ${message}`);
  const more = problems.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more: see status.acm.domains.`] : [])].join(' ');
}

const longestList = 10;
