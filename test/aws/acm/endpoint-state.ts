import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { conflict, notFound, requireOwn } from './access.ts';
import { ARN_PATTERNS, endpointArnOf } from './arns.ts';
import { readText } from './read.ts';
import type { AcmeEndpoint, AcmState, EndpointStatus } from './state.ts';

/** What an endpoint is now; undefined once it is gone. */
export function endpointStatus(endpoint: AcmeEndpoint, now: number): EndpointStatus | undefined {
  if (endpoint.goneAt !== undefined) return now < endpoint.goneAt ? 'DELETING' : undefined;
  if (endpoint.failureReason !== undefined) return 'FAILED';
  return now < endpoint.activeAt ? 'CREATING' : 'ACTIVE';
}

export function findEndpoint(state: AcmState, arn: string): AcmeEndpoint | undefined {
  const endpoint = state.endpoints.get(arn);
  return endpoint && endpointStatus(endpoint, state.times.clock.now()) !== undefined ? endpoint : undefined;
}

/** The endpoint that `AcmeEndpointArn` names, if the caller may do this with it. Throws ServiceError. */
export function requireEndpoint(state: AcmState, call: Call): AcmeEndpoint {
  const arn = readText(call.parameters, 'AcmeEndpointArn', { pattern: ARN_PATTERNS.endpoint, max: 200 });
  requireOwn(state, call, arn);
  const endpoint = findEndpoint(state, arn);
  if (!endpoint) throw notFound(arn);
  return endpoint;
}

/** The same for operations that need it to be ACTIVE. */
export function requireActiveEndpoint(state: AcmState, call: Call): AcmeEndpoint {
  const endpoint = requireEndpoint(state, call);
  const status = endpointStatus(endpoint, state.times.clock.now());
  if (status !== 'ACTIVE') throw conflict(`The ACME endpoint ${endpoint.arn} is ${status ?? 'gone'}, not ACTIVE.`);
  return endpoint;
}

/** Deletes an endpoint with all that belongs to it; its URL is unknown at once. */
export function removeEndpoint(state: AcmState, endpoint: AcmeEndpoint): void {
  endpoint.goneAt ??= state.times.clock.now() + state.settings.deletingTimeMs;
  for (const { arn } of [...state.validations.values()].filter(isOf)) state.validations.delete(arn);
  for (const { arn } of [...state.bindings.values()].filter(isOf)) state.bindings.delete(arn);
  for (const { id } of [...state.accounts.values()].filter(isOf)) state.accounts.delete(id);
  function isOf({ endpointArn }: { readonly endpointArn: string }): boolean {
    return endpointArn === endpoint.arn;
  }
}

/** The endpoint that a validation's or a binding's ARN begins with; for those that must not outlive it. */
export function ownerOf(state: AcmState, arn: string): AcmeEndpoint {
  const endpoint = findEndpoint(state, endpointArnOf(arn));
  if (!endpoint) throw new ServiceError('ResourceNotFoundException', `Could not find ${arn}.`);
  return endpoint;
}
