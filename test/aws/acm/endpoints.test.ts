import {
  DeleteAcmeEndpointCommand,
  DescribeAcmeEndpointCommand,
  ListAcmeEndpointsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAcmeEndpointCommand,
  type ACMClient,
  type AcmeEndpoint,
  type CreateAcmeEndpointCommandInput,
} from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmClient, createEndpoint, createValidation } from '../testing/acm.ts';
import { outcomeOf } from '../testing/clients.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
});

afterEach(async () => {
  await aws.clearDenials();
  await aws.configure({ acm: { creatingTimeMs: 0, deletingTimeMs: 0, pageSize: 100 }, quotas: 'off' });
});

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

const create = async (wish: Partial<CreateAcmeEndpointCommandInput> = {}): Promise<string> =>
  (await createEndpoint(acm, wish)).arn;

async function describeArn(AcmeEndpointArn: string): Promise<AcmeEndpoint> {
  return (await acm.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn }))).AcmeEndpoint ?? {};
}

const deletion = (arn: string): Promise<unknown> => acm.send(new DeleteAcmeEndpointCommand({ AcmeEndpointArn: arn }));

describe('an ACME endpoint', () => {
  test('is CREATING, then ACTIVE with its directory', async () => {
    await aws.configure({ acm: { creatingTimeMs: 30_000 } });
    const PublicCertificateAuthority = { AllowedKeyAlgorithms: ['EC_prime256v1' as const] };
    const arn = await create({ Contact: 'REQUIRED', CertificateAuthority: { PublicCertificateAuthority } });
    const creating = await describeArn(arn);
    expect(creating).toMatchObject({ Status: 'CREATING', Contact: 'REQUIRED', AuthorizationBehavior: 'PRE_APPROVED' });
    expect(creating.CertificateAuthority).toEqual({ PublicCertificateAuthority });
    const url = `${aws.endpoint}/acme/${arn.split('/')[1]}/directory`;
    expect(creating.EndpointUrl).toBe(url);
    expect((await fetch(url)).status).toBe(404);
    expect(await outcomeOf(deletion(arn))).toBe('ConflictException');
    expect(await outcomeOf(createValidation(acm, arn, 'example.com'))).toBe('ConflictException');
    await clock.advance(30_000);
    expect((await describeArn(arn)).Status).toBe('ACTIVE');
    expect((await fetch(url)).status).toBe(200);
  });

  test('can fail', async () => {
    const arn = await create();
    await aws.updateAcmeEndpoint({ arn, failureReason: 'Something went wrong.' });
    expect(await describeArn(arn)).toMatchObject({ Status: 'FAILED', FailureReason: 'Something went wrong.' });
  });

  test('is one for the same token, and a conflict for the same token with other parameters', async () => {
    const IdempotencyToken = 'c1';
    const arn = await create({ IdempotencyToken });
    expect(await create({ IdempotencyToken })).toBe(arn);
    expect(await outcomeOf(create({ IdempotencyToken, Contact: 'REQUIRED' }))).toBe('ConflictException');
    await deletion(arn);
    expect(await create({ IdempotencyToken })).not.toBe(arn);
  });

  test('is changed in contact and key algorithms', async () => {
    const arn = await create();
    const CertificateAuthority = { PublicCertificateAuthority: { AllowedKeyAlgorithms: ['RSA_2048' as const] } };
    const update = { AcmeEndpointArn: arn, Contact: 'REQUIRED' as const, CertificateAuthority };
    await acm.send(new UpdateAcmeEndpointCommand(update));
    expect(await describeArn(arn)).toMatchObject({ Contact: 'REQUIRED', CertificateAuthority });
  });

  test('is DELETING, then gone with its URL; deleting it again is no error', async () => {
    await aws.configure({ acm: { deletingTimeMs: 5000 } });
    const { arn, url } = await createEndpoint(acm);
    await deletion(arn);
    expect((await describeArn(arn)).Status).toBe('DELETING');
    expect((await fetch(url)).status).toBe(404);
    await clock.advance(5000);
    expect(await outcomeOf(describeArn(arn))).toBe('ResourceNotFoundException');
    expect(await outcomeOf(deletion(arn))).toBe('ok');
  });

  test('is listed in pages while it is there', async () => {
    await aws.configure({ acm: { pageSize: 2 } });
    for (let at = 0; at < 3; at += 1) await create();
    const listed: string[] = [];
    let NextToken: string | undefined;
    let pages = 0;
    do {
      const page = await acm.send(new ListAcmeEndpointsCommand(NextToken === undefined ? {} : { NextToken }));
      listed.push(...(page.AcmeEndpoints ?? []).map(({ AcmeEndpointArn = '' }) => AcmeEndpointArn));
      ({ NextToken } = page);
      pages += 1;
    } while (NextToken !== undefined);
    expect(pages).toBe(Math.ceil(listed.length / 2));
    expect(new Set(listed).size).toBe(listed.length);
    const ofFirst = await aws.createIdentity({ account: '444455556666' });
    const other = acmClient({ endpoint: aws.endpoint, identity: ofFirst });
    expect((await other.send(new ListAcmeEndpointsCommand({}))).AcmeEndpoints).toEqual([]);
    const foreign = other.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn: listed[0] }));
    expect(await outcomeOf(foreign)).toBe('AccessDeniedException');
    other.destroy();
  });

  test('is of one Region', async () => {
    const arn = await create();
    const elsewhere = acmClient({ endpoint: aws.endpoint, identity: aws.identity, region: 'eu-central-1' });
    const asked = elsewhere.send(new DescribeAcmeEndpointCommand({ AcmeEndpointArn: arn }));
    expect(await outcomeOf(asked)).toBe('ResourceNotFoundException');
    elsewhere.destroy();
  });

  test('is one of 50', async () => {
    const identity = await aws.createIdentity({ account: '777788889999' });
    const other = acmClient({ endpoint: aws.endpoint, identity });
    for (let at = 0; at < 50; at += 1) await createEndpoint(other);
    expect(await outcomeOf(createEndpoint(other))).toBe('ServiceQuotaExceededException');
    other.destroy();
  });
});

