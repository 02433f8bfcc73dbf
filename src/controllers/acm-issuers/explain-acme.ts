import { type AcmeErrorCode, AcmeProblem, AcmeTransportError } from '../../acme/errors.ts';
import type { Obstacle } from './obstacle.ts';
import type { AccountPlan } from './plan-account.ts';

export interface AcmeQuestion {
  readonly directoryUrl: string;
  readonly account: AccountPlan;
  readonly isAcm: boolean;
}

/** Why the ACME server could not be asked, or said no, and who has to do what. Undefined: it is none of its errors. */
export function explainAcme(error: unknown, question: AcmeQuestion): Obstacle | undefined {
  if (error instanceof AcmeTransportError) return explainTransport(error, question);
  return error instanceof AcmeProblem ? explainProblem(error, question) : undefined;
}

const untrusted: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** An answer that is none of an ACME server. */
const strange: ReadonlySet<string> = new Set([
  ...['REDIRECT', 'CONTENT_TYPE', 'NOT_JSON', 'INVALID_ANSWER', 'TOO_LARGE', 'FOREIGN_DIRECTORY', 'FOREIGN_URL'],
]);

function explainTransport({ code }: AcmeTransportError, { directoryUrl, isAcm }: AcmeQuestion): Obstacle {
  const said = `The ACME server at ${directoryUrl} could not be asked (${code}); it is tried again.`;
  const message = [said, transportRemedy(code, isAcm)].filter((part) => part !== undefined).join(' ');
  return { kind: 'unknown', reason: 'Unreachable', message };
}

function transportRemedy(code: string, isAcm: boolean): string | undefined {
  if (untrusted.has(code)) {
    return isAcm
      ? 'Its TLS certificate is not trusted: check proxies and NODE_EXTRA_CA_CERTS of the controller.'
      : 'Its TLS certificate is not trusted: put the CA that signed it into spec.acm.endpoint.caBundle.';
  }
  if (!strange.has(code)) return undefined;
  return isAcm
    ? 'Whatever answers is no ACME server: check proxies and VPC endpoints.'
    : 'Whatever answers is no ACME directory: compare spec.acm.endpoint.directoryURL with what the service tells.';
}

function explainProblem(problem: AcmeProblem, question: AcmeQuestion): Obstacle {
  const { code, status, operation, detail, retryAfterMs } = problem;
  const said = `${operation}: ${code}: ${detail}`;
  if (code === 'rateLimited' || status === 429) {
    const message = `The ACME server at ${question.directoryUrl} allows no more calls for now; it is tried again.`;
    return { kind: 'onItsWay', reason: 'RateLimited', message, afterMs: Math.max(retryAfterMs ?? 0, 10_000) };
  }
  if (status >= 500 || code === 'badNonce' || code === 'serverInternal') {
    const message = `The ACME server at ${question.directoryUrl} could not answer (${operation}: ${status}); it is tried again.`;
    return { kind: 'unknown', reason: 'Unreachable', message };
  }
  const message = `The ACME server refuses ${operation === 'newAccount' ? 'the account' : operation} (${said}). ${remedyOf(problem, question)}`;
  return { kind: 'notReady', reason: operation === 'newAccount' ? 'AccountRefused' : 'AcmeRefused', message };
}

function remedyOf({ code, operation }: AcmeProblem, { account, directoryUrl, isAcm }: AcmeQuestion): string {
  const byCode: Partial<Record<AcmeErrorCode, string>> = {
    externalAccountRequired: isAcm
      ? 'ACM registers accounts with an external account binding only: set spec.acm.externalAccountBinding.'
      : 'The service registers accounts with an external account binding only: set keyID and keySecretRef in spec.acm.externalAccountBinding as it tells them.',
    invalidContact: 'Correct spec.acm.email.',
    unsupportedContact: 'Correct spec.acm.email.',
    userActionRequired: `Its terms of service want a person's consent: see ${directoryUrl}.`,
  };
  const otherwise = operation === 'newAccount' ? bindingRemedy(account) : 'It is tried again every minute.';
  return byCode[code] ?? otherwise;
}

function bindingRemedy({ binding }: AccountPlan): string {
  if (!binding) return 'Where the service asks for an external account binding, set spec.acm.externalAccountBinding.';
  return binding.kind === 'key'
    ? `The binding ${binding.keyId} may have ended, been revoked or been used up, or its key be another: create a new one, and put its ID and key into spec.acm.externalAccountBinding and its Secret.`
    : 'The binding may just have ended or been revoked; it is tried again with a new one.';
}
