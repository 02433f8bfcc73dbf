import type { AcmeErrorCode } from '../../acme/errors.ts';

/**
 * Whose fault a problem is, and so what follows from it.
 * - `request`: this request can never succeed as it is
 * - `issuer`: the account, its key or its binding; the issuer is checked
 * - `denied`: the account is asked for its status: the issuer's when that is not valid, else of those names only
 * - `domain`: DNS, CAA or the proof of a name; the issuer is checked, and the order replaced more and more slowly
 * - `wait`: the server has too much to do, or failed
 * - `lookAgain`: the order is not where it was thought to be
 * - `strange`: nothing that can be concluded about anybody
 */
export type ProblemConsequence = 'request' | 'issuer' | 'denied' | 'domain' | 'wait' | 'lookAgain' | 'strange';

export interface ProblemRow {
  readonly consequence: ProblemConsequence;
  /** What a person does about it, a sentence. */
  readonly remedy: string;
  /** The same where the server is ACM, if there is more to say. */
  readonly atAcm?: string;
  /** The same where ACM says it of names that the issuer's own domains cover. It counts as `domain` then. */
  readonly ofCovered?: string;
}

const nothing = 'Nothing to do but wait.';
const checkAccount = "See the issuer's status, and its Secret with the account's key.";
const checkProof =
  'Check that the records of _acme-challenge can be seen from the internet: the delegation of the zone, DNSSEC, and CNAMEs.';
const never = 'It answers calls that this controller does not make.';

/** Every error type of RFC 8555 section 6.7; `other` is what it does not name. docs/acme-problems.md is made from it. */
export const problemTable: Readonly<Record<AcmeErrorCode, ProblemRow>> = {
  accountDoesNotExist: { consequence: 'issuer', remedy: checkAccount },
  alreadyRevoked: { consequence: 'strange', remedy: never },
  badCSR: {
    consequence: 'request',
    remedy: 'Ask for another key or for other names.',
    atAcm: 'ACM issues for RSA 2048, P-256 and P-384, as far as the endpoint allows them.',
  },
  badNonce: { consequence: 'wait', remedy: nothing },
  badPublicKey: { consequence: 'issuer', remedy: "The server does not take the account's key (P-256)." },
  badRevocationReason: { consequence: 'strange', remedy: never },
  badSignatureAlgorithm: { consequence: 'issuer', remedy: 'The server does not take signatures of ES256.' },
  caa: {
    consequence: 'domain',
    remedy: 'Let the CAA records of the names allow the CA of the server.',
    atAcm: 'Let the CAA records of the names allow amazon.com, or have none.',
  },
  compound: { consequence: 'domain', remedy: 'See what it says of each name.' },
  connection: { consequence: 'domain', remedy: checkProof },
  dns: {
    consequence: 'domain',
    remedy: checkProof,
    atAcm: "The issuer writes the domain's validation record (CNAME) again; see its status.",
  },
  externalAccountRequired: {
    consequence: 'issuer',
    remedy: 'Give the issuer spec.acm.externalAccountBinding.',
  },
  incorrectResponse: { consequence: 'domain', remedy: checkProof },
  invalidContact: { consequence: 'issuer', remedy: checkAccount },
  malformed: { consequence: 'strange', remedy: 'Check proxies and what else stands between here and the server.' },
  orderNotReady: { consequence: 'lookAgain', remedy: nothing },
  rateLimited: {
    consequence: 'wait',
    remedy: 'Nothing to do but wait; to go faster, have the operator of the server raise the limit.',
    atAcm: 'Nothing to do but wait; ACM finalises one order a second for an account and region.',
  },
  rejectedIdentifier: {
    consequence: 'request',
    remedy: 'Ask for names that the server issues for.',
    atAcm: 'Ask for names that the validated domains of the endpoint cover, with their scopes (spec.acm.domains).',
    ofCovered:
      "The issuer's domains (spec.acm.domains) cover these names, so that their validation may have been deleted or narrowed on the endpoint: the issuer is checked and validates them again, see its status. If that says that all is well, ask for names closer to its domains.",
  },
  serverInternal: { consequence: 'wait', remedy: nothing },
  tls: { consequence: 'domain', remedy: checkProof },
  unauthorized: {
    consequence: 'denied',
    remedy: checkProof,
    atAcm:
      "Let the role of the account's external account binding trust acm-acme.amazonaws.com and allow acm:RequestCertificate for these names (with certificate tags acm:AddTagsToCertificate too), and let no SCP deny it.",
  },
  unsupportedContact: { consequence: 'issuer', remedy: checkAccount },
  unsupportedIdentifier: { consequence: 'request', remedy: 'Ask for DNS names only.' },
  userActionRequired: {
    consequence: 'issuer',
    remedy: "The operator of the server wants something of the account's owner, such as to agree to new terms.",
  },
  other: { consequence: 'strange', remedy: 'See the documentation of the server.' },
};

/** Where the subproblems differ, the one that the most follows from speaks for all. */
const gravest: readonly ProblemConsequence[] = [
  'request',
  'issuer',
  'denied',
  'domain',
  'wait',
  'lookAgain',
  'strange',
];

interface Problem {
  readonly code: AcmeErrorCode;
  readonly subproblems: readonly { readonly code: AcmeErrorCode }[];
}

/** `areCovered`: the problem is of ACM, and of names that the issuer's own domains cover. */
function consequenceOfCode(code: AcmeErrorCode, areCovered: boolean): ProblemConsequence {
  const { consequence, ofCovered } = problemTable[code];
  return areCovered && ofCovered !== undefined ? 'domain' : consequence;
}

/** The code that decides: of a compound problem (RFC 8555 section 6.7.1) the gravest of its parts. */
export function decisiveCode({ code, subproblems }: Problem, areCovered = false): AcmeErrorCode {
  if (code !== 'compound') return code;
  const rankOf = (each: AcmeErrorCode): number => gravest.indexOf(consequenceOfCode(each, areCovered));
  const [worst] = subproblems.map((each) => each.code).sort((a, b) => rankOf(a) - rankOf(b));
  return worst ?? code;
}

/** What follows from a problem; of one without a type that says more, by the HTTP status of the answer. */
export function consequenceOfProblem(problem: Problem, status?: number, areCovered = false): ProblemConsequence {
  if (status === 429 || (status ?? 0) >= 500) return 'wait';
  const code = decisiveCode(problem, areCovered);
  if (code === 'other' && (status === 401 || status === 403)) return 'denied';
  return consequenceOfCode(code, areCovered);
}
