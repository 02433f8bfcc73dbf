import { ServiceError } from '../errors.ts';
import type { Caller } from '../identities.ts';
import { accessDenied, EXPLICIT_DENY, type Action } from '../policies.ts';
import type { Call } from '../service.ts';
import { parseAuthorityArn, parseTemplateArn, type AuthorityArn } from './arns.ts';
import type { CertificateAuthority } from './authority.ts';
import type { PcaState } from './state.ts';
import { requireArn } from './validate.ts';

/** What AWS RAM's managed permissions grant on a shared CA beside IssueCertificate with named templates. */
const SHARED_READS = ['DescribeCertificateAuthority', 'GetCertificate', 'GetCertificateAuthorityCertificate'];

export function callerOf(call: Call): Caller {
  if (!call.caller) throw new Error(`${call.operation} was not authenticated`);
  return call.caller;
}

/** The CA that a call is about, if the caller may do this with it. Throws ServiceError. */
export function requireAuthority(state: PcaState, call: Call, templateArn?: string): CertificateAuthority {
  const arn = requireArn(call.parameters, 'CertificateAuthorityArn');
  const parsed = parseAuthorityArn(arn);
  if (!parsed) throw new ServiceError('InvalidArnException', `The ARN ${arn} is not that of a certificate authority.`);
  const found = state.authorities.get(arn);
  requirePermission(state, call, parsed, found, templateArn);
  if (!found || found.region !== call.region) {
    throw new ServiceError('ResourceNotFoundException', `Could not find Certificate Authority with ARN ${arn}.`);
  }
  return found;
}

function requirePermission(
  state: PcaState,
  call: Call,
  { arn, account }: AuthorityArn,
  authority: CertificateAuthority | undefined,
  templateArn: string | undefined,
): void {
  const caller = callerOf(call);
  const name = `acm-pca:${call.operation}`;
  const action: Action = { action: name, resource: arn, ...(templateArn !== undefined && { templateArn }) };
  if (state.identities.isDenied(caller, action)) throw accessDenied(caller.arn, action, EXPLICIT_DENY);
  if (caller.account === account) return;
  if (authority && isShared(authority, caller.account, call.operation, templateArn)) return;
  throw accessDenied(caller.arn, action, `because no resource-based policy allows the ${name} action`);
}

function isShared(
  authority: CertificateAuthority,
  account: string,
  operation: string,
  templateArn: string | undefined,
): boolean {
  const templates = authority.shares.get(account);
  if (!templates) return false;
  if (operation !== 'IssueCertificate') return SHARED_READS.includes(operation);
  return templates.has(parseTemplateArn(templateArn ?? '')?.name ?? '');
}
