import {
  type CertificateSigningRequest,
  CertificateSigningRequestError,
  parseCertificateSigningRequest,
} from '../../x509/certificate-signing-request.ts';
import { parseBasicConstraints } from '../../x509/extensions.ts';
import type { Rejection, SigningRequest } from '../signer.ts';
import { describeOtherNames } from './alternative-names.ts';
import { isDnsName } from './dns-names.ts';
import { coveringDomains, explainUncovered } from './domain-coverage.ts';
import { judgeUsages } from './judge-usages.ts';
import { acmKeyAlgorithms, keyAlgorithmOf } from './key-algorithm.ts';
import type { AcmSignerSettings } from './settings.ts';
import { shorten } from './shorten.ts';

/** A request that the server may be asked for. */
export interface Wanted {
  readonly kind: 'wanted';
  readonly csr: CertificateSigningRequest;
  /** The identifiers of its order: lower case, each once, sorted. */
  readonly names: readonly string[];
}

export type JudgingSettings = Pick<AcmSignerSettings, 'provider' | 'domains' | 'allowedKeyAlgorithms'>;

/** What a rule looks at. */
interface Facts extends Wanted {
  readonly request: SigningRequest;
  readonly settings: JudgingSettings;
}
type Rule = (facts: Facts) => Rejection | undefined;

/** The most names that ACM takes in one certificate; not to be raised (https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html). */
const mostNames = 100;
/** ub-common-name of RFC 5280, appendix A.1; bytes. */
const longestCommonName = 64;

/**
 * Decides, before anything is called, whether the server can issue what is asked for; what it never will is refused here, in
 * clearer words. At ACM by what ACM documents; elsewhere only by what RFC 8555 excludes, and by the issuer's domains.
 */
export function judgeRequest(request: SigningRequest, settings: JudgingSettings): Wanted | Rejection {
  const wanted = readWanted(request);
  if (wanted.kind === 'rejected') return wanted;
  for (const rule of settings.provider === 'acm' ? atAcm : everywhere) {
    const refusal = rule({ ...wanted, request, settings });
    if (refusal) return refusal;
  }
  return wanted;
}

/** What the request asks for, whether the server can issue it or not. */
export function readWanted({ csrPem }: SigningRequest): Wanted | Rejection {
  const csr = readCsr(csrPem);
  return 'kind' in csr ? csr : { kind: 'wanted', csr, names: namesOf(csr) };
}

const reject = (code: string, message: string): Rejection => ({ kind: 'rejected', code, message });

function readCsr(csrPem: string): CertificateSigningRequest | Rejection {
  try {
    return parseCertificateSigningRequest(csrPem);
  } catch (error) {
    if (!(error instanceof CertificateSigningRequestError)) throw error;
    const advice = 'Create the CertificateRequest again with a valid CSR.';
    return reject('InvalidCSR', `spec.request cannot be read: ${error.message}. ${advice}`);
  }
}

/** RFC 8555 section 7.4: identifiers may stand in the common name, among the alternative names, or in both. */
function namesOf({ names }: CertificateSigningRequest): string[] {
  const inSubject = names.commonNames.map((name) => name.toLowerCase()).filter(isDnsName);
  return [...new Set([...names.dns.map((name) => name.toLowerCase()), ...inSubject])].sort();
}

const signed: Rule = ({ csr }) =>
  csr.signature === 'invalid'
    ? reject(
        'InvalidCSR',
        'The signature of the CSR does not match its key. Create the CertificateRequest again with a CSR signed by its own key.',
      )
    : undefined;

const endEntity: Rule = ({ request, csr }) =>
  request.isCA || parseBasicConstraints(csr.extensions).isCA
    ? reject(
        'CANotIssued',
        'spec.isCA: a CA is never issued by ACME. Leave isCA out, or use an issuer of a private CA.',
      )
    : undefined;

const dnsNamesOnly: Rule = ({ csr }) => {
  const others = describeOtherNames(csr);
  if (others.length === 0) return undefined;
  const message = `The CSR asks for ${shorten(others)}; only DNS names are issued here. Leave out ipAddresses, uris, emailAddresses and otherNames.`;
  return reject('UnsupportedName', message);
};

const wellFormed: Rule = ({ names }) => {
  const malformed = names.filter((name) => !isDnsName(name)).map((name) => JSON.stringify(name));
  if (malformed.length === 0) return undefined;
  const message = `The CSR asks for ${shorten(malformed)}, which is no domain name. A wildcard is a first label of its own, as in *.example.com.`;
  return reject('UnsupportedName', message);
};

const named: Rule = ({ names }) =>
  names.length === 0
    ? reject('NoName', 'The CSR asks for no DNS name. Ask for at least one (in a Certificate: spec.dnsNames).')
    : undefined;

const covered: Rule = ({ names, settings: { domains } }) => {
  if (domains.length === 0) return undefined;
  const uncovered = names.filter((name) => coveringDomains(name, domains).length === 0);
  if (uncovered.length === 0) return undefined;
  const reasons = uncovered.map((name) => explainUncovered(name, domains));
  return reject('UncoveredName', `The issuer does not cover what the CSR asks for: ${shorten(reasons, '; ')}.`);
};

const supportedKey: Rule = ({ csr, settings: { allowedKeyAlgorithms = [] } }) => {
  const known = Object.keys(acmKeyAlgorithms);
  const allowed =
    allowedKeyAlgorithms.length === 0 ? known : known.filter((name) => allowedKeyAlgorithms.includes(name));
  const algorithm = keyAlgorithmOf(csr.publicKey);
  if (allowed.includes(algorithm)) return undefined;
  const whose = known.includes(algorithm) ? 'the ACME endpoint of the issuer allows' : 'ACM issues for';
  const choices = allowed.map((name) => `${name} (${acmKeyAlgorithms[name]})`).join(', ');
  return reject(
    'UnsupportedKey',
    `The key of the CSR is ${algorithm}; ${whose} ${choices}. Set spec.privateKey of the Certificate so.`,
  );
};

const fewNames: Rule = ({ names }) =>
  names.length > mostNames
    ? reject(
        'TooManyNames',
        `The CSR asks for ${names.length} names; ACM issues for at most ${mostNames}. Ask for fewer.`,
      )
    : undefined;

const commonName: Rule = ({ csr: { names } }) => {
  const alternatives = new Set(names.dns.map((name) => name.toLowerCase()));
  for (const name of names.commonNames) {
    const length = Buffer.byteLength(name);
    if (length > longestCommonName) {
      const message = `The common name of the CSR has ${length} bytes; at most ${longestCommonName} are possible. Leave out spec.commonName: the DNS names are enough.`;
      return reject('InvalidCommonName', message);
    }
    if (!alternatives.has(name.toLowerCase())) {
      const message = `The common name ${JSON.stringify(name)} of the CSR is not among its DNS names. Add it to spec.dnsNames, or leave out spec.commonName.`;
      return reject('InvalidCommonName', message);
    }
  }
  return undefined;
};

const publicUsages: Rule = ({ request, csr }) => judgeUsages(request, csr);

const everywhere: readonly Rule[] = [signed, endEntity, dnsNamesOnly, wellFormed, named, covered];
const atAcm: readonly Rule[] = [
  ...[signed, endEntity, dnsNamesOnly, supportedKey, commonName, wellFormed, named, fewNames, covered, publicUsages],
];
