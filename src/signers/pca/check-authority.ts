import { withoutSession } from '../../aws/arn.ts';
import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import { AwsError, lacksCredentials } from '../../aws/errors.ts';
import type { Explanation } from '../signer.ts';

/** Who AWS takes us for. */
export interface CallerIdentity {
  /** Without a session name. */
  readonly arn: string;
  readonly account: string;
}

export type AuthorityCheck =
  | { readonly kind: 'ready'; readonly authority: CertificateAuthority; readonly identity: CallerIdentity }
  /** It cannot issue as things stand. `identity` and `authority` as far as they could be found out. */
  | ({
      readonly kind: 'notReady';
      /** AWS did not accept the credentials: fetch them anew before the next check. */
      readonly credentialsRefused: boolean;
      readonly identity?: CallerIdentity;
      readonly authority?: CertificateAuthority;
    } & Explanation)
  /** It could not be found out. `reason` is for the condition, where there is no earlier finding to keep. */
  | ({ readonly kind: 'unknown'; readonly reason: 'CredentialsUnavailable' | 'Unreachable' } & Explanation);

/** Finds out whether the authority can issue, under the identity that will sign. */
export async function checkAuthority(api: AwsApi, arn: string, nowMs: () => number): Promise<AuthorityCheck> {
  let identity: CallerIdentity | undefined;
  try {
    const caller = await api.getCallerIdentity();
    identity = { arn: withoutSession(caller.arn), account: caller.account };
    const authority = await api.describeCertificateAuthority(arn);
    const problem = findProblem(authority, nowMs());
    if (!problem) return { kind: 'ready', authority, identity };
    return { kind: 'notReady', credentialsRefused: false, identity, authority, ...problem };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return judge(error, { api, arn, identity });
  }
}

const statusProblems: Readonly<Record<string, { readonly code: string; readonly advice: string }>> = {
  CREATING: { code: 'CertificateAuthorityCreating', advice: 'Wait until AWS has created it.' },
  PENDING_CERTIFICATE: {
    code: 'CertificateAuthorityPendingCertificate',
    advice: 'Install its CA certificate: https://docs.aws.amazon.com/privateca/latest/userguide/PCACertInstall.html.',
  },
  DISABLED: { code: 'CertificateAuthorityDisabled', advice: 'Enable it, or name another CA in spec.arn.' },
  EXPIRED: {
    code: 'CertificateAuthorityExpired',
    advice: 'Its CA certificate has ended: install a new one, or name another CA in spec.arn.',
  },
  FAILED: { code: 'CertificateAuthorityFailed', advice: 'Delete it, create another CA and name that in spec.arn.' },
  DELETED: { code: 'CertificateAuthorityDeleted', advice: 'Restore it, or name another CA in spec.arn.' },
};

/** Why the authority cannot issue, if so. */
export function findProblem(authority: CertificateAuthority, nowMs: number): Explanation | undefined {
  const { arn, status, notAfter, keyAlgorithm, signingAlgorithm } = authority;
  if (status !== 'ACTIVE') {
    const { code = 'CertificateAuthorityNotActive', advice = 'Only an ACTIVE CA issues.' } =
      statusProblems[status] ?? {};
    return { code, message: `The CA ${arn} is ${status}${explainStatus(authority)}. ${advice}` };
  }
  if (notAfter && notAfter.getTime() <= nowMs) {
    const { code = '', advice = '' } = statusProblems['EXPIRED'] ?? {};
    return { code, message: `The certificate of the CA ${arn} ended on ${toDate(notAfter)}. ${advice}` };
  }
  if (keyAlgorithm === '' || signingAlgorithm === '') {
    return { code: 'CertificateAuthorityUnknown', message: `AWS does not tell the algorithms of the CA ${arn}.` };
  }
  return undefined;
}

const toDate = (date: Date): string => date.toISOString().slice(0, 10);

