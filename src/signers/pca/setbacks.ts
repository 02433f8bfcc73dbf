import { type AwsError, type Consequence, lacksCredentials } from '../../aws/errors.ts';
import type { Setback } from '../signer.ts';

/** True when the way to the credentials failed: the error says nothing of what the call is about, and it was not made. */
export function isBeforeTheCall({ hop, operation }: AwsError): boolean {
  return hop !== undefined || operation === 'TokenRequest';
}

/** What follows from an error of AWS Private CA, before anything is known beyond the error itself. */
export function toSetback(error: AwsError): Setback {
  const { code, operation } = error;
  const outcomeUnknown = !error.refused;
  // The token that credentials begin with comes from the cluster; what is said about it needs no more words.
  const isTokenRequest = operation === 'TokenRequest';
  const said = isTokenRequest ? error.detail : `AWS answered ${operation} with ${code}: ${error.detail}`;
  const retry = (message: string): Setback => ({ kind: 'retry', code, message, outcomeUnknown });
  const settings: Record<Consequence, () => Setback> = {
    request: () =>
      isBeforeTheCall(error)
        ? { kind: 'issuerFault', code, message: said, credentialsRefused: false }
        : { kind: 'rejected', code, message: said },
    authority: () => ({ kind: 'issuerFault', code, message: said, credentialsRefused: false }),
    denied: () => ({ kind: 'issuerFault', code, message: said, credentialsRefused: false }),
    credentials: () => ({ kind: 'issuerFault', code, message: said, credentialsRefused: true }),
    throttled: () =>
      retry(`AWS throttles ${operation} for this account and region (${code}); it is tried again until it passes.`),
    quota: () => retry(`${said}. It is tried again; raising the quota is for the AWS account's administrator.`),
    transient: () =>
      retry(
        isTokenRequest
          ? said
          : lacksCredentials(error)
            ? `The source of the issuer's AWS credentials did not answer (${code}); it is tried again until it does.`
            : `AWS Private CA could not be reached or failed (${operation}: ${code}); it is tried again until it answers.`,
      ),
    inProgress: () => retry(`AWS Private CA is still working on it (${operation}); it is looked at again.`),
    failed: () => retry(`AWS Private CA gave up on the certificate (${operation}: ${code}); it is asked again.`),
  };
  return settings[error.consequence]();
}
