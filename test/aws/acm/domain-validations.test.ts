import {
  DeleteAcmeDomainValidationCommand,
  ListAcmeDomainValidationsCommand,
  UpdateAcmeDomainValidationCommand,
  type ACMClient,
} from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmClient, createEndpoint, createValidation, describeValidation } from '../testing/acm.ts';
import { recordOf, validateDomain } from '../testing/acm.ts';
import { outcomeOf } from '../testing/clients.ts';

const HOUR = 3_600_000;
const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;
let endpoint: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
});

beforeEach(async () => {
  endpoint = (await createEndpoint(acm)).arn;
});

afterEach(async () => {
  await aws.clearDenials();
  await aws.configure({ acm: { recordDelayMs: 0, validatingTimeMs: 0, deletingTimeMs: 0 } });
  await aws.deleteAcmeEndpoint({ arn: endpoint });
});

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

const statusOf = async (arn: string): Promise<string | undefined> => (await describeValidation(acm, arn)).Status;
const deletion = (arn: string): Promise<unknown> =>
  acm.send(new DeleteAcmeDomainValidationCommand({ AcmeDomainValidationArn: arn }));

describe('a domain validation', () => {
  test('shows its record after a while, and is VALID once the record is there', async () => {
    await aws.configure({ acm: { recordDelayMs: 3000, validatingTimeMs: 10_000 } });
    const arn = await createValidation(acm, endpoint, 'example.com', { wildcards: true });
    expect(await describeValidation(acm, arn)).toMatchObject({
      Status: 'VALIDATING',
      DomainName: 'example.com',
      PrevalidationType: 'DNS_PREVALIDATION',
      PrevalidationDetails: {
        DnsPrevalidation: { DomainScope: { ExactDomain: 'ENABLED', Subdomains: 'DISABLED', Wildcards: 'ENABLED' } },
      },
    });
    expect(await recordOf(acm, arn)).toEqual({ name: '', value: '' });
    await clock.advance(3000);
    const { name, value } = await recordOf(acm, arn);
    expect(name).toMatch(/^_[0-9a-f]{32}\.example\.com\.$/);
    expect(value).toMatch(/^_[0-9a-f]{32}\.[0-9a-f]{10}\.acm-validations\.aws\.$/);
    await aws.setPublicRecord({ name: name.toUpperCase(), cname: value.replace(/\.$/, '') });
    expect(await statusOf(arn)).toBe('VALIDATING');
    await clock.advance(10_000);
    expect(await statusOf(arn)).toBe('VALID');
    await aws.setPublicRecord({ name });
    expect(await statusOf(arn)).toBe('VALID');
  });

  test('does not take a record with another target', async () => {
    const arn = await createValidation(acm, endpoint, 'example.com');
    const { name } = await recordOf(acm, arn);
    await aws.setPublicRecord({ name, cname: 'elsewhere.example.' });
    expect(await statusOf(arn)).toBe('VALIDATING');
  });

  test('is INVALID after 72 hours without its record, for good', async () => {
    const arn = await createValidation(acm, endpoint, 'example.com');
    const { name, value } = await recordOf(acm, arn);
    await clock.advance(72 * HOUR - 1);
    expect(await statusOf(arn)).toBe('VALIDATING');
    await clock.advance(1);
    await aws.setPublicRecord({ name, cname: value });
    expect(await describeValidation(acm, arn)).toMatchObject({
      Status: 'INVALID',
      FailureDetails: { Reason: 'TIMED_OUT' },
    });
    expect(await outcomeOf(createValidation(acm, endpoint, 'example.com'))).toBe('ConflictException');
    await deletion(arn);
    const again = await createValidation(acm, endpoint, 'example.com');
    expect(await recordOf(acm, again)).toEqual({ name, value });
    expect(await statusOf(again)).toBe('VALID');
  });

  test('has another record at another endpoint', async () => {
    const { arn: other } = await createEndpoint(acm);
    const here = await recordOf(acm, await createValidation(acm, endpoint, 'example.com'));
    const there = await recordOf(acm, await createValidation(acm, other, 'example.com'));
    expect(there.name).not.toBe(here.name);
  });

  test('is the only one of its endpoint for the domain', async () => {
    await createValidation(acm, endpoint, 'example.com');
    expect(await outcomeOf(createValidation(acm, endpoint, 'example.com'))).toBe('ConflictException');
    expect(await outcomeOf(createValidation(acm, endpoint, 'sub.example.com'))).toBe('ok');
  });

  test.each(['*.example.com', 'Example.com', 'example.com.', '-a.example', ''])('is refused for %j', async (name) => {
    expect(await outcomeOf(createValidation(acm, endpoint, name))).toBe('ValidationException');
  });

  test('can change its scope', async () => {
    const arn = await validateDomain(aws, acm, endpoint, 'example.com');
    const DomainScope = { Subdomains: 'ENABLED' as const };
    const PrevalidationOptions = { DnsPrevalidation: { DomainScope } };
    await acm.send(new UpdateAcmeDomainValidationCommand({ AcmeDomainValidationArn: arn, PrevalidationOptions }));
    const shown = await describeValidation(acm, arn);
    expect(shown.Status).toBe('VALID');
    expect(shown.PrevalidationDetails?.DnsPrevalidation?.DomainScope).toEqual({
      ExactDomain: 'DISABLED',
      Subdomains: 'ENABLED',
      Wildcards: 'DISABLED',
    });
  });

  test('is validated anew after a change, and cannot be changed meanwhile', async () => {
    await aws.configure({ acm: { validatingTimeMs: 1000 } });
    const arn = await validateDomain(aws, acm, endpoint, 'example.com');
    const change = (): Promise<unknown> => {
      const PrevalidationOptions = { DnsPrevalidation: { DomainScope: { ExactDomain: 'ENABLED' as const } } };
      return acm.send(new UpdateAcmeDomainValidationCommand({ AcmeDomainValidationArn: arn, PrevalidationOptions }));
    };
    expect(await statusOf(arn)).toBe('VALIDATING');
    await clock.advance(1000);
    expect(await statusOf(arn)).toBe('VALID');
    expect(await outcomeOf(change())).toBe('ok');
    expect(await statusOf(arn)).toBe('VALIDATING');
    expect(await outcomeOf(change())).toBe('ConflictException');
    await clock.advance(1000);
    expect(await statusOf(arn)).toBe('VALID');
    await aws.updateAcmeDomainValidation({ arn, status: 'INVALID' });
    expect(await outcomeOf(change())).toBe('ok');
    expect(await statusOf(arn)).toBe('VALIDATING');
  });

  test('is DELETING, then gone; deleting it again is no error', async () => {
    await aws.configure({ acm: { deletingTimeMs: 1000 } });
    const arn = await createValidation(acm, endpoint, 'example.com');
    await deletion(arn);
    expect(await statusOf(arn)).toBe('DELETING');
    await clock.advance(1000);
    expect(await outcomeOf(statusOf(arn))).toBe('ResourceNotFoundException');
    expect(await outcomeOf(deletion(arn))).toBe('ok');
  });

  test('goes with its endpoint', async () => {
    const { arn: other } = await createEndpoint(acm);
    const arn = await createValidation(acm, other, 'example.com');
    await aws.deleteAcmeEndpoint({ arn: other });
    expect(await outcomeOf(statusOf(arn))).toBe('ResourceNotFoundException');
    expect(await outcomeOf(createValidation(acm, other, 'x.example'))).toBe('ResourceNotFoundException');
  });

  test('is listed in pages', async () => {
    const arns: string[] = [];
    for (const name of ['a', 'b', 'c']) arns.push(await createValidation(acm, endpoint, `${name}.example`));
    const input = { AcmeEndpointArn: endpoint, MaxResults: 2 };
    const first = await acm.send(new ListAcmeDomainValidationsCommand(input));
    const second = await acm.send(new ListAcmeDomainValidationsCommand({ ...input, NextToken: first.NextToken }));
    const listed = [...(first.AcmeDomainValidations ?? []), ...(second.AcmeDomainValidations ?? [])];
    expect(listed.map(({ AcmeDomainValidationArn }) => AcmeDomainValidationArn)).toEqual(arns);
    expect(second.NextToken).toBeUndefined();
    const tooMany = acm.send(new ListAcmeDomainValidationsCommand({ ...input, MaxResults: 101 }));
    expect(await outcomeOf(tooMany)).toBe('ValidationException');
  });
});

