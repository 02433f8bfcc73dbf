import type { Quota } from '../quotas.ts';

/**
 * All operations of an account draw from one bucket, wherever they are signed for.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests
 */
const ALL: Quota = { rate: 10, burst: 50, bucket: 'route53', isGlobal: true };

export const ROUTE53_QUOTAS: Readonly<Record<string, Quota>> = {
  ListHostedZonesByName: ALL,
  ListHostedZones: ALL,
  GetHostedZone: ALL,
  ChangeResourceRecordSets: ALL,
  ListResourceRecordSets: ALL,
  GetChange: ALL,
};
