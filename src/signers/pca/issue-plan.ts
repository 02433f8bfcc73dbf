import { createHash } from 'node:crypto';
import { templateArn } from '../../aws/arn.ts';
import type { CertificateAuthority, IssueInput } from '../../aws/clients.ts';
import {
  type CertificateSigningRequest,
  CertificateSigningRequestError,
  parseCertificateSigningRequest,
} from '../../x509/certificate-signing-request.ts';
import { describeExtension } from '../../x509/extension-names.ts';
import type { Attempt, Rejection, SigningRequest } from '../signer.ts';
import type { ContentPlan } from './plan-content.ts';
import type { TemplateSettings } from './select-template.ts';
import { toSecond, type ValidityEnd, type ValiditySettings } from './validity.ts';

/** What an issuer of AWS Private CA says about the certificates that it signs. */
export interface PcaIssuerSettings extends TemplateSettings, ValiditySettings {
  readonly authorityArn: string;
  readonly partition: string;
}

export type CsrReading = { readonly kind: 'csr'; readonly csr: CertificateSigningRequest } | Rejection;

/** The most that IssueCertificate takes, bytes. */
const longestCsr = 32_768;

/** Reads the CSR; what the service would refuse anyway is refused here, before a call, in clearer words. */
export function readCsr(csrPem: string): CsrReading {
  const reading = readSignedCsr(csrPem);
  if (reading.kind === 'rejected' || reading.csr.signature !== 'invalid') return reading;
  return reject(
    'the signature of the CSR does not match its key. Create the CertificateRequest again with a CSR signed by its own key.',
  );
}

/** As `readCsr`, where a certificate has been issued for it: whose signature it bears was checked before that. */
export function readSignedCsr(csrPem: string): CsrReading {
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

const reject = (message: string): Rejection => ({ kind: 'rejected', code: 'InvalidCSR', message });

const ed25519KeyPrefix = Buffer.from('302a300506032b6570', 'hex');

function findProblem(csr: CertificateSigningRequest): string | undefined {
  if (csr.publicKey.subarray(0, ed25519KeyPrefix.length).equals(ed25519KeyPrefix)) {
    return 'the key of the CSR is Ed25519, which AWS Private CA does not sign. Use RSA or ECDSA (in a Certificate: spec.privateKey.algorithm).';
  }
  const { commonNames, dns, others } = csr.names;
  if (csr.subject.length + commonNames.length + dns.length + others.length === 0) {
    return 'the CSR names nobody: it has neither a subject nor a subject alternative name. Ask for at least one name.';
  }
  const twice = csr.extensions.find(({ oid }, index) => csr.extensions.findIndex((other) => other.oid === oid) < index);
  if (twice) {
    return `the CSR asks for the extension (${describeExtension(twice)}) twice, which no certificate may contain. Ask for it once.`;
  }
  return undefined;
}

/** The one IssueCertificate call of an attempt: the same request and attempt always give the same call. */
export function planIssue(
  request: Pick<SigningRequest, 'uid' | 'csrPem'>,
  csr: Pick<CertificateSigningRequest, 'der'>,
  attempt: Attempt,
  { authorityArn, partition, notBeforeOffsetMs }: PcaIssuerSettings,
  { signingAlgorithm }: Pick<CertificateAuthority, 'signingAlgorithm'>,
  { template, apiPassthrough }: Pick<ContentPlan, 'template' | 'apiPassthrough'>,
  { endMs }: Pick<ValidityEnd, 'endMs'>,
): IssueInput {
  return {
    certificateAuthorityArn: authorityArn,
    csrPem: request.csrPem,
    signingAlgorithm,
    templateArn: templateArn(partition, template),
    ...(apiPassthrough && { apiPassthrough }),
    notBefore: toSecond(attempt.baseMs - notBeforeOffsetMs),
    notAfter: toSecond(endMs),
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
