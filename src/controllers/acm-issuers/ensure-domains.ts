import type { AcmDomainStatus } from '../../api/acm.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { AcmCalls, AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import { AwsError } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import {
  decideDomain,
  dependsOnOwner,
  type DomainAction,
  explainForeign,
  explainForeignZone,
  explainValidation,
  withoutDot,
} from './decide-domain.ts';
import type { DomainRecords, RecordOutcome } from './domain-records.ts';
import { isAwsConflict, isAwsNotFound } from './explain-aws.ts';
import { isObstacle, type Obstacle } from './obstacle.ts';
import { idempotencyToken, isOwn, ownTags } from './own-tags.ts';
import { type DomainPlan, isSameScope } from './plan-domains.ts';

/** What was found of one domain. */
export interface DomainFinding {
  readonly status: AcmDomainStatus;
  /** Why it does not count as validated, without its name. */
  readonly obstacle?: Obstacle;
  /** VALID, and its record could not be asserted: that does not keep ACM from issuing as long as it stands. */
  readonly concern?: Obstacle;
}

export interface DomainQuestion {
  readonly acm: AcmCalls;
  readonly records: DomainRecords;
  readonly issuer: Issuer;
  readonly endpointArn: string;
  /** Whether others may count on the validation of this domain. */
  readonly isShared: (name: string) => boolean;
  readonly nowMs: number;
  readonly explain: (error: AwsError) => Obstacle;
  /** How often each domain was tried since it last was VALID. */
  readonly failures: Map<string, number>;
  /** Domains whose record was written and is not known to be on all name servers. */
  readonly writing: Set<string>;
  readonly asserted: Map<string, AssertedRecord>;
  readonly told: Map<string, ToldAcm>;
}

/** What this process told ACM last of a domain, and ACM took. */
export interface ToldAcm {
  readonly arn: string;
  readonly hostedZoneId: string | undefined;
  /** An update that ACM does not show. */
  readonly unseen?: { readonly change: string; readonly atMs: number };
}

/** A record that stood while others had to wait to be looked at. */
export interface AssertedRecord {
  readonly of: string;
  readonly atMs: number;
  readonly outcome: RecordOutcome;
}

/** By the clock of `nowMs`. */
const assertedMs = 120_000;
/** An update begins the validation anew: one that ACM took and does not show is not sent with every check. */
const sameUpdateMs = 600_000;

export async function listValidations(
  acm: AcmCalls,
  endpointArn: string,
): Promise<ReadonlyMap<string, AcmeDomainValidation>> {
  const found = new Map<string, AcmeDomainValidation>();
  let token: string | undefined;
  do {
    const page = await acm.listAcmeDomainValidations(endpointArn, token);
    for (const validation of page.items) found.set(validation.domain, validation);
    token = page.nextToken;
  } while (token !== undefined);
  return found;
}

/**
 * Brings each domain one step further. All at once: records of a zone are written together. Those that stand are not looked
 * at again while others wait for their turn: with many zones there would always be some that wait.
 */
export async function ensureDomains(
  question: DomainQuestion,
  domains: readonly DomainPlan[],
  validations: ReadonlyMap<string, AcmeDomainValidation>,
): Promise<DomainFinding[]> {
  const waiting = new Set<string>();
  const ensure: DomainRecords['ensure'] = async (place, record) => {
    const outcome = await question.records.ensure(place, record);
    if (outcome.kind === 'pending') waiting.add(record.name);
    return outcome;
  };
  const noting = { ...question, records: { ...question.records, ensure } };
  const findings = await Promise.all(domains.map((plan) => settle(noting, plan, validations.get(plan.name))));
  if (waiting.size === 0) question.asserted.clear();
  return findings;
}

async function settle(
  question: DomainQuestion,
  plan: DomainPlan,
  found: AcmeDomainValidation | undefined,
): Promise<DomainFinding> {
  try {
    return await ensureDomain(question, plan, found);
  } catch (error) {
    const obstacle = toObstacle(question, error);
    if (!obstacle) throw error;
    return { status: describe(plan, found, known(question, plan)), obstacle };
  }
}

function toObstacle({ explain }: DomainQuestion, error: unknown): Obstacle | undefined {
  const reason = 'DomainsValidating';
  if (error instanceof HeldBack) {
    const message = 'It waits its turn within the quota of ACM.';
    return { kind: 'onItsWay', reason, message, afterMs: error.afterMs };
  }
  if (isAwsConflict(error) || isAwsNotFound(error))
    return { kind: 'onItsWay', reason, message: 'Somebody else changes its validation; it is looked at again.' };
  return error instanceof AwsError ? explain(error) : undefined;
}

