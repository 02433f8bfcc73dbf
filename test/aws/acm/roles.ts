import { ServiceError } from '../errors.ts';
import type { Caller } from '../identities.ts';
import { accessDenied, deniedMessage, EXPLICIT_DENY } from '../policies.ts';
import type { AcmState } from './state.ts';

/** The service principal that a role of an external account binding trusts. */
export const ACME_PRINCIPAL = 'acm-acme.amazonaws.com';

/**
 * ACM takes the role on trial when a binding is made. It must be of the caller's account, because nobody passes another
 * account's role. Throws ServiceError.
 */
export function requireIssuanceRole(state: AcmState, caller: Caller, roleArn: string): void {
  const role = state.identities.findRole(roleArn);
  if (roleArn.split(':')[4] !== caller.account) {
    throw accessDenied(
      caller.arn,
      { action: 'iam:PassRole', resource: roleArn },
      'because the role is of another account',
    );
  }
  if (!role || !isTrusting(role.options.trust)) {
    const message = `ACM cannot assume the role ${roleArn}. It must exist and trust ${ACME_PRINCIPAL} for sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity.`;
    throw new ServiceError('ValidationException', message);
  }
}

const isTrusting = (trust: readonly string[] = []): boolean => trust.includes(ACME_PRINCIPAL);

/** Why the role does not allow `action` for an ACME account; undefined when it does. */
export function refusalOfRole(state: AcmState, roleArn: string, accountId: string, action: string): string | undefined {
  const role = state.identities.findRole(roleArn);
  if (!role || !isTrusting(role.options.trust)) return `ACM cannot assume the role ${roleArn}.`;
  const { account, partition, options } = role;
  const session = `arn:${partition}:sts::${account}:assumed-role/${options.name}/acme-request-${accountId}`;
  const attempt = { action, resource: `arn:${partition}:acm:*:${account}:certificate/*` };
  const isDenied = state.identities.isDeniedTo(roleArn, attempt);
  return isDenied ? deniedMessage(session, attempt, EXPLICIT_DENY) : undefined;
}
