import type { Engine } from '../engine.ts';
import { settleOrders } from '../acme/settle.ts';
import { findAccountByUrl } from './accounts.ts';
import type { CertificateStatus } from './certificates/certificate.ts';
import { removeValidation } from './domain-validations.ts';
import { removeEndpoint } from './endpoint-state.ts';
import type { AcmControls, CertificateUpdate, ValidationUpdate } from './model.ts';

/** What tests do to ACM's things, past its API. */
export function acmControls(engine: Engine): AcmControls {
  const { acm, acme, outsideRecords, recorder } = engine;
  const now = (): number => acm.times.clock.now();
  return {
    setPublicRecord: async ({ name, ...record }) => outsideRecords.set(name, record),
    publicAuthorities: async () => acm.authority.certificates(),
    publicCertificates: async () => {
      await settleOrders(acme);
      return recorder.publicCertificates();
    },
    updateAcmeEndpoint: async ({ arn, failureReason }) => {
      const endpoint = known(acm.endpoints.get(arn), arn);
      if (failureReason !== undefined) endpoint.failureReason = failureReason ?? undefined;
    },
    deleteAcmeEndpoint: async ({ arn }) => removeEndpoint(acm, known(acm.endpoints.get(arn), arn)),
    updateAcmeDomainValidation: async (update) => updateValidation(engine, update),
    deleteAcmeDomainValidation: async ({ arn }) => removeValidation(acm, known(acm.validations.get(arn), arn)),
    expireAcmeExternalAccountBinding: async ({ arn }) => {
      known(acm.bindings.get(arn), arn).expiresAt = now();
    },
    revokeAcmeExternalAccountBinding: async ({ arn }) => {
      known(acm.bindings.get(arn), arn).revokedAt = now();
    },
    revokeAcmeAccount: async ({ accountUrl }) => {
      known(findAccountByUrl(acm, accountUrl), accountUrl).status = 'REVOKED';
    },
    failNextOrder: async (failure) => void acme.failures.push({ failure, left: failure.count ?? 1 }),
    updateCertificate: async (update) => updateCertificate(engine, update),
  };
}

function updateValidation({ acm }: Engine, { arn, status, reason = 'INTERNAL_FAILURE' }: ValidationUpdate): void {
  const validation = known(acm.validations.get(arn), arn);
  validation.status = status;
  validation.updatedAt = acm.times.clock.now();
  validation.seenAt = undefined;
  validation.failure = status === 'INVALID' ? { reason, message: `The validation failed: ${reason}.` } : undefined;
}

function updateCertificate({ acm }: Engine, { arn, status, failureReason, inUseBy }: CertificateUpdate): void {
  const certificate = known(acm.certificates.get(arn), arn);
  if (status !== undefined) certificate.status = status as CertificateStatus;
  if (failureReason !== undefined) certificate.failureReason = failureReason;
  if (inUseBy !== undefined) certificate.inUseBy = inUseBy;
}

function known<T>(thing: T | undefined, name: string): T {
  if (thing === undefined) throw new Error(`there is no ${name}`);
  return thing;
}
