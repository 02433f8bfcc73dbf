import {
  type Certificate,
  CertificateError,
  certificatePem,
  type ChainCertificate,
  parseCertificates,
  parseChainCertificates,
} from '../../x509/certificate.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { buildChain, ChainError } from '../../x509/chain.ts';
import type { CollectOutcome } from '../signer.ts';
import { findIdentityMismatch, findTemplateMismatch } from './verify-certificate.ts';

/** A certificate as AWS gave it, parsed. */
export interface Fetched {
  readonly kind: 'fetched';
  readonly leaf: Certificate;
  readonly chain: readonly ChainCertificate[];
}

export type Foreign = Extract<CollectOutcome, { kind: 'foreign' }>;

export const foreign = (message: string): Foreign => ({ kind: 'foreign', code: 'ForeignCertificate', message });

const code = 'InvalidCertificate';
const rejected = (message: string): CollectOutcome => ({ kind: 'rejected', code, message });

/** Nothing that the requester did: the reference stays, and what AWS answers may get better. */
const unusable = (problem: string): CollectOutcome => ({
  kind: 'blocked',
  code,
  message: `AWS Private CA returned something that cannot be used (${problem}). Nothing was stored; it is fetched again every minute.`,
  afterMs: 60_000,
});

export function parseFetched(certificate: string, chain: string): Fetched | CollectOutcome {
  try {
    const [leaf] = parseCertificates(certificate);
    return leaf ? { kind: 'fetched', leaf, chain: parseChainCertificates(chain) } : unusable('no certificate');
  } catch (error) {
    if (error instanceof CertificateError) return unusable(error.message);
    throw error;
  }
}

/** Judges a certificate by what was asked for, and puts the chain together. Only what passes may be handed out. */
export function assembleCertificate(
  { leaf, chain }: Fetched,
  csr: CertificateSigningRequest,
  template: string,
  nowMs: number,
): CollectOutcome {
  const stranger = findIdentityMismatch(leaf, csr);
  if (stranger !== undefined) return foreign(`the certificate is not this request's: ${stranger}`);
  const mismatch = findTemplateMismatch(leaf, csr, template);
  if (mismatch !== undefined) {
    return rejected(
      `The issued certificate is not what was asked for: ${mismatch}. Nothing was stored; compare the issuer's ` +
        `template ${template} with what the CertificateRequest asks for.`,
    );
  }
  if (leaf.notAfter.getTime() <= nowMs) return rejected('The issued certificate has ended before it could be stored.');
  return toIssued(leaf, chain);
}

function toIssued(leaf: Certificate, others: readonly ChainCertificate[]): CollectOutcome {
  try {
    const { certificates, authority } = buildChain(leaf, others);
    return {
      kind: 'issued',
      chainPem: certificates.map(certificatePem).join(''),
      caPem: authority ? certificatePem(authority) : '',
      serial: leaf.serial,
      notAfter: leaf.notAfter,
    };
  } catch (error) {
    if (error instanceof ChainError) return unusable(error.message);
    throw error;
  }
}
