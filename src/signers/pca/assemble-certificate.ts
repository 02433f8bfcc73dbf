import { formatInstant } from '../../system/instants.ts';
import {
  type Certificate,
  CertificateError,
  certificatePem,
  type ChainCertificate,
  parseCertificates,
} from '../../x509/certificate.ts';
import type { CertificateSigningRequest } from '../../x509/certificate-signing-request.ts';
import { buildChain, ChainError } from '../../x509/chain.ts';
import type { ChainReader } from '../../x509/chain-reader.ts';
import type { CollectOutcome, Notice } from '../signer.ts';
import type { Judgement } from './issue-planner.ts';
import { findAuthorityOverrides, findContentMismatch, findIdentityMismatch } from './verify-certificate.ts';

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

export function parseFetched(certificate: string, chain: string, chains: ChainReader): Fetched | CollectOutcome {
  try {
    const [leaf] = parseCertificates(certificate);
    return leaf ? { kind: 'fetched', leaf, chain: chains.read(chain) } : unusable('no certificate');
  } catch (error) {
    if (error instanceof CertificateError) return unusable(error.message);
    throw error;
  }
}

/** Judges a certificate by what was asked for, and puts the chain together. Only what passes may be handed out. */
export function assembleCertificate(
  { leaf, chain }: Fetched,
  csr: CertificateSigningRequest,
  judgement: Judgement,
  nowMs: number,
): CollectOutcome {
  const stranger = findIdentityMismatch(leaf, csr);
  if (stranger !== undefined) return foreign(`the certificate is not this request's: ${stranger}`);
  const { expected, template } = judgement;
  const mismatch = expected && findContentMismatch(leaf, csr, expected);
  if (mismatch !== undefined) {
    return rejected(
      `The issued certificate is not what was asked for: ${mismatch}. Nothing was stored; compare the issuer's ` +
        `template ${template} with what the CertificateRequest asks for.`,
    );
  }
  if (leaf.notAfter.getTime() <= nowMs) return rejected('The issued certificate has ended before it could be stored.');
  return toIssued(leaf, chain, findNotices(leaf, judgement));
}

/** An end that is so much earlier or later than planned makes no difference to anybody. */
const endToleranceMs = 10_000;

/** What the requester should know: each notice becomes one event. */
function findNotices(leaf: Certificate, judgement: Judgement): Notice[] {
  const { template, expected, overrides, endMs, shortenedFromMs } = judgement;
  const missing = [...overrides, ...(expected ? findAuthorityOverrides(leaf, expected) : [])];
  const notices: Notice[] = [];
  if (missing.length > 0) {
    const message = `Template ${template} and the CA decide about these, so the certificate lacks what was asked for: ${missing.join(', ')}.`;
    notices.push({ reason: 'TemplateOverrides', message });
  }
  if (shortenedFromMs !== undefined) {
    const message =
      `spec.duration asks for a certificate until ${formatInstant(shortenedFromMs)}; it ends at ` +
      `${formatInstant(leaf.notAfter.getTime())}, which is as long as the CA allows (spec.validity.clampToCA of the issuer).`;
    notices.push({ reason: 'ValidityClamped', message });
  }
  const isOtherEnd = endMs !== undefined && Math.abs(leaf.notAfter.getTime() - endMs) > endToleranceMs;
  if (isOtherEnd) {
    const message =
      `AWS Private CA was asked for a certificate until ${formatInstant(endMs)}, and issued one until ` +
      `${formatInstant(leaf.notAfter.getTime())}.`;
    notices.push({ reason: 'ValidityChanged', message });
  }
  return notices;
}

function toIssued(leaf: Certificate, others: readonly ChainCertificate[], notices: readonly Notice[]): CollectOutcome {
  try {
    const { certificates, authority } = buildChain(leaf, others);
    return {
      kind: 'issued',
      notices,
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
