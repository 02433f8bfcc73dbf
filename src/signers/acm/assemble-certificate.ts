import { formatInstant } from '../../system/instants.ts';
import { DerError } from '../../x509/asn1.ts';
import {
  type Certificate,
  CertificateError,
  certificatePem,
  type ChainCertificate,
  parseCertificates,
  parseChainCertificates,
} from '../../x509/certificate.ts';
import { buildChain, ChainError } from '../../x509/chain.ts';
import { parseBasicConstraints } from '../../x509/extensions.ts';
import { compareNames } from '../../x509/names.ts';
import { isSamePublicKey } from '../../x509/public-key.ts';
import type { CollectOutcome, Notice, SigningRequest } from '../signer.ts';
import { serverName, slowRetryMs } from './explain-problem.ts';
import type { Wanted } from './judge-request.ts';
import { findMissingUsages } from './judge-usages.ts';
import type { AcmSignerSettings } from './settings.ts';

/** A certificate so much shorter or longer than asked for is what was asked for. */
const lifetimeToleranceMs = 2 * 3_600_000;

type Provider = AcmSignerSettings['provider'];

/** The code of an outcome: the certificate is the request's, and its time is over. */
export const certificateEnded = 'CertificateEnded';

export const foreign = (message: string): Extract<CollectOutcome, { kind: 'foreign' }> => ({
  kind: 'foreign',
  code: 'ForeignCertificate',
  message,
});

/** Judges what the server serves as the certificate of an order. Only what passes may be handed out. */
export function assembleCertificate(
  provider: Provider,
  pem: string,
  request: SigningRequest,
  wanted: Wanted,
  nowMs: number,
): CollectOutcome {
  try {
    const [leaf] = parseCertificates(pem.slice(0, endOfFirst(pem)));
    if (!leaf) return unusable(provider, 'no certificate');
    const stranger = findStranger(leaf, wanted);
    if (stranger !== undefined) return foreign(`the certificate is not this request's: ${stranger}`);
    if (parseBasicConstraints(leaf.extensions).isCA) return unusable(provider, 'the certificate is a CA');
    if (leaf.notAfter.getTime() <= nowMs) return ended(provider);
    const others = parseChainCertificates(pem).slice(1);
    const chain = orderChain(leaf, others);
    return {
      kind: 'issued',
      notices: findNotices(provider, leaf, request, wanted),
      chainPem: chain.map(certificatePem).join(''),
      // Nothing that the server serves says whom to trust: that is for those who verify public certificates to know.
      caPem: '',
      serial: leaf.serial,
      notAfter: leaf.notAfter,
    };
  } catch (error) {
    const isOfTheBytes = error instanceof CertificateError || error instanceof ChainError || error instanceof DerError;
    if (isOfTheBytes) return unusable(provider, error.message);
    throw error;
  }
}

const endMark = '-----END CERTIFICATE-----';
/** What stands above the leaf is read more leniently. */
const endOfFirst = (pem: string): number => pem.indexOf(endMark) + endMark.length;

/** Nothing that the requester did: the order stays, and what the server serves may get better. */
const unusable = (provider: Provider, problem: string): Extract<CollectOutcome, { kind: 'blocked' }> => ({
  kind: 'blocked',
  code: 'InvalidCertificate',
  message: `${serverName(provider)} served something that cannot be used (${problem}). Nothing was stored; it is fetched again every minute.`,
  afterMs: slowRetryMs,
});

/** It does not get better by itself. */
const ended = (provider: Provider): CollectOutcome => ({
  ...unusable(
    provider,
    'the certificate has ended; look at the clock of the node on which the controller runs, or delete the CertificateRequest',
  ),
  code: certificateEnded,
});

function findStranger(leaf: Certificate, { csr, names }: Wanted): string | undefined {
  if (!isSamePublicKey(leaf.publicKey, csr.publicKey)) return 'it is for another key than the CSR';
  const [difference] = compareNames({ commonNames: [], dns: names, others: [] }, leaf.names);
  return difference === undefined ? undefined : `it ${difference}`;
}

/**
 * As served, where each certificate signed the one before it (RFC 8555 section 9.1), else put into that order; without the
 * root, which who verifies has or does not trust (RFC 8446 section 4.4.2).
 */
function orderChain(leaf: Certificate, others: readonly ChainCertificate[]): readonly ChainCertificate[] {
  const { certificates } = buildChain(leaf, others);
  const served = [leaf, ...others.filter((other) => !other.isSignedBy(other))];
  const isInOrder = served.every((certificate, index) => {
    const above = served[index + 1];
    return above === undefined || certificate.isSignedBy(above);
  });
  return isInOrder ? served : certificates;
}

/** What the requester should know: each notice becomes one event. */
function findNotices(provider: Provider, leaf: Certificate, request: SigningRequest, { csr }: Wanted): Notice[] {
  const notices: Notice[] = [];
  const lifetimeMs = leaf.notAfter.getTime() - leaf.notBefore.getTime();
  const { durationMs = lifetimeMs } = request;
  if (Math.abs(lifetimeMs - durationMs) > lifetimeToleranceMs) {
    const message =
      `spec.duration asks for ${formatDays(durationMs)}; ${serverName(provider).replace(/^The/, 'the')} alone decides how long ` +
      `its certificates are valid: ${formatDays(lifetimeMs)}, until ${formatInstant(leaf.notAfter.getTime())}. ` +
      'Leave spec.duration out, and see to it that spec.renewBefore is shorter than that.';
    notices.push({ reason: 'DurationIgnored', message });
  }
  const missing = findMissingUsages(request, csr, leaf);
  if (missing.length > 0) {
    const message = `${serverName(provider)} decides about the usages; the certificate lacks what was asked for: ${missing.join(', ')}.`;
    notices.push({ reason: 'UsagesIgnored', message });
  }
  return notices;
}

const hourMs = 3_600_000;

/** `45 days`, or hours where it is no whole number of days; a certificate is a second short of them. */
function formatDays(ms: number): string {
  const hours = Math.round(ms / hourMs);
  return hours % 24 === 0 ? `${hours / 24} days` : `${hours} hours`;
}
