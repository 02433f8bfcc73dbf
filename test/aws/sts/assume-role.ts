import { ServiceError } from '../errors.ts';
import type { Caller, Identities, StoredRole } from '../identities.ts';
import { deniedMessage } from '../policies.ts';
import type { XmlTree } from '../query-protocol.ts';
import type { Call } from '../service.ts';
import type { StsState } from './state.ts';
import { readSessionRequest, type SessionRequest } from './validate.ts';
import { requireWebIdentity } from './web-identity.ts';

const DEFAULT_SECONDS = 3600;
/** A session of a role that assumes another role. */
const CHAINED_SECONDS = 3600;

/** AssumeRole: session credentials for a role that trusts the caller. Throws ServiceError. */
export function assumeRole(state: StsState, call: Call): XmlTree {
  const { caller } = call;
  if (!caller) throw new Error('AssumeRole was not authenticated');
  const request = readSessionRequest(call.parameters);
  const role = state.identities.findRole(request.roleArn);
  const action = { action: 'sts:AssumeRole', resource: request.roleArn };
  const isTrusted = role !== undefined && trusts(role, caller) && hasExternalId(role, request);
  if (!isTrusted || state.identities.isDenied(caller, action)) {
    throw new ServiceError('AccessDenied', deniedMessage(caller.arn, action, '').trimEnd());
  }
  const longest = caller.isSession ? CHAINED_SECONDS : longestOf(role);
  return openSession(state.identities, role, request, requireDuration(request, longest));
}

/** AssumeRoleWithWebIdentity: unsigned; the token is what tells who asks. Throws ServiceError. */
export function assumeRoleWithWebIdentity(state: StsState, call: Call): XmlTree {
  const request = readSessionRequest(call.parameters);
  const token = call.parameters['WebIdentityToken'];
  const role = state.identities.findRole(request.roleArn);
  const trust = role?.options.webIdentity;
  if (!role || !trust)
    throw new ServiceError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  const claims = requireWebIdentity(trust, token, state.times.callersNow());
  const session = openSession(state.identities, role, request, requireDuration(request, longestOf(role)));
  const { subject, issuer, audience } = claims;
  return { ...session, SubjectFromWebIdentityToken: subject, Provider: issuer, Audience: audience };
}

function trusts({ account, partition, options }: StoredRole, caller: Caller): boolean {
  const trusted = options.trust ?? [`arn:${partition}:iam::${account}:root`];
  const accepted = ['*', caller.arn, caller.principal, `arn:${caller.partition}:iam::${caller.account}:root`];
  return trusted.some((principal) => accepted.includes(principal));
}

function hasExternalId({ options }: StoredRole, { externalId }: SessionRequest): boolean {
  return options.externalId === undefined || options.externalId === externalId;
}

const longestOf = ({ options }: StoredRole): number => options.maxSessionSeconds ?? DEFAULT_SECONDS;

function requireDuration({ durationSeconds }: SessionRequest, longest: number): number {
  const seconds = durationSeconds ?? Math.min(DEFAULT_SECONDS, longest);
  if (seconds <= longest) return seconds;
  const message = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  throw new ServiceError('ValidationError', message);
}

function openSession(
  identities: Identities,
  role: StoredRole,
  { sessionName }: SessionRequest,
  seconds: number,
): Readonly<Record<string, XmlTree>> {
  const { account, partition, options, roleId } = role;
  const arn = `arn:${partition}:sts::${account}:assumed-role/${options.name}/${sessionName}`;
  const userId = `${roleId}:${sessionName}`;
  const principal = { arn, account, partition, userId, principal: role.arn, isSession: true };
  const key = identities.addKey(principal, seconds);
  return {
    Credentials: {
      AccessKeyId: key.accessKeyId,
      SecretAccessKey: key.secretAccessKey,
      SessionToken: key.sessionToken ?? '',
      Expiration: new Date(key.expiresAt ?? 0).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: userId, Arn: arn },
    PackedPolicySize: 0,
  };
}
