import { ServiceError } from '../../errors.ts';
import type { Call } from '../../service.ts';
import { notFound } from '../access.ts';
import { seconds } from '../read.ts';
import type { AcmState } from '../state.ts';
import type { AcmCertificate, DomainProof } from './certificate.ts';
import { requireCertificate } from './find.ts';

/** DescribeCertificate: does not know a certificate at once after it was requested. Throws ServiceError. */
export async function describeCertificate(state: AcmState, call: Call): Promise<unknown> {
  const certificate = await requireCertificate(state, call);
  const shownAt = certificate.importedAt === undefined ? certificate.createdAt + state.settings.describeDelayMs : 0;
  if (state.times.clock.now() < shownAt) throw notFound(certificate.arn);
  return { Certificate: show(state, certificate) };
}

/** DeleteCertificate: not one in use, nor one of an ACME endpoint. Throws ServiceError. */
export async function deleteCertificate(state: AcmState, call: Call): Promise<unknown> {
  const { arn, inUseBy, origin } = await requireCertificate(state, call);
  if (inUseBy.length > 0) throw new ServiceError('ResourceInUseException', `Certificate ${arn} is in use.`);
  if (origin === 'ACME') {
    throw new ServiceError('ValidationException', `Certificate ${arn} was issued by an ACME endpoint.`);
  }
  state.certificates.delete(arn);
  return {};
}

function show(state: AcmState, certificate: AcmCertificate): unknown {
  const { issued, failureReason, certificateAuthorityArn, acmeEndpointArn, acmeAccountId, proofs, origin } =
    certificate;
  return {
    CertificateArn: certificate.arn,
    DomainName: certificate.domainName,
    SubjectAlternativeNames: certificate.names,
    ...(proofs.length > 0 && { DomainValidationOptions: proofs.map((proof) => showProof(state, certificate, proof)) }),
    ...(issued && showIssued(issued)),
    ...showInstants(certificate),
    Status: certificate.status,
    KeyAlgorithm: certificate.keyAlgorithm,
    InUseBy: certificate.inUseBy,
    ...(failureReason !== undefined && { FailureReason: failureReason }),
    Type: certificate.type,
    ...(certificateAuthorityArn !== undefined && { CertificateAuthorityArn: certificateAuthorityArn }),
    RenewalEligibility: origin === 'AWS_MANAGED' && certificate.inUseBy.length > 0 ? 'ELIGIBLE' : 'INELIGIBLE',
    Options: { CertificateTransparencyLoggingPreference: 'ENABLED', Export: certificate.exportOption },
    CertificateKeyPairOrigin: origin,
    ...(acmeEndpointArn !== undefined && { AcmeEndpointArn: acmeEndpointArn }),
    ...(acmeAccountId !== undefined && { AcmeAccountId: acmeAccountId }),
  };
}

function showProof({ settings, times }: AcmState, { createdAt, status }: AcmCertificate, proof: DomainProof): unknown {
  const now = times.clock.now();
  const isShown = now >= createdAt + settings.recordDelayMs;
  const isProved = proof.seenAt !== undefined && now >= proof.seenAt + settings.validatingTimeMs;
  const isOver = status === 'VALIDATION_TIMED_OUT' || status === 'FAILED';
  return {
    DomainName: proof.domainName,
    ValidationDomain: proof.domainName,
    ValidationMethod: 'DNS',
    ValidationStatus: isProved ? 'SUCCESS' : isOver ? 'FAILED' : 'PENDING_VALIDATION',
    ...(isShown && { ResourceRecord: { Name: proof.record.name, Type: 'CNAME', Value: proof.record.value } }),
  };
}

function showIssued({ serial, subject, issuer, notBefore, notAfter }: NonNullable<AcmCertificate['issued']>): object {
  const Serial = (serial.match(/../g) ?? []).join(':');
  return { Serial, Subject: subject, Issuer: issuer, NotBefore: seconds(notBefore), NotAfter: seconds(notAfter) };
}

/** When what happened to a certificate; of an imported one ACM tells no request. */
export function showInstants({ createdAt, issuedAt, importedAt, revokedAt }: AcmCertificate): object {
  return {
    ...(importedAt === undefined && { CreatedAt: seconds(createdAt) }),
    ...(issuedAt !== undefined && { IssuedAt: seconds(issuedAt) }),
    ...(importedAt !== undefined && { ImportedAt: seconds(importedAt) }),
    ...(revokedAt !== undefined && { RevokedAt: seconds(revokedAt) }),
  };
}
