import { errorRow } from '../../aws/consequences.ts';
import { AwsError, lacksCredentials } from '../../aws/errors.ts';
import { HeldBack } from '../../aws/paced.ts';
import { explainHop, type TokenOwner } from '../../signers/pca/explain-hop.ts';
import type { Obstacle } from './obstacle.ts';

/** Who asked AWS, as far as that is known. */
export interface Asker {
  /** The ARN of the identity, without a session name. */
  readonly identity: string | undefined;
  /** The ARNs of the roles on the way to it, in order. */
  readonly roles: readonly string[];
  readonly region: string;
  readonly tokenOwner: TokenOwner | undefined;
  /** In a sentence: the field of the first role. */
  readonly roleField?: string;
}

/** What a call was for, where that tells a person more than its name. */
const remedies: Readonly<Record<string, string>> = {
  CreateAcmeExternalAccountBinding:
    'Allow it acm:CreateAcmeExternalAccountBinding, and iam:PassRole on the role in spec.acm.externalAccountBinding.roleARN ' +
    'under the condition iam:PassedToService acm-acme.amazonaws.com.',
};

const trustRemedy =
  'ACM assumes the role in spec.acm.externalAccountBinding.roleARN once to try it: its trust policy has to allow ' +
  'acm-acme.amazonaws.com the actions sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity.';

/** Why a call to ACM failed, and who has to do what. */
export function explainAws(error: AwsError, asker: Asker): Obstacle {
  const { operation, code, detail, consequence, hop } = error;
  const said = `${code}: ${detail}`;
  if (error instanceof HeldBack) {
    const message = `It waits its turn within the quota of AWS (${operation}).`;
    return { kind: 'unknown', reason: 'Unreachable', message, afterMs: error.afterMs };
  }
  if (operation === 'TokenRequest') {
    return consequence === 'credentials'
      ? { kind: 'missing', reason: 'Error', message: detail }
      : { kind: 'unknown', reason: 'CredentialsUnavailable', message: detail };
  }
  const explain = (otherwise: () => string): string =>
    hop ? explainHop(error, hop, asker.roles, asker.tokenOwner, asker.roleField) : otherwise();
  switch (consequence) {
    case 'throttled':
    case 'transient':
    case 'inProgress':
    case 'failed':
      return explainUnknown(error, asker);
    case 'quota':
      return { kind: 'notReady', reason: 'QuotaExceeded', message: explainQuota(error, asker) };
    case 'credentials': {
      const message = explain(
        () =>
          `AWS does not accept the credentials (${operation}: ${said}). Renew the access key or the token that they come from.`,
      );
      return { kind: 'notReady', reason: 'CredentialsRefused', message, credentialsRefused: true };
    }
    case 'denied':
      return { kind: 'notReady', reason: 'AccessDenied', message: explain(() => explainDenial(error, asker)) };
    case 'authority':
    case 'request':
      return { kind: 'notReady', reason: 'Error', message: explain(() => explainRefusal(error)) };
  }
}

function explainUnknown(error: AwsError, { region }: Asker): Obstacle {
  const { operation, code, detail } = error;
  const lacks = lacksCredentials(error);
  const what = lacks
    ? `The source of the AWS credentials did not answer, or none is configured (${code}: ${detail}); it is tried again.`
    : `AWS could not be asked in region ${region} (${operation}: ${code}); it is tried again.`;
  const message = withRemedy(what, code);
  return { kind: 'unknown', reason: lacks ? 'CredentialsUnavailable' : 'Unreachable', message };
}

/** https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
const quotas: Readonly<Record<string, string>> = {
  CreateAcmeEndpoint: 'ACME endpoints (50 unless raised)',
  CreateAcmeExternalAccountBinding: 'external account bindings of an endpoint (1,000 unless raised)',
  CreateAcmeDomainValidation: 'domain validations of an endpoint (1,500 unless raised)',
};

function explainQuota({ operation, code, detail }: AwsError, { region }: Asker): string {
  const quota = quotas[operation] ?? `what ${operation} makes`;
  return (
    `The quota of ACM in ${region} is used up: ${quota} (${code}: ${detail}). Delete what nobody needs, or have AWS raise it in ` +
    'Service Quotas.'
  );
}

function explainDenial({ operation, detail }: AwsError, { identity }: Asker): string {
  const remedy = remedies[operation] ?? `Allow it acm:${operation}.`;
  return `${identity ?? 'The identity in use'} may not call acm:${operation} (${detail}). ${remedy}`;
}

function explainRefusal({ operation, code, detail }: AwsError): string {
  const refusal = `ACM refuses ${operation} (${code}: ${detail}).`;
  return operation === 'CreateAcmeExternalAccountBinding' ? `${refusal} ${trustRemedy}` : withRemedy(refusal, code);
}

const withRemedy = (what: string, code: string): string =>
  [what, errorRow(code)?.remedy].filter((part) => part !== undefined).join(' ');

export const isAwsCode = (error: unknown, code: string): error is AwsError =>
  error instanceof AwsError && error.code === code;

/** What was named is not there, or not any more. */
export const isAwsNotFound = (error: unknown): error is AwsError => isAwsCode(error, 'ResourceNotFoundException');

/** Something else is being done to it, or it is there already: look again. */
export const isAwsConflict = (error: unknown): error is AwsError => isAwsCode(error, 'ConflictException');