describe('tags', () => {
  const tagsOf = async (ResourceArn: string): Promise<unknown> =>
    (await acm.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags;

  test('are shown by ListTagsForResource alone', async () => {
    const arn = await create({
      Tags: [{ Key: 'cluster', Value: 'a' }],
      CertificateTags: [{ Key: 'on', Value: 'certs' }],
    });
    const shown = await describeArn(arn);
    expect(shown).not.toHaveProperty('Tags');
    expect(shown.CertificateTags).toEqual([{ Key: 'on', Value: 'certs' }]);
    await acm.send(new TagResourceCommand({ ResourceArn: arn, Tags: [{ Key: 'issuer', Value: 'b' }] }));
    await acm.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: ['cluster'] }));
    expect(await tagsOf(arn)).toEqual([{ Key: 'issuer', Value: 'b' }]);
  });

  test('are at most fifty, of letters that ACM knows', async () => {
    const first = { Key: 'first', Value: '' };
    const arn = await create({ Tags: [first] });
    const Tags = Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}` }));
    const tag = (tags: typeof Tags): Promise<string> =>
      outcomeOf(acm.send(new TagResourceCommand({ ResourceArn: arn, Tags: tags })));
    expect(await tag(Tags)).toBe('ValidationException');
    expect(await tag(Tags.slice(1))).toBe('ServiceQuotaExceededException');
    expect(await tag([{ Key: 'aws:mine' }])).toBe('ValidationException');
    expect(await outcomeOf(create({ Tags: [{ Key: 'host', Value: '*.example.com' }] }))).toBe('ValidationException');
    expect(await tagsOf(arn)).toEqual([first]);
    expect(await outcomeOf(tagsOf(`${arn}x`))).toBe('ResourceNotFoundException');
  });
});

describe('the caller', () => {
  test('is denied what policies deny', async () => {
    const identity = await aws.createIdentity();
    await aws.deny({ principal: identity.arn, actions: ['acm:CreateAcmeEndpoint'] });
    const other = acmClient({ endpoint: aws.endpoint, identity });
    await expect(createEndpoint(other)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('is not authorized to perform: acm:CreateAcmeEndpoint'),
    });
    other.destroy();
  });

  test('is throttled by operation kind, with the reason', async () => {
    await aws.configure({ quotas: {} });
    const arn = await create();
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => outcomeOf(describeArn(arn))));
    // One of the thirty was used when the endpoint was created.
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(29);
    await expect(acm.send(new ListAcmeEndpointsCommand({}))).rejects.toMatchObject({
      name: 'ThrottlingException',
      throttlingReasons: [{ reason: 'accountRequestRateExceeded', resource: 'ListAcmeEndpoints' }],
    });
    await clock.advance(1000);
    expect(await outcomeOf(describeArn(arn))).toBe('ok');
  });

  test('meets faults on order', async () => {
    const [arn, other] = [await create(), await create()];
    await aws.failNext({ operation: 'DescribeAcmeEndpoint', code: 'InternalServerException', service: 'acm' });
    await aws.failNext({ operation: 'DescribeAcmeEndpoint', kind: 'reset', acmeEndpointArn: arn });
    expect(await outcomeOf(describeArn(other))).toBe('InternalServerException');
    expect(await outcomeOf(describeArn(other))).toBe('ok');
    await expect(describeArn(arn)).rejects.toThrow('ECONNRESET');
    expect(await outcomeOf(describeArn(arn))).toBe('ok');
  });
});
