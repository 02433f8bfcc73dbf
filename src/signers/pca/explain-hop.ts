import { errorRow } from '../../aws/consequences.ts';
import type { AwsError, CredentialHop } from '../../aws/errors.ts';

/** The ServiceAccount whose token is exchanged for the first role. */
export interface TokenOwner {
  readonly namespace: string;
  readonly name: string;
  readonly audiences: readonly string[];
}

/**
 * What is wrong with a role on the way to the credentials, and who has to do what. `roles`: those of the issuer, in order;
 * `field`: where the first of them is written.
 */
export function explainHop(
  error: AwsError,
  hop: CredentialHop,
  roles: readonly string[],
  tokenOwner: TokenOwner | undefined,
  field = 'spec.role',
): string {
  const { consequence, code, detail } = error;
  const said = `${code}: ${detail}`;
  const isExchange = hop.operation === 'AssumeRoleWithWebIdentity';
  const role = `role ${hop.role} (${placeOf(hop, roles, tokenOwner, field)})`;
  const tried = isExchange ? 'unable to assume role with web identity' : 'unable to assume role';
  if (consequence === 'denied' && code.startsWith('AccessDenied')) {
    const why = isExchange ? explainTrust(role, said, tokenOwner) : explainChain(role, said, hop, roles);
    return `${tried}: ${why}`;
  }
  if (consequence !== 'credentials')
    return [`${tried}: AWS refuses ${role} (${said}).`, errorRow(code)?.remedy].filter(Boolean).join(' ');
  if (!isExchange) {
    return `${tried}: AWS does not accept the credentials that are to assume ${role} (${said}). Renew the access key or the token that they come from.`;
  }
  return (
    `${tried}: AWS does not accept the token of ${nameOf(tokenOwner)} for ${role} (${said}). The account of the role needs an ` +
    `IAM OIDC identity provider for the issuer of this cluster's tokens, with the audience ${audienceOf(tokenOwner)}.`
  );
}

/** Where the role is written. */
function placeOf(
  { role, operation }: CredentialHop,
  roles: readonly string[],
  owner: TokenOwner | undefined,
  field: string,
): string {
  if (operation === 'AssumeRoleWithWebIdentity' && !owner) return "AWS_ROLE_ARN of the controller's own pod";
  const index = roles.indexOf(role);
  if (index < 0) return "in the AWS configuration of the controller's own pod";
  return index === 0 ? field : `spec.roleChain[${index - 1}].role`;
}

function explainChain(role: string, said: string, hop: CredentialHop, roles: readonly string[]): string {
  const previous = roles[roles.indexOf(hop.role) - 1];
  const identity = previous === undefined ? "the identity of the issuer's credentials" : `role ${previous}`;
  return (
    `${role} does not trust ${identity}, or that may not assume it (${said}). Let the role's trust policy allow it ` +
    `sts:AssumeRole, under the external ID that the issuer gives if it asks for one, and let an IAM policy of ${identity} allow ` +
    `sts:AssumeRole on the role.`
  );
}

function explainTrust(role: string, said: string, owner: TokenOwner | undefined): string {
  const subject = owner ? `system:serviceaccount:${owner.namespace}:${owner.name}` : 'that of the ServiceAccount';
  return (
    `${role} does not trust ${nameOf(owner)} (${said}). Let the role's trust policy allow sts:AssumeRoleWithWebIdentity to the ` +
    `cluster's IAM OIDC identity provider, under the conditions sub ${subject} and aud ${audienceOf(owner)}.`
  );
}

const nameOf = (owner: TokenOwner | undefined): string =>
  owner ? `ServiceAccount ${owner.namespace}/${owner.name}` : "the controller's own ServiceAccount";

const audienceOf = (owner: TokenOwner | undefined): string => owner?.audiences.join(' or ') ?? 'sts.amazonaws.com';