async function ensureDomain(
  question: DomainQuestion,
  plan: DomainPlan,
  found: AcmeDomainValidation | undefined,
): Promise<DomainFinding> {
  const { nowMs, failures } = question;
  const isShared = question.isShared(plan.name);
  const isDoubtful = found !== undefined && dependsOnOwner(plan, found, isShared);
  const isForeign = isDoubtful && !(await isOwnValidation(question, found));
  const facts = { isShared, isForeign, nowMs, failures: failures.get(plan.name) ?? 0 };
  const action = decideDomain(plan, found, facts);
  const there = await apply(question, plan, found, action);
  if (there?.status === 'VALID') failures.delete(plan.name);
  const written = there?.record && there.status !== 'DELETING' ? await write(question, plan, there.record) : undefined;
  return judge(plan, there, written, { action, known: known(question, plan) });
}

const isOwnValidation = async ({ acm, issuer }: DomainQuestion, { arn }: AcmeDomainValidation): Promise<boolean> =>
  isOwn(await acm.listTagsForResource(arn), issuer);

async function apply(
  question: DomainQuestion,
  plan: DomainPlan,
  found: AcmeDomainValidation | undefined,
  action: DomainAction,
): Promise<AcmeDomainValidation | undefined> {
  const { acm, failures } = question;
  switch (action.kind) {
    case 'create':
      return acm.describeAcmeDomainValidation(await create(question, plan));
    case 'delete':
      if (found) await acm.deleteAcmeDomainValidation(found.arn);
      failures.set(plan.name, (failures.get(plan.name) ?? 0) + 1);
      return undefined;
    case 'replace':
      return found && replace(question, plan, found);
    case 'update':
      return found && update(question, found, action);
    case 'wait':
    case 'leave':
    case 'follow':
      return found;
  }
}

/**
 * Decided once more: by what ACM says of it now, as a list may show what was before, and by what ACM was told, which it may
 * not show.
 */
async function replace(
  { acm, told }: DomainQuestion,
  { name, record }: DomainPlan,
  { arn }: AcmeDomainValidation,
): Promise<AcmeDomainValidation | undefined> {
  const hostedZoneId = record.kind === 'acm' ? record.hostedZoneId : undefined;
  const there = await acm.describeAcmeDomainValidation(arn);
  if (there.status !== 'VALIDATING' || there.hostedZoneId === hostedZoneId) return there;
  const last = told.get(name);
  if (last?.arn === arn && last.hostedZoneId === hostedZoneId)
    return { ...there, ...(hostedZoneId && { hostedZoneId }) };
  try {
    await acm.deleteAcmeDomainValidation(arn);
    return undefined;
  } catch (error) {
    if (isAwsConflict(error)) return there;
    throw error;
  }
}

async function update(
  { acm, told, nowMs }: DomainQuestion,
  found: AcmeDomainValidation,
  { scope, hostedZoneId }: Extract<DomainAction, { kind: 'update' }>,
): Promise<AcmeDomainValidation> {
  const { arn, domain } = found;
  const input = { arn, scope, ...(hostedZoneId === undefined ? {} : { hostedZoneId }) };
  const change = JSON.stringify(input);
  const unseen = told.get(domain)?.unseen;
  if (unseen?.change === change && Math.abs(nowMs - unseen.atMs) < sameUpdateMs) return found;
  await acm.updateAcmeDomainValidation(input);
  const there = await acm.describeAcmeDomainValidation(arn);
  const isSeen = isSameScope(there.scope, scope) && there.hostedZoneId === hostedZoneId;
  told.set(domain, { arn, hostedZoneId, ...(!isSeen && { unseen: { change, atMs: nowMs } }) });
  return there;
}

async function create(
  { acm, issuer, endpointArn, told }: DomainQuestion,
  { name, scope, record }: DomainPlan,
): Promise<string> {
  // One that ACM gave up on must not be what the token finds.
  const predecessor = statusOf(issuer, name)?.arn;
  const zone: { hostedZoneId?: string } = record.kind === 'acm' ? { hostedZoneId: record.hostedZoneId } : {};
  const arn = await acm.createAcmeDomainValidation({
    ...{ endpointArn, domain: name, scope, ...zone, tags: ownTags(issuer) },
    idempotencyToken: idempotencyToken(issuer, 'validation', endpointArn, name, scope, zone, predecessor),
  });
  told.set(name, { arn, hostedZoneId: zone.hostedZoneId });
  return arn;
}

