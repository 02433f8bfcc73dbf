import { ServiceError } from '../errors.ts';
import type { Caller } from '../identities.ts';
import { deniedMessage, EXPLICIT_DENY } from '../policies.ts';
import type { Call } from '../service.ts';
import type { HostedZone, Route53State } from './state.ts';

export function callerOf(call: Call): Caller {
  if (!call.caller) throw new Error(`${call.operation} was not authenticated`);
  return call.caller;
}

/** Refuses what a policy denies the caller. `resource`: the end of an ARN (`hostedzone/Z1`), or `*`. */
export function requireAllowed(state: Route53State, call: Call, resource: string): void {
  const caller = callerOf(call);
  const arn = resource === '*' ? resource : `arn:${caller.partition}:route53:::${resource}`;
  const action = { action: `route53:${call.operation}`, resource: arn };
  if (!state.identities.isDenied(caller, action)) return;
  throw new ServiceError('AccessDenied', deniedMessage(caller.arn, action, EXPLICIT_DENY));
}

/** The zone that the call is about. Throws ServiceError, also for a zone of another account: zones cannot be shared. */
export function requireZone(state: Route53State, call: Call): HostedZone {
  const id = String(call.parameters['HostedZoneId']);
  requireAllowed(state, call, `hostedzone/${id}`);
  const zone = state.zones.get(id);
  if (!zone) throw new ServiceError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`);
  const { arn, account } = callerOf(call);
  if (zone.account === account) return zone;
  throw new ServiceError('AccessDenied', `User: ${arn} is not authorized to access this resource`);
}
