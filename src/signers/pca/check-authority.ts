import { withoutSession } from '../../aws/arn.ts';
import type { CertificateAuthority, PcaApi } from '../../aws/clients.ts';
import { errorRow } from '../../aws/consequences.ts';
import { AwsError, lacksCredentials } from '../../aws/errors.ts';
import type { Explanation } from '../signer.ts';
import { explainHop, type TokenOwner } from './explain-hop.ts';
import type { CallInTurn } from './quota.ts';

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
  /** Something has to be created or allowed before there are credentials; it is looked for again soon. */
  | ({ readonly kind: 'missing' } & Explanation)
  /** It could not be found out. `reason` is for the condition, where there is no earlier finding to keep. */
  | ({ readonly kind: 'unknown'; readonly reason: 'CredentialsUnavailable' | 'Unreachable' } & Explanation);

export interface CheckOptions {
  readonly now: () => number;
  /** Whose token the way to the credentials begins with, if with one. */
  readonly tokenOwner?: TokenOwner | undefined;
  /** Makes the paced call. */
  readonly call?: CallInTurn;
  /** Aborted: no call is begun any more. */
  readonly late?: AbortSignal;
}

/** Finds out whether the authority can issue, under the identity that will sign. */
export async function checkAuthority(
  api: PcaApi,
  arn: string,
  { now, tokenOwner, call = (send) => send(), late }: CheckOptions,
): Promise<AuthorityCheck> {
  let identity: CallerIdentity | undefined;
  try {
    const caller = await api.getCallerIdentity();
    late?.throwIfAborted();
    identity = { arn: withoutSession(caller.arn), account: caller.account };
    const authority = await call(() => api.describeCertificateAuthority(arn));
    const problem = findProblem(authority, now());
    if (!problem) return { kind: 'ready', authority, identity };
    return { kind: 'notReady', credentialsRefused: false, identity, authority, ...problem };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return judge(error, { api, arn, identity, tokenOwner });
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
  readonly api: PcaApi;
  readonly arn: string;
  readonly identity: CallerIdentity | undefined;
  readonly tokenOwner: TokenOwner | undefined;
}

function judge(error: AwsError, question: Question): AuthorityCheck {
  const { identity, api, tokenOwner } = question;
  const { hop, code, detail } = error;
  if (error.operation === 'TokenRequest') {
    return error.consequence === 'credentials'
      ? { kind: 'missing', code, message: detail }
      : { kind: 'unknown', reason: 'CredentialsUnavailable', code, message: detail };
  }
  const base = { kind: 'notReady', credentialsRefused: false, ...(identity ? { identity } : {}) } as const;
  const isAuthorityCall = error.operation === 'DescribeCertificateAuthority';
  const said = `${code}: ${detail}`;
  const explain = (otherwise: () => string): string =>
    hop ? explainHop(error, hop, api.roles, tokenOwner) : otherwise();
  switch (error.consequence) {
    case 'throttled':
    case 'quota':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return judgeUnknown(error, api);
    case 'credentials': {
      const message = explain(() => explainCredentials(error));
      return { ...base, credentialsRefused: true, code: 'CredentialsRefused', message };
    }
    case 'denied': {
      // Everybody may call GetCallerIdentity.
      const message = explain(() => (isAuthorityCall ? explainDenial(error, question) : said));
      return { ...base, credentialsRefused: !isAuthorityCall, code: 'AccessDenied', message };
    }
    case 'authority':
    case 'request':
      return isAuthorityCall && !errorRow(code)?.isConclusive
        ? { ...base, code: 'CertificateAuthorityNotFound', message: explainNotFound(error, question) }
        : { ...base, code: 'Error', message: explain(() => withRemedy(`${said}.`, code)) };
  }
}

const unresolved: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);

function judgeUnknown(error: AwsError, { region }: PcaApi): AuthorityCheck {
  const { code, detail, operation } = error;
  const explained = (reason: 'CredentialsUnavailable' | 'Unreachable', what: string): AuthorityCheck => ({
    ...{ kind: 'unknown', reason, code },
    message: withRemedy(`${what}; it is tried again.`, code),
  });
  if (lacksCredentials(error)) {
    const what = `The source of the AWS credentials did not answer, or none is configured (${code}: ${detail})`;
    return explained('CredentialsUnavailable', what);
  }
  return explained(
    'Unreachable',
    unresolved.has(code)
      ? `The host of AWS in region ${region} (from spec.arn) cannot be resolved (${operation}: ${code})`
      : `AWS could not be asked (${operation}: ${code})`,
  );
}

const withRemedy = (what: string, code: string): string =>
  [what, errorRow(code)?.remedy].filter((part) => part !== undefined).join(' ');

function explainCredentials({ code, detail, operation }: AwsError): string {
  return `AWS does not accept the credentials (${operation}: ${code}: ${detail}). Renew the access key or the token that they come from.`;
}

function explainDenial({ detail }: AwsError, { arn, identity }: Question): string {
  return (
    `${identity?.arn ?? 'The identity in use'} may not describe the CA ${arn} (${detail}). Allow it acm-pca:DescribeCertificateAuthority, ` +
    `acm-pca:IssueCertificate and acm-pca:GetCertificate there.`
  );
}

function explainNotFound({ code }: AwsError, { arn }: Question): string {
  return `The CA ${arn} was not found (${code}). Compare spec.arn with the ARN in the console of AWS Private CA.`;
}
