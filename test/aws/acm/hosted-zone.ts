import type { Call } from '../service.ts';
import { callerOf } from './access.ts';
import { parseResourceArn } from './arns.ts';
import type { AcmState, DomainValidation } from './state.ts';
import { failValidation } from './validation-state.ts';

const MESSAGES = {
  ACCESS_DENIED: 'ACM may not change the records of the hosted zone.',
  DOMAIN_MISMATCH: 'The hosted zone is not one of the domain.',
  HOSTED_ZONE_NOT_FOUND: 'The hosted zone does not exist in this account.',
  INVALID_CHANGE_BATCH: 'Route 53 refused the change.',
} as const;

/**
 * Writes the CNAME where a hosted zone is given, with the caller's permission on Route 53 (which principal's ACM takes
 * is not documented). What goes wrong is the validation's failure, not the call's.
 */
export function provisionRecord(state: AcmState, call: Call, validation: DomainValidation): void {
  const { hostedZoneId: zoneId, record } = validation;
  if (zoneId === undefined) return;
  const caller = callerOf(call);
  const resource = `arn:${caller.partition}:route53:::hostedzone/${zoneId}`;
  const isDenied = state.identities.isDenied(caller, { action: 'route53:ChangeResourceRecordSets', resource });
  const { account } = parseResourceArn(validation.arn) ?? caller;
  const refusal = isDenied ? 'ACCESS_DENIED' : state.writeRecord({ zoneId, account, ...record });
  if (refusal) failValidation(validation, refusal, MESSAGES[refusal], state.times.clock.now());
}
