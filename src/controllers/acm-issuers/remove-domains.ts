import type { AcmDomainStatus } from '../../api/acm.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { AcmCalls, AcmeDomainValidation } from '../../aws/acm/acm-calls.ts';
import { AwsError } from '../../aws/errors.ts';
import { withoutDot } from './decide-domain.ts';
import type { DomainRecords, RecordPlace, ValidationRecord } from './domain-records.ts';
import { isAwsConflict, isAwsNotFound } from './explain-aws.ts';
import type { Obstacle } from './obstacle.ts';
import { isOwn } from './own-tags.ts';
import type { AtAcmPlan } from './plan-acm-issuer.ts';
import type { Leftover } from './summarise.ts';

export interface Removal {
  readonly acm: AcmCalls;
  readonly records: DomainRecords;
  readonly issuer: Issuer;
  readonly plan: AtAcmPlan;
  readonly endpointArn: string;
  readonly listIssuers: () => readonly Issuer[];
}

/** Removes validation and record of each; what could not be removed yet stays in the status, where it is tried again. */
export async function removeLeavingDomains(
  removal: Removal,
  leaving: readonly AcmDomainStatus[],
  validations: ReadonlyMap<string, AcmeDomainValidation>,
  explain: (error: AwsError) => Obstacle,
): Promise<Leftover[]> {
  const settled = await Promise.all(
    leaving.map(async (status): Promise<Leftover[]> => {
      const obstacle = await removeDomain(removal, status, validations.get(status.name)).catch((error: unknown) => {
        // Who leaves must not keep those who stay from being served.
        if (error instanceof AwsError) return explain(error);
        throw error;
      });
      return obstacle ? [{ status, obstacle }] : [];
    }),
  );
  return settled.flat();
}

/**
 * The record first: who finds the validation again finds its record there. But one that ACM is just validating goes before
 * its record, where the status tells that: ACM may refuse, and without its record it would be busy for days. Neither is touched
 * where another issuer counts on it, or where it was made for somebody else.
 */
export async function removeDomain(
  removal: Removal,
  status: AcmDomainStatus,
  validation: AcmeDomainValidation | undefined,
): Promise<Obstacle | undefined> {
  const { acm, issuer } = removal;
  if (isUsedByAnother(removal, status.name)) return undefined;
  if (validation && !(await isOwnValidation(acm, issuer, validation.arn))) return undefined;
  const known = recordOf(removal, status);
  const goesFirst = validation?.status === 'VALIDATING' && known !== undefined;
  if (goesFirst) {
    const refusal = await remove(acm, validation.arn);
    if (refusal) return refusal;
  }
  const record = plain(validation?.record) ?? known;
  const place = placeOf(removal, status);
  const obstacle = record && place ? await removal.records.remove(place, record) : undefined;
  if (obstacle) return obstacle;
  const isLeft = validation !== undefined && validation.status !== 'DELETING' && !goesFirst;
  return isLeft ? remove(acm, validation.arn) : undefined;
}

const busyMs = 60_000;

async function remove(acm: AcmCalls, arn: string): Promise<Obstacle | undefined> {
  try {
    await acm.deleteAcmeDomainValidation(arn);
    return undefined;
  } catch (error) {
    if (isAwsNotFound(error)) return undefined;
    if (!isAwsConflict(error)) throw error;
    const message = `ACM is busy with its validation ${arn}, which is deleted as soon as it is not.`;
    return { kind: 'onItsWay', reason: 'Deleting', message, afterMs: busyMs };
  }
}

async function isOwnValidation(acm: AcmCalls, issuer: Issuer, arn: string): Promise<boolean> {
  try {
    return isOwn(await acm.listTagsForResource(arn), issuer);
  } catch (error) {
    if (isAwsNotFound(error)) return false;
    throw error;
  }
}

const plain = (record: AcmeDomainValidation['record']): ValidationRecord | undefined =>
  record && { name: withoutDot(record.name), value: withoutDot(record.value) };

/** As it was seen last. That of another endpoint, which the issuer has left too, may still be what others there count on. */
function recordOf({ endpointArn }: Removal, { arn, recordName: name, recordValue: value }: AcmDomainStatus) {
  const isOfAnother = arn !== undefined && !arn.startsWith(`${endpointArn}/`);
  return name === undefined || value === undefined || isOfAnother ? undefined : { name, value };
}

/** Whether another issuer asks for the domain at the same endpoint. */
export function isUsedByAnother(
  { issuer, endpointArn, listIssuers }: Pick<Removal, 'issuer' | 'endpointArn' | 'listIssuers'>,
  name: string,
): boolean {
  return listIssuers().some(({ metadata, spec, status }) => {
    if (metadata.uid === issuer.metadata.uid || metadata.deletionTimestamp !== undefined || !spec?.acm) return false;
    const isThere = spec.acm.endpoint.arn === endpointArn || status?.acm?.endpoint?.arn === endpointArn;
    return isThere && (spec.acm.domains ?? []).some((domain) => domain.name === name);
  });
}

/**
 * How its zone is reached: as the spec says; for a domain that has left it, as another one of the same zone, or else as the
 * issuer itself. Undefined: no zone of Route 53 holds its record, as far as is known.
 */
function placeOf({ plan }: Removal, { name, hostedZoneID }: AcmDomainStatus): RecordPlace | undefined {
  const own = plan.domains.find((domain) => domain.name === name)?.record;
  if (own?.kind === 'route53') return own;
  if (own?.kind === 'byHand') return undefined;
  // ACM wrote it as the issuer's own identity, and does not say that it takes it away.
  if (own) return { identity: plan.identity, hostedZoneId: own.hostedZoneId };
  if (hostedZoneID === undefined) return undefined;
  const neighbour = plan.domains
    .map(({ record }) => record)
    .find((record) => record.kind === 'route53' && record.hostedZoneId === hostedZoneID);
  const identity = neighbour?.kind === 'route53' ? neighbour.identity : plan.identity;
  return { identity, hostedZoneId: hostedZoneID };
}