function explainStatus({ status, failureReason, restorableUntil }: CertificateAuthority): string {
  if (status === 'FAILED' && failureReason !== undefined) return ` (${failureReason})`;
  if (status === 'DELETED' && restorableUntil) return ` and can be restored until ${toDate(restorableUntil)}`;
  return '';
}

/** What was asked about, and who asked as far as that is known. */
interface Question {
  readonly api: AwsApi;
  readonly arn: string;
  readonly identity: CallerIdentity | undefined;
}

function judge(error: AwsError, question: Question): AuthorityCheck {
  const { identity } = question;
  const base = { kind: 'notReady', credentialsRefused: false, ...(identity ? { identity } : {}) } as const;
  const isAuthorityCall = error.operation === 'DescribeCertificateAuthority';
  switch (error.consequence) {
    case 'throttled':
    case 'quota':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return judgeUnknown(error, question.api);
    case 'credentials':
      return { ...base, credentialsRefused: true, code: 'CredentialsRefused', message: explainCredentials(error) };
    case 'denied': {
      const message = isAuthorityCall ? explainDenial(error, question) : explainRoleDenial(error, question.api);
      return { ...base, credentialsRefused: !isAuthorityCall, code: 'AccessDenied', message };
    }
    case 'authority':
    case 'request':
      return isAuthorityCall
        ? { ...base, code: 'CertificateAuthorityNotFound', message: explainNotFound(error, question) }
        : { ...base, code: 'Error', message: explainRefusal(error, question.api) };
  }
}

const unresolved: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

function judgeUnknown(error: AwsError, { region }: AwsApi): AuthorityCheck {
  const { code, operation, detail } = error;
  if (lacksCredentials(error)) {
    const message =
      `The source of the AWS credentials did not answer, or none is configured (${code}: ${detail}); it is tried again. ` +
      `Give the controller's ServiceAccount a role (EKS Pod Identity or IRSA), or name a Secret with an access key in ` +
      `spec.secretRef.`;
    return { kind: 'unknown', reason: 'CredentialsUnavailable', code, message };
  }
  const message = unresolved.has(code)
    ? `The host of AWS in region ${region} (from spec.arn) cannot be resolved (${operation}: ${code}); it is tried again. ` +
      `Check the region in spec.arn and the DNS of the cluster.`
    : `AWS could not be asked (${operation}: ${code}); it is tried again.`;
  return { kind: 'unknown', reason: 'Unreachable', code, message };
}

function explainCredentials({ code, detail, operation }: AwsError): string {
  return `AWS does not accept the credentials (${operation}: ${code}: ${detail}). Renew the access key or the token that they come from.`;
}

function explainDenial({ detail }: AwsError, { arn, identity }: Question): string {
  return (
    `${identity?.arn ?? 'The identity in use'} may not describe the CA ${arn} (${detail}). Allow it acm-pca:DescribeCertificateAuthority, ` +
    `acm-pca:IssueCertificate and acm-pca:GetCertificate there.`
  );
}

/** Everybody may call GetCallerIdentity: what was denied is the role on the way there. */
function explainRoleDenial({ code, detail }: AwsError, { roles }: AwsApi): string {
  const role = roles.at(-1);
  if (role === undefined || !code.startsWith('AccessDenied')) return `${code}: ${detail}`;
  return `AWS denies spec.role ${role} (${code}: ${detail}). Let the trust policy of spec.role name this identity, and allow it sts:AssumeRole.`;
}

function explainNotFound({ code }: AwsError, { arn }: Question): string {
  return `The CA ${arn} was not found (${code}). Compare spec.arn with the ARN in the console of AWS Private CA.`;
}

/** GetCallerIdentity has no parameters that could be invalid: what is, is the role that is assumed before it. */
function explainRefusal({ code, detail }: AwsError, { roles }: AwsApi): string {
  const role = roles.at(-1);
  if (role === undefined || code !== 'ValidationError') return `${code}: ${detail}`;
  const shape = 'arn:<partition>:iam::<account>:role/<name>';
  return `AWS refuses spec.role ${JSON.stringify(role)}, as it is no role ARN (${code}). It looks like ${shape}.`;
}
