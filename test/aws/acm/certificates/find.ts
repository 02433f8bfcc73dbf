import { ServiceError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import { notFound, requireOwn } from '../access.ts';
import { ARN_PATTERNS } from '../arns.ts';
import { readText } from '../read.ts';
import type { AcmState } from '../state.ts';
import type { AcmCertificate } from './certificate.ts';
import { refreshCertificate } from './refresh.ts';

/** The certificate that `CertificateArn` names, if the caller may do this with it. Throws ServiceError. */
export async function requireCertificate(state: AcmState, call: Call): Promise<AcmCertificate> {
  const arn = readText(call.parameters, 'CertificateArn', { max: 2048 });
  if (!ARN_PATTERNS.certificate.test(arn)) {
    throw new ServiceError('InvalidArnException', `The ARN ${arn} is not that of a certificate.`);
  }
  requireOwn(state, call, arn);
  const certificate = state.certificates.get(arn);
  if (!certificate) throw notFound(arn);
  await refreshCertificate(state, certificate);
  return certificate;
}
