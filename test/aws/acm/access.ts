import { ServiceError } from '../errors.ts';
import type { Caller } from '../identities.ts';
import { accessDenied, EXPLICIT_DENY } from '../policies.ts';
import type { Call } from '../service.ts';
import { parseResourceArn } from './arns.ts';
import type { AcmState } from './state.ts';

export function callerOf(call: Call): Caller {
  if (!call.caller) throw new Error(`${call.operation} was not authenticated`);
  return call.caller;
}

/** Throws AccessDeniedException where a denial hits. Default: the call's own action. */
export function requireAllowed(state: AcmState, call: Call, resource: string, name = `acm:${call.operation}`): void {
  const caller = callerOf(call);
  const action = { action: name, resource };
  if (state.identities.isDenied(caller, action)) throw accessDenied(caller.arn, action, EXPLICIT_DENY);
}

/** The same for a thing with an ARN, which must be in the caller's account and in this Region. */
export function requireOwn(state: AcmState, call: Call, arn: string): void {
  requireAllowed(state, call, arn);
  const parsed = parseResourceArn(arn);
  const caller = callerOf(call);
  if (parsed?.account !== caller.account) {
    const action = { action: `acm:${call.operation}`, resource: arn };
    throw accessDenied(caller.arn, action, `because no resource-based policy allows the ${action.action} action`);
  }
  if (parsed.region !== call.region) throw notFound(arn);
}

export function notFound(arn: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Could not find ${arn}.`);
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ConflictException', message);
}

/** The key under which a caller's idempotency token is kept. */
export function tokenKeyOf(call: Call, token: string): string {
  return JSON.stringify([callerOf(call).account, call.region, call.operation, token]);
}
