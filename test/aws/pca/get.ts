import { ServiceError } from '../errors.ts';
import type { Call } from '../service.ts';
import { toPem } from '../x509/pem.ts';
import { requireAuthority } from './access.ts';
import { statusNow, type CertificateAuthority } from './authority.ts';
import { chainPem } from './chain.ts';
import type { IssuedCertificate, PcaState } from './state.ts';
import { requireArn } from './validate.ts';

/** States in which a CA still hands out what it once issued. */
const READABLE = ['ACTIVE', 'DISABLED', 'EXPIRED'];

/** GetCertificate: the leaf, and the chain from the issuing CA up to the root. Throws ServiceError. */
export function getCertificate(state: PcaState, call: Call): Readonly<Record<string, string>> {
  const arn = requireArn(call.parameters, 'CertificateArn');
  const authority = requireAuthority(state, call);
  requireReadable(authority, state.times.clock.now());
  const issued = requireCertificate(state, authority, arn);
  if (issued.readyAt > state.times.clock.monotonic()) {
    throw new ServiceError('RequestInProgressException', 'The certificate is not yet issued.');
  }
  const Certificate = toPem('CERTIFICATE', issued.certificate);
  return issued.isRoot ? { Certificate } : { Certificate, CertificateChain: chainPem(authority) };
}

/** GetCertificateAuthorityCertificate: the CA's own certificate, and what is above it. Throws ServiceError. */
export function getAuthorityCertificate(state: PcaState, call: Call): Readonly<Record<string, string>> {
  const authority = requireAuthority(state, call);
  requireReadable(authority, state.times.clock.now());
  const Certificate = toPem('CERTIFICATE', authority.certificate);
  const above = authority.parents.map((der) => toPem('CERTIFICATE', der)).join('\n');
  return above === '' ? { Certificate } : { Certificate, CertificateChain: above };
}

function requireCertificate(state: PcaState, authority: CertificateAuthority, arn: string): IssuedCertificate {
  if (!arn.startsWith(`${authority.arn}/certificate/`)) {
    throw new ServiceError('InvalidArnException', `The ARN ${arn} is not that of a certificate of ${authority.arn}.`);
  }
  const issued = state.certificates.get(arn);
  if (!issued) throw new ServiceError('ResourceNotFoundException', `Could not find certificate with ARN ${arn}.`);
  return issued;
}

export function requireReadable(authority: CertificateAuthority, now: number): void {
  const status = statusNow(authority, now);
  if (READABLE.includes(status)) return;
  const message = `The certificate authority ${authority.arn} is not in a valid state: ${status}.`;
  throw new ServiceError('InvalidStateException', message);
}
