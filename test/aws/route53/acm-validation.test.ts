import type { ACMClient } from '@aws-sdk/client-acm';
import type { Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmClient, createEndpoint, createValidation, describeValidation, recordOf } from '../testing/acm.ts';
import { route53Client } from '../testing/clients.ts';
import { change, simple } from '../testing/records.ts';

const SPREADING_MS = 30_000;
const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;
let route53: Route53Client;
let endpointArn: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off', insyncAfterMs: SPREADING_MS });
  acm = acmClient(aws);
  route53 = route53Client(aws);
});

beforeEach(async () => {
  endpointArn = (await createEndpoint(acm)).arn;
});

afterAll(async () => {
  acm.destroy();
  route53.destroy();
  await aws.stop();
});

const statusOf = async (arn: string): Promise<string | undefined> => (await describeValidation(acm, arn)).Status;

test('ACM takes a domain for valid once the CNAME that Route 53 was given has spread', async () => {
  const { id } = await aws.createHostedZone({ name: 'example.com' });
  const arn = await createValidation(acm, endpointArn, 'example.com');
  const { name, value } = await recordOf(acm, arn);
  await change(route53, id, ['UPSERT', simple(name, 'CNAME', value)]);
  expect(await statusOf(arn)).toBe('VALIDATING');
  await clock.advance(SPREADING_MS);
  expect(await statusOf(arn)).toBe('VALID');
});

test('a CNAME in the private twin of a zone is not seen', async () => {
  await aws.createHostedZone({ name: 'example.net' });
  const { id } = await aws.createHostedZone({ name: 'example.net', isPrivate: true });
  const arn = await createValidation(acm, endpointArn, 'example.net');
  const { name, value } = await recordOf(acm, arn);
  await change(route53, id, ['UPSERT', simple(name, 'CNAME', value)]);
  await clock.advance(SPREADING_MS);
  expect(await statusOf(arn)).toBe('VALIDATING');
});

test('where ACM is given the hosted zone it writes the CNAME itself', async () => {
  const { id: hostedZoneId } = await aws.createHostedZone({ name: 'example.org' });
  const arn = await createValidation(acm, endpointArn, 'www.example.org', { hostedZoneId });
  const { name, value } = await recordOf(acm, arn);
  const records = await aws.records({ zoneId: hostedZoneId });
  expect(records).toContainEqual({ name, type: 'CNAME', ttl: 300, values: [value] });
  await clock.advance(SPREADING_MS);
  expect(await statusOf(arn)).toBe('VALID');
});

test.each([
  ['HOSTED_ZONE_NOT_FOUND', undefined],
  ['DOMAIN_MISMATCH', { name: 'example.edu' }],
  ['ACCESS_DENIED', { name: 'example.org', account: '444455556666' }],
])('what ACM cannot write makes the validation fail: %s', async (reason, zone) => {
  const hostedZoneId = zone ? (await aws.createHostedZone(zone)).id : 'Z0123456789';
  const arn = await createValidation(acm, endpointArn, 'www.example.org', { hostedZoneId });
  const failed = { Status: 'INVALID', FailureDetails: { Reason: reason } };
  expect(await describeValidation(acm, arn)).toMatchObject(failed);
});
