import { randomBytes, randomUUID } from 'node:crypto';
import type { Call } from '../service.ts';
import { callerOf, conflict, notFound, requireAllowed, requireOwn, tokenKeyOf } from './access.ts';
import { ARN_PATTERNS } from './arns.ts';
import { requireActiveEndpoint, requireEndpoint } from './endpoint-state.ts';
import { LIMITS, requireRoom } from './limits.ts';
import { cutPage } from './pages.ts';
import { readChoice, readOptionalInteger, readOptionalStructure, readOptionalText, readText } from './read.ts';
import { seconds, type Parameters } from './read.ts';
import { refuse } from '../pca/refuse.ts';
import { requireIssuanceRole } from './roles.ts';
import type { AcmeEndpoint, AcmState, ExternalAccountBinding } from './state.ts';
import { readTags, type Tags } from './tags.ts';

const ROLE = /^arn:aws[a-z-]*:iam::[0-9]{12}:role\/.+$/;
const UNITS_MS = { MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 } as const;
const UNITS = Object.keys(UNITS_MS) as (keyof typeof UNITS_MS)[];

/** CreateAcmeExternalAccountBinding. Throws ServiceError. */
export function createBinding(state: AcmState, call: Call): unknown {
  const { parameters } = call;
  const endpoint = requireActiveEndpoint(state, call);
  const roleArn = readText(parameters, 'RoleArn', { pattern: ROLE, max: 2048 });
  const expiresAfterMs = readExpiration(parameters);
  const tags = readTags(parameters);
  if (tags.size > 0) requireAllowed(state, call, endpoint.arn, 'acm:TagResource');
  requireAllowed(state, call, roleArn, 'iam:PassRole');
  requireIssuanceRole(state, callerOf(call), roleArn);
  const token = readOptionalText(parameters, 'IdempotencyToken');
  const key = token === undefined ? undefined : tokenKeyOf(call, token);
  const known = key === undefined ? undefined : state.idempotency.recall(key, parameters, 'ConflictException');
  const same = known === undefined ? undefined : state.bindings.get(known);
  if (same) return { ExternalAccountBinding: show(same) };
  const others = bindingsOf(state, endpoint.arn).length;
  requireRoom(others, LIMITS.bindingsOfEndpoint, 'external account bindings of this ACME endpoint');
  const binding = newBinding(state, endpoint, { roleArn, tags, expiresAfterMs });
  state.bindings.set(binding.arn, binding);
  if (key !== undefined) state.idempotency.remember(key, parameters, binding.arn);
  return { ExternalAccountBinding: show(binding) };
}

function readExpiration(parameters: Parameters): number | undefined {
  const expiration = readOptionalStructure(parameters, 'Expiration');
  if (!expiration) return undefined;
  const value = readOptionalInteger(expiration, 'Value', 1, 2 ** 31 - 1) ?? refuse('Value', 'Member must not be null');
  return value * UNITS_MS[readChoice(expiration, 'Type', UNITS)];
}

interface Wish {
  readonly roleArn: string;
  readonly tags: Tags;
  readonly expiresAfterMs: number | undefined;
}

function newBinding(
  state: AcmState,
  endpoint: AcmeEndpoint,
  { roleArn, tags, expiresAfterMs }: Wish,
): ExternalAccountBinding {
  const now = state.times.clock.now();
  return {
    arn: `${endpoint.arn}/acme-external-account-binding/${randomUUID()}`,
    endpointArn: endpoint.arn,
    keyId: randomUUID(),
    macKey: randomBytes(32).toString('base64url'),
    ...{ roleArn, tags, createdAt: now, updatedAt: now },
    expiresAt: expiresAfterMs === undefined ? undefined : now + expiresAfterMs,
    revokedAt: undefined,
    lastUsedAt: undefined,
  };
}

function bindingsOf(state: AcmState, endpointArn: string): ExternalAccountBinding[] {
  return [...state.bindings.values()].filter((each) => each.endpointArn === endpointArn);
}

function readBindingArn(call: Call): string {
  return readText(call.parameters, 'AcmeExternalAccountBindingArn', { pattern: ARN_PATTERNS.binding });
}

function requireBinding(state: AcmState, call: Call): ExternalAccountBinding {
  const arn = readBindingArn(call);
  requireOwn(state, call, arn);
  const binding = state.bindings.get(arn);
  if (!binding) throw notFound(arn);
  return binding;
}

/** DescribeAcmeExternalAccountBinding. Throws ServiceError. */
export function describeBinding(state: AcmState, call: Call): unknown {
  return { ExternalAccountBinding: show(requireBinding(state, call)) };
}

/** ListAcmeExternalAccountBindings. Throws ServiceError. */
export function listBindings(state: AcmState, call: Call): unknown {
  const endpoint = requireEndpoint(state, call);
  const rule = { member: 'MaxResults', most: 100, usual: state.settings.pageSize } as const;
  const { entries, next } = cutPage(call.parameters, bindingsOf(state, endpoint.arn), ({ arn }) => arn, rule);
  return { ExternalAccountBindings: entries.map(show), ...next };
}

/** GetAcmeExternalAccountBindingCredentials. Throws ServiceError. */
export function getBindingCredentials(state: AcmState, call: Call): unknown {
  const { keyId, macKey } = requireBinding(state, call);
  return { KeyId: keyId, MacKey: macKey };
}

/** RevokeAcmeExternalAccountBinding: accounts that it registered stay. Throws ServiceError. */
export function revokeBinding(state: AcmState, call: Call): unknown {
  const binding = requireBinding(state, call);
  if (binding.revokedAt !== undefined) throw conflict(`${binding.arn} is revoked already.`);
  binding.revokedAt = state.times.clock.now();
  binding.updatedAt = binding.revokedAt;
  return {};
}

/** DeleteAcmeExternalAccountBinding: one that is not there is deleted already. Throws ServiceError. */
export function deleteBinding(state: AcmState, call: Call): unknown {
  const arn = readBindingArn(call);
  requireOwn(state, call, arn);
  state.bindings.delete(arn);
  return {};
}

function show(binding: ExternalAccountBinding): unknown {
  const { expiresAt, revokedAt, lastUsedAt } = binding;
  return {
    AcmeExternalAccountBindingArn: binding.arn,
    AcmeEndpointArn: binding.endpointArn,
    RoleArn: binding.roleArn,
    ...(expiresAt !== undefined && { ExpiresAt: seconds(expiresAt) }),
    ...(revokedAt !== undefined && { RevokedAt: seconds(revokedAt) }),
    ...(lastUsedAt !== undefined && { LastUsedAt: seconds(lastUsedAt) }),
    CreatedAt: seconds(binding.createdAt),
    UpdatedAt: seconds(binding.updatedAt),
  };
}
