import { ServiceError } from '../errors.ts';

/** Default quotas for an account and Region. https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html */
export const LIMITS = {
  endpoints: 50,
  bindingsOfEndpoint: 1000,
  validationsOfEndpoint: 1500,
  namesOfAcmeCertificate: 100,
  namesOfRequestedCertificate: 10,
  certificates: 2500,
} as const;

export function requireRoom(count: number, most: number, what: string): void {
  if (count >= most) throw new ServiceError('ServiceQuotaExceededException', `There are already ${most} ${what}.`);
}
