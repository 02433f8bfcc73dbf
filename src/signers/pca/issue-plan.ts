import { createHash } from 'node:crypto';
import { templateArn } from '../../aws/arn.ts';
import type { CertificateAuthority, IssueInput } from '../../aws/clients.ts';
import {
  type CertificateSigningRequest,
  CertificateSigningRequestError,
  parseCertificateSigningRequest,
} from '../../x509/certificate-signing-request.ts';
import type { Attempt, Explanation, SigningRequest } from '../signer.ts';
import { selectTemplate } from './templates.ts';

/** What an issuer of AWS Private CA says about the certificates that it signs. */
export interface PcaIssuerSettings {
  readonly authorityArn: string;
  readonly partition: string;
  readonly defaultTemplateName: string | undefined;
  /** How far before the base instant a certificate begins to be valid. */
  readonly notBeforeOffsetMs: number;
}

const dayMs = 24 * 3_600_000;
/** aws-privateca-issuer's default for requests without a duration. */
const defaultDurationMs = 30 * dayMs;
/** The most that a CA in mode SHORT_LIVED_CERTIFICATE signs for. */
const shortLivedMaximumMs = 7 * dayMs;

/**
 * When the certificate ends, milliseconds since the Unix epoch. A duration that was asked for is passed on as it is, for
 * the CA to accept or to refuse; the default is shortened to what the CA can give, reckoned from the beginning of
 * validity: a certificate of a short-lived CA must not span more, backdated or not.
 */
export function endOfValidity(
  { durationMs }: Pick<SigningRequest, 'durationMs'>,
  baseMs: number,
  authority: Pick<CertificateAuthority, 'usageMode' | 'notAfter'>,
  notBeforeOffsetMs: number,
): number {
  if (durationMs !== undefined) return baseMs + durationMs;
  const isShortLived = authority.usageMode === 'SHORT_LIVED_CERTIFICATE';
  const longest = isShortLived ? shortLivedMaximumMs - notBeforeOffsetMs : defaultDurationMs;
  return Math.min(baseMs + longest, authority.notAfter?.getTime() ?? Infinity);
}

export type CsrReading =
  { readonly kind: 'csr'; readonly csr: CertificateSigningRequest } | ({ readonly kind: 'rejected' } & Explanation);

/** The most that IssueCertificate takes, bytes. */
const longestCsr = 32_768;

/** Reads the CSR; what the service would refuse anyway is refused here, before a call, in clearer words. */
export function readCsr(csrPem: string): CsrReading {
  if (Buffer.byteLength(csrPem) > longestCsr) {
    return reject(`the CSR is longer than the ${longestCsr} bytes that AWS Private CA takes. Ask for fewer names.`);
  }
  try {
    const csr = parseCertificateSigningRequest(csrPem);
    const problem = findProblem(csr);
    return problem === undefined ? { kind: 'csr', csr } : reject(problem);
  } catch (error) {
    if (!(error instanceof CertificateSigningRequestError)) throw error;
    return reject(
      `spec.request cannot be read: ${error.message}. Create the CertificateRequest again with a valid CSR.`,
    );
  }
}

const reject = (message: string): CsrReading => ({ kind: 'rejected', code: 'InvalidCSR', message });

const ed25519KeyPrefix = Buffer.from('302a300506032b6570', 'hex');

function findProblem(csr: CertificateSigningRequest): string | undefined {
  if (csr.publicKey.subarray(0, ed25519KeyPrefix.length).equals(ed25519KeyPrefix)) {
    return 'the key of the CSR is Ed25519, which AWS Private CA does not sign. Use RSA or ECDSA (in a Certificate: spec.privateKey.algorithm).';
  }
  if (csr.signature === 'invalid') {
    return 'the signature of the CSR does not match its key. Create the CertificateRequest again with a CSR signed by its own key.';
  }
  const { commonNames, dns, others } = csr.names;
  if (!csr.hasSubject && commonNames.length + dns.length + others.length === 0) {
    return 'the CSR names nobody: it has neither a subject nor a subject alternative name. Ask for at least one name.';
  }
  return undefined;
}

/** The one IssueCertificate call of an attempt: the same request and attempt always give the same call. */
export function planIssue(
  request: SigningRequest,
  csr: CertificateSigningRequest,
  attempt: Attempt,
  settings: PcaIssuerSettings,
  authority: CertificateAuthority,
): IssueInput & { readonly template: string } {
  const { defaultTemplateName, authorityArn } = settings;
  const template = selectTemplate({ ...request, defaultTemplateName });
  const seconds = (ms: number): number => Math.floor(ms / 1000);
  return {
    template,
    certificateAuthorityArn: authorityArn,
    csrPem: request.csrPem,
    signingAlgorithm: authority.signingAlgorithm,
    templateArn: templateArn(settings.partition, template),
    notBefore: seconds(attempt.baseMs - settings.notBeforeOffsetMs),
    notAfter: seconds(endOfValidity(request, attempt.baseMs, authority, settings.notBeforeOffsetMs)),
    idempotencyToken: idempotencyToken(request.uid, csr.der, authorityArn, template, attempt.number),
  };
}

/**
 * At most 36 characters (IssueCertificate's IdempotencyToken). Made from what identifies this certificate, never from a
 * name: cert-manager deletes requests and creates others under the same name.
 */
function idempotencyToken(uid: string, csr: Buffer, authorityArn: string, template: string, attempt: number): string {
  const hash = createHash('sha256').update(csr);
  for (const part of [uid, authorityArn, template, String(attempt)]) hash.update(`\0${part}`);
  return hash.digest('base64url').slice(0, 36);
}
