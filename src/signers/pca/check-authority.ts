import { withoutSession } from '../../aws/arn.ts';
import type { AwsApi, CertificateAuthority } from '../../aws/clients.ts';
import { AwsError } from '../../aws/errors.ts';
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
  /** It could not be found out. */
  | ({ readonly kind: 'unknown' } & Explanation);

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
    return judge(error, arn, identity);
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
    const known = statusProblems[status];
    const advice = known?.advice ?? 'Only an ACTIVE CA issues.';
    return { code: known?.code ?? 'CertificateAuthorityNotActive', message: `The CA ${arn} is ${status}. ${advice}` };
  }
  if (notAfter && notAfter.getTime() <= nowMs) {
    const { code = '', advice = '' } = statusProblems['EXPIRED'] ?? {};
    return {
      code,
      message: `The certificate of the CA ${arn} ended on ${notAfter.toISOString().slice(0, 10)}. ${advice}`,
    };
  }
  if (keyAlgorithm === '' || signingAlgorithm === '') {
    return { code: 'CertificateAuthorityUnknown', message: `AWS does not tell the algorithms of the CA ${arn}.` };
  }
  return undefined;
}

function judge(error: AwsError, arn: string, identity: CallerIdentity | undefined): AuthorityCheck {
  const { code, consequence, operation, detail } = error;
  const base = { kind: 'notReady', credentialsRefused: false, ...(identity ? { identity } : {}) } as const;
  const isAuthorityCall = operation === 'DescribeCertificateAuthority';
  switch (consequence) {
    case 'throttled':
    case 'quota':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return { kind: 'unknown', code, message: `AWS could not be asked (${operation}: ${code}); it is tried again.` };
    case 'credentials':
      return { ...base, credentialsRefused: true, code: 'CredentialsRefused', message: explainCredentials(error) };
    case 'denied':
      if (!isAuthorityCall)
        return { ...base, credentialsRefused: true, code: 'AccessDenied', message: `${code}: ${detail}` };
      return {
        ...base,
        code: 'AccessDenied',
        message:
          `${identity?.arn ?? 'The identity in use'} may not describe the CA ${arn} (${detail}). Allow it acm-pca:DescribeCertificateAuthority, ` +
          `acm-pca:IssueCertificate and acm-pca:GetCertificate there.`,
      };
    case 'authority':
    case 'request':
      return {
        ...base,
        code: isAuthorityCall ? 'CertificateAuthorityNotFound' : 'Error',
        message: isAuthorityCall
          ? `The CA ${arn} was not found (${code}). Compare spec.arn with the ARN in the console of AWS Private CA.`
          : `${code}: ${detail}`,
      };
  }
}

function explainCredentials({ code, detail, operation }: AwsError): string {
  if (code === 'CredentialsProviderError') {
    return (
      `No AWS credentials were found (${detail}). Give the controller's ServiceAccount a role (EKS Pod Identity or IRSA), ` +
      `or name a Secret with an access key in spec.secretRef.`
    );
  }
  return `AWS does not accept the credentials (${operation}: ${code}: ${detail}). Renew the access key or the token that they come from.`;
}