describe('with a hosted zone', () => {
  let zone: string;

  beforeAll(async () => {
    zone = (await aws.createHostedZone({ name: 'zone.example' })).id;
  });

  test('ACM writes the record itself', async () => {
    const arn = await createValidation(acm, endpoint, 'www.zone.example', { hostedZoneId: zone });
    expect(await describeValidation(acm, arn)).toMatchObject({
      Status: 'VALID',
      PrevalidationDetails: { DnsPrevalidation: { HostedZoneId: zone } },
    });
  });

  test('a caller without right on the zone gets an INVALID validation', async () => {
    const identity = await aws.createIdentity();
    const actions = ['route53:ChangeResourceRecordSets'];
    await aws.deny({ principal: identity.arn, actions, resources: [`arn:aws:route53:::hostedzone/${zone}`] });
    const other = acmClient({ endpoint: aws.endpoint, identity });
    const arn = await createValidation(other, endpoint, 'zone.example', { hostedZoneId: zone });
    expect(await describeValidation(acm, arn)).toMatchObject({
      Status: 'INVALID',
      FailureDetails: { Reason: 'ACCESS_DENIED' },
    });
    other.destroy();
  });

  test.each([
    ['a zone that is not there', 'zone.example', 'Z0NOTTHERE', 'HOSTED_ZONE_NOT_FOUND'],
    ['another domain’s zone', 'other.example', undefined, 'DOMAIN_MISMATCH'],
  ])('%s makes an INVALID validation', async (_what, domain, id, Reason) => {
    const arn = await createValidation(acm, endpoint, domain, { hostedZoneId: id ?? zone });
    expect(await describeValidation(acm, arn)).toMatchObject({ Status: 'INVALID', FailureDetails: { Reason } });
  });

  test('an id that is none is refused', async () => {
    const wish = createValidation(acm, endpoint, 'zone.example', { hostedZoneId: '/hostedzone/Z1' });
    expect(await outcomeOf(wish)).toBe('ValidationException');
  });
});

test('a validation can be moved behind the caller’s back', async () => {
  const arn = await validateDomain(aws, acm, endpoint, 'example.com');
  await aws.updateAcmeDomainValidation({ arn, status: 'INVALID', reason: 'DOMAIN_NOT_ALLOWED' });
  expect(await describeValidation(acm, arn)).toMatchObject({
    Status: 'INVALID',
    FailureDetails: { Reason: 'DOMAIN_NOT_ALLOWED' },
  });
  await aws.deleteAcmeDomainValidation({ arn });
  expect(await outcomeOf(statusOf(arn))).toBe('ResourceNotFoundException');
});
