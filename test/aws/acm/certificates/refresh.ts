import type { KeyAlgorithm } from '../../model.ts';
import { generateKeys, familyOf, publicKeyInfoOf } from '../../x509/keys.ts';
import { toPem } from '../../x509/pem.ts';
import type { AcmState } from '../state.ts';
import { isRecordThere, VALIDATION_WINDOW_MS } from '../validation-state.ts';
import type { AcmCertificate } from './certificate.ts';
import { issuePrivately } from './private.ts';

/** Public certificates of ACM since February 2026. */
const VALIDITY_DAYS = 198;

/** Moves a certificate on to where the clock and the DNS have it. */
export async function refreshCertificate(state: AcmState, certificate: AcmCertificate): Promise<void> {
  const now = state.times.clock.now();
  if (certificate.status === 'PENDING_VALIDATION') await proceed(state, certificate, now);
  if (certificate.status === 'ISSUED' && certificate.issued && certificate.issued.notAfter < now) {
    certificate.status = 'EXPIRED';
  }
}

async function proceed(state: AcmState, certificate: AcmCertificate, now: number): Promise<void> {
  if (certificate.type === 'PRIVATE') {
    certificate.issuing ??= issuePrivately(state, certificate);
    await certificate.issuing;
    return;
  }
  const end = certificate.createdAt + VALIDATION_WINDOW_MS;
  if (now < end) lookForRecords(state, certificate, now);
  if (isProved(state, certificate, now)) {
    certificate.issuing ??= issue(state, certificate);
    await certificate.issuing;
  } else if (now >= end) certificate.status = 'VALIDATION_TIMED_OUT';
}

function lookForRecords(state: AcmState, { proofs }: AcmCertificate, now: number): void {
  for (const proof of proofs) if (isRecordThere(state, proof.record)) proof.seenAt ??= now;
}

function isProved({ settings }: AcmState, { proofs }: AcmCertificate, now: number): boolean {
  const isSeen = ({ seenAt }: (typeof proofs)[number]): boolean =>
    seenAt !== undefined && now >= seenAt + settings.validatingTimeMs;
  return proofs.length > 0 && proofs.every(isSeen);
}

async function issue(state: AcmState, certificate: AcmCertificate): Promise<void> {
  const { arn, account, region, names, domainName } = certificate;
  const keyAlgorithm = certificate.keyAlgorithm as KeyAlgorithm;
  const keys = await generateKeys(keyAlgorithm);
  const leaf = await state.authority.sign({
    names,
    publicKeyInfo: publicKeyInfoOf(keys.publicKey),
    family: familyOf(keyAlgorithm) === 'RSA' ? 'RSA' : 'ECDSA',
    commonName: domainName,
    validityDays: VALIDITY_DAYS,
  });
  const { serial, issuer, notBefore, notAfter, chainPem } = leaf;
  const certificatePem = toPem('CERTIFICATE', leaf.certificate);
  const now = state.times.clock.now();
  certificate.issued = { serial, issuer, notBefore, notAfter, chainPem, certificatePem, subject: `CN=${domainName}` };
  certificate.issuedAt = now;
  certificate.status = 'ISSUED';
  const record = { certificateArn: arn, kind: 'REQUESTED', names, serial, account, region, time: now } as const;
  state.recorder.recordPublicCertificate(record);
}
