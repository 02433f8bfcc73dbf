import { AcmeProblem, type AcmeTransportError, type ProblemDocument } from '../../acme/errors.ts';
import type { Setback } from '../signer.ts';
import { consequenceOfProblem, decisiveCode, problemTable } from './problem-table.ts';
import type { AcmSignerSettings } from './settings.ts';
import { shorten } from './shorten.ts';
import { endSentence } from '../end-sentence.ts';

type Provider = AcmSignerSettings['provider'];

/** How long what only a person can mend is left alone between two tries. */
export const slowRetryMs = 60_000;
const lookAgainMs = 1_000;
/** A server may ask to wait for a day; within this it may have changed its mind. */
const longestWaitMs = 3_600_000;

export const serverName = (provider: Provider): string => (provider === 'acm' ? 'ACM' : 'The ACME server');

/**
 * What the server said, of which names, and what a person can do. `said`: the beginning of the sentence. `areCovered`: ACM
 * said it of names that the issuer's own domains cover.
 */
export function explainProblem(provider: Provider, said: string, problem: ProblemDocument, areCovered = false): string {
  const code = decisiveCode(problem, areCovered);
  const { remedy, atAcm = remedy, ofCovered = atAcm } = problemTable[code];
  const parts = problem.subproblems.map(({ identifier, detail }) => `${identifier?.value ?? 'the order'}: ${detail}`);
  const details = [problem.detail, ...(parts.length > 0 ? [shorten(parts.map(endSentence), ' ')] : [])]
    .map(endSentence)
    .join(' ');
  return `${said} ${code}: ${details} ${areCovered ? ofCovered : provider === 'acm' ? atAcm : remedy}`;
}

/** What follows from a call that failed, as far as the failure itself tells. */
export function toSetback(provider: Provider, error: AcmeProblem | AcmeTransportError, areCovered = false): Setback {
  return error instanceof AcmeProblem ? ofProblem(provider, error, areCovered) : ofTransport(provider, error);
}

function ofProblem(provider: Provider, problem: AcmeProblem, areCovered: boolean): Setback {
  const { operation, outcomeUnknown, status } = problem;
  const code = decisiveCode(problem, areCovered);
  const said = {
    code,
    message: explainProblem(provider, `${serverName(provider)} answered ${operation} with`, problem, areCovered),
  };
  const retry = (afterMs: number | undefined): Setback => ({
    kind: 'retry',
    ...said,
    outcomeUnknown,
    // No time at all, or an instant that is over, is no answer: the caller's growing delay is kinder to who has too much to do.
    ...(afterMs ? { afterMs: Math.min(longestWaitMs, afterMs) } : {}),
  });
  switch (consequenceOfProblem(problem, status, areCovered)) {
    case 'request':
      return { kind: 'rejected', ...said };
    case 'issuer':
    case 'denied':
    case 'domain':
      return { kind: 'issuerFault', ...said, credentialsRefused: false };
    case 'wait':
      return retry(problem.retryAfterMs);
    case 'lookAgain':
      return retry(lookAgainMs);
    case 'strange':
      return { kind: 'blocked', ...said, afterMs: clamp(problem.retryAfterMs ?? 0, slowRetryMs, longestWaitMs) };
  }
}

const clamp = (ms: number, least: number, most: number): number => Math.min(Math.max(ms, least), most);

/** What Node and OpenSSL say of a certificate that they do not trust. */
const untrusted: ReadonlySet<string> = new Set([
  ...['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
]);

function ofTransport(provider: Provider, { code, outcomeUnknown }: AcmeTransportError): Setback {
  const server = serverName(provider);
  if (code === 'NO_ACCOUNT') {
    const message = `${server} has not registered an account for the issuer yet.`;
    return { kind: 'issuerFault', code, message, credentialsRefused: false };
  }
  const trust = provider === 'acm' ? 'NODE_EXTRA_CA_CERTS of the controller' : 'spec.acm.endpoint.caBundle';
  const advice = untrusted.has(code)
    ? `Its TLS certificate is not trusted: check proxies, ${trust}, and the clock of the node.`
    : "Check the cluster's route to it: DNS, proxies, VPC endpoints and network policies.";
  const message = `${server} could not be reached or gave no usable answer (${code}); it is tried again until it does. ${advice}`;
  return { kind: 'retry', code, message, outcomeUnknown };
}
