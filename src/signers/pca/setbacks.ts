import { errorRow } from '../../aws/consequences.ts';
import { type AwsError, type Consequence, isBeforeTheCall, lacksCredentials } from '../../aws/errors.ts';
import type { Setback } from '../signer.ts';
import { whereTemplatesAreNamed } from './select-template.ts';
import { endSentence } from '../end-sentence.ts';

/** How long what only a person can mend is left alone between two tries. */
export const slowRetryMs = 60_000;

const failureRetryMs = 5_000;

/**
 * What follows from an error of AWS, before anything is known beyond the error itself. Each message says what to do, or
 * that there is nothing to do but wait.
 */
export function toSetback(error: AwsError): Setback {
  const { code, operation } = error;
  const outcomeUnknown = !error.refused;
  // The token that credentials begin with comes from the cluster; what is said about it says what to do.
  const isTokenRequest = operation === 'TokenRequest';
  const said = isTokenRequest ? error.detail : `AWS answered ${operation} with ${code}: ${endSentence(error.detail)}`;
  const { remedy } = errorRow(code) ?? {};
  const explain = (message: string, usual?: string): string =>
    isTokenRequest ? said : [message, remedy ?? usual].filter(Boolean).join(' ');
  const retry = (message: string, usual?: string): Setback => ({
    kind: 'retry',
    code,
    message: explain(message, usual),
    outcomeUnknown,
  });
  const issuerFault = (usual: string, credentialsRefused = false): Setback => ({
    kind: 'issuerFault',
    code,
    message: explain(said, usual),
    credentialsRefused,
  });
  const settings: Record<Consequence, () => Setback> = {
    request: () => ({
      kind: 'rejected',
      code,
      message: explain(said, 'Create the request anew without what AWS refuses, or change the issuer.'),
    }),
    authority: () => issuerFault('See the status of the issuer and its CA; it is tried again when the CA can issue.'),
    denied: () =>
      isBeforeTheCall(error)
        ? issuerFault('Let the trust policy of the role name the identity that assumes it.')
        : issuerFault("Allow it in the identity's IAM policy."),
    credentials: () =>
      issuerFault('Renew the access key or the token that the credentials come from; it is tried again.', true),
    throttled: () =>
      retry(`AWS throttles ${operation} for this account and region (${code}); it is tried again until it passes.`),
    quota: () => ({
      ...retry(`${said} It is tried again every minute.`, 'Raise the quota in the AWS account of the CA.'),
      kind: 'blocked',
      afterMs: slowRetryMs,
    }),
    transient: () =>
      lacksCredentials(error)
        ? retry(`The source of the issuer's AWS credentials did not answer (${code}); it is tried again until it does.`)
        : retry(`AWS could not be reached or failed (${operation}: ${code}); it is tried again until it answers.`),
    inProgress: () => retry(`AWS Private CA is still working on it (${operation}: ${code}); it is looked at again.`),
    failed: () => ({
      ...retry(`AWS Private CA failed for a reason that it does not tell (${operation}: ${code}); it is asked again.`),
      afterMs: failureRetryMs,
    }),
  };
  return settings[error.consequence]();
}

/** Whether the code, given by a CA that can issue, says that there is no such template. */
export const isTemplateUnknown = ({ code }: AwsError): boolean => errorRow(code)?.ifAuthorityIsFine === 'request';

/** Of IssueCertificate under an identity that may describe the CA, while the CA is there and can issue. */
export function explainTemplate(error: AwsError, template: string): string {
  const { consequence, code, detail } = error;
  if (isTemplateUnknown(error)) {
    const advice = `The CA can issue, so it is the template ${template}. Name another one ${whereTemplatesAreNamed}.`;
    return `AWS answered IssueCertificate with ${code}: ${endSentence(detail)} ${advice}`;
  }
  const what =
    consequence === 'denied'
      ? `AWS denies acm-pca:IssueCertificate with template ${template} to this issuer's identity (${code}: ${detail}). ` +
        `Allow it in the identity's IAM policy, or for another account's CA in its resource share`
      : `AWS finds the CA, but not what IssueCertificate with template ${template} names (${code}: ${detail}). ` +
        `For another account's CA, check that a resource share includes the template`;
  return `${what}; it is tried again every minute.`;
}

/** Of GetCertificate under an identity that may describe the CA. */
export const explainGetDenial = ({ code, detail }: AwsError): string =>
  `AWS denies acm-pca:GetCertificate to this issuer's identity (${code}: ${detail}). ` +
  `Allow it in the identity's IAM policy; it is tried again every minute.`;
