import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { requireAuthority } from './access.ts';
import { requireReadable } from './get.ts';
import type { PcaState } from './state.ts';
import { requireText } from './validate.ts';

const REASONS = [
  ...['UNSPECIFIED', 'KEY_COMPROMISE', 'CERTIFICATE_AUTHORITY_COMPROMISE', 'AFFILIATION_CHANGED', 'SUPERSEDED'],
  ...['CESSATION_OF_OPERATION', 'PRIVILEGE_WITHDRAWN', 'A_A_COMPROMISE'],
];

/** RevokeCertificate: by serial in hex, with or without colons. Throws ServiceError. */
export function revokeCertificate(state: PcaState, call: Call): Readonly<Record<string, never>> {
  const serial = requireText(call.parameters, 'CertificateSerial', 1, 128);
  const reason = requireText(call.parameters, 'RevocationReason', 1, 64);
  if (!REASONS.includes(reason)) throw new ServiceError('ValidationException', `${reason} is no revocation reason.`);
  const authority = requireAuthority(state, call);
  requireReadable(authority, state.times.clock.now());
  const digits = serial.replace(/:/g, '').toLowerCase();
  // A leading zero may be left out; whole bytes stand in the ARN.
  const arn = `${authority.arn}/certificate/${digits.padStart(digits.length + (digits.length % 2), '0')}`;
  const issued = state.certificates.get(arn);
  if (!issued) throw new ServiceError('ResourceNotFoundException', `Could not find the certificate ${serial}.`);
  if (issued.isRoot) throw new ServiceError('InvalidRequestException', 'A root certificate cannot be revoked.');
  if (issued.revokedAt !== undefined) {
    throw new ServiceError('RequestAlreadyProcessedException', 'The certificate has already been revoked.');
  }
  issued.revokedAt = state.times.clock.now();
  return {};
}