async function write(
  { records, writing, asserted, nowMs }: DomainQuestion,
  { name, record: place }: DomainPlan,
  record: NonNullable<AcmeDomainValidation['record']>,
): Promise<RecordOutcome | undefined> {
  if (place.kind !== 'route53') return undefined;
  const of = JSON.stringify([place, record]);
  const known = asserted.get(name);
  if (known?.of === of && Math.abs(nowMs - known.atMs) < assertedMs) return known.outcome;
  const outcome = await records.ensure(place, { name: withoutDot(record.name), value: withoutDot(record.value) });
  if (outcome.kind === 'inSync') {
    writing.delete(name);
    asserted.set(name, { of, atMs: nowMs, outcome });
  }
  if (outcome.kind !== 'pending') return outcome;
  if (outcome.isWritten) writing.add(name);
  return { ...outcome, isWritten: writing.has(name) };
}

const statusOf = ({ status }: Issuer, name: string): AcmDomainStatus | undefined =>
  status?.acm?.domains?.find((domain) => domain.name === name);

/** What an earlier check saw, and stays in the status. */
interface Known {
  /** Of the validation: where it is gone, its successor is told from it. */
  readonly arn?: string | undefined;
  /** While nobody can look. */
  readonly zone?: string | undefined;
}

function known({ issuer }: DomainQuestion, { name, record }: DomainPlan): Known {
  const { arn, hostedZoneID } = statusOf(issuer, name) ?? {};
  return { arn, zone: record.kind === 'route53' ? hostedZoneID : undefined };
}

function judge(
  plan: DomainPlan,
  there: AcmeDomainValidation | undefined,
  written: RecordOutcome | undefined,
  { action, known: { arn, zone: knownZone } }: { readonly action: DomainAction; readonly known: Known },
): DomainFinding {
  const zone = (written && 'hostedZoneId' in written ? written.hostedZoneId : undefined) ?? knownZone;
  const status = describe(plan, there, { arn, zone });
  const isValid = there?.status === 'VALID';
  if (there && 'foreignZoneId' in action) {
    const message = explainForeignZone(there, action.foreignZoneId);
    const conflict: Obstacle = { kind: 'notReady', reason: 'ZoneConflict', message };
    return isValid ? { status, concern: conflict } : { status, obstacle: conflict };
  }
  if (written && isObstacle(written)) return isValid ? { status, concern: written } : { status, obstacle: written };
  const reason = 'DomainsValidating';
  if (written?.kind === 'pending') {
    const { afterMs, isWritten } = written;
    const message = isWritten
      ? 'Its CNAME was written; the name servers of Route 53 take it over.'
      : 'Its CNAME waits to be written within the quota of Route 53.';
    const pending: Obstacle = { kind: 'onItsWay', reason, message, afterMs };
    // Whether it still stands is not known before it was looked at: until then it does.
    return isValid && !isWritten ? { status, concern: pending } : { status, obstacle: pending };
  }
  if (isValid) return { status };
  const message = there && action.kind === 'leave' ? explainForeign(there) : explainValidation(plan, there);
  if (there?.status !== 'INVALID') return { status, obstacle: { kind: 'onItsWay', reason, message } };
  const afterMs = action.kind === 'wait' ? action.afterMs : undefined;
  return { status, obstacle: { kind: 'notReady', reason: 'DomainsNotValid', message, ...(afterMs && { afterMs }) } };
}

function describe(
  { name, deletionPolicy, record: place }: DomainPlan,
  there: AcmeDomainValidation | undefined,
  known: Known,
): AcmDomainStatus {
  const hostedZoneID = (place.kind === 'byHand' ? undefined : place.hostedZoneId) ?? known.zone;
  const arn = there?.arn ?? known.arn;
  return {
    name,
    status: there?.status ?? 'Missing',
    ...(arn !== undefined && { arn }),
    ...(hostedZoneID === undefined ? {} : { hostedZoneID }),
    ...(there?.record && { recordName: withoutDot(there.record.name), recordValue: withoutDot(there.record.value) }),
    ...(there?.failure && { reason: there.failure.reason }),
    ...(deletionPolicy === 'Delete' && { deletionPolicy }),
  };
}
