import { execFileSync } from 'node:child_process';
import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  ImportCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
  type ACMClient,
  type CertificateDetail,
  type ListCertificatesCommandInput,
  type RequestCertificateCommandInput,
} from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../../index.ts';
import { acmClient, acmeBench } from '../../testing/acm.ts';
import { outcomeOf } from '../../testing/clients.ts';
import { makeCsr } from '../../testing/csr.ts';

const HOUR = 3_600_000;
const clock = new FakeClock(Date.now());
let aws: AwsStandIn;
let acm: ACMClient;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
});

afterEach(async () => {
  await aws.configure({ acm: { recordDelayMs: 0, describeDelayMs: 0 } });
  await aws.reset();
});

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

async function request(wish: Partial<RequestCertificateCommandInput> = {}): Promise<string> {
  const input = { DomainName: 'example.com', ValidationMethod: 'DNS', ...wish } as const;
  return (await acm.send(new RequestCertificateCommand(input))).CertificateArn ?? '';
}

async function describeArn(arn: string): Promise<CertificateDetail> {
  return (await acm.send(new DescribeCertificateCommand({ CertificateArn: arn }))).Certificate ?? {};
}

async function prove(arn: string): Promise<void> {
  const { DomainValidationOptions = [] } = await describeArn(arn);
  for (const { ResourceRecord } of DomainValidationOptions) {
    const { Name = '', Value = '' } = ResourceRecord ?? {};
    await aws.setPublicRecord({ name: Name, cname: Value });
  }
}

async function list(input: ListCertificatesCommandInput = {}): Promise<string[]> {
  const { CertificateSummaryList = [] } = await acm.send(new ListCertificatesCommand(input));
  return CertificateSummaryList.map(({ CertificateArn = '' }) => CertificateArn);
}

describe('a requested certificate', () => {
  test('waits for its records and is issued for 198 days', async () => {
    const arn = await request({ SubjectAlternativeNames: ['*.example.com'], KeyAlgorithm: 'EC_prime256v1' });
    const before = await describeArn(arn);
    expect(before).toMatchObject({ Status: 'PENDING_VALIDATION', Type: 'AMAZON_ISSUED', InUseBy: [] });
    const records = (before.DomainValidationOptions ?? []).map(({ ResourceRecord }) => ResourceRecord);
    expect(records).toHaveLength(2);
    expect(records[0]).toEqual(records[1]);
    await prove(arn);
    const issued = await describeArn(arn);
    expect(issued).toMatchObject({ Status: 'ISSUED', CertificateKeyPairOrigin: 'AWS_MANAGED' });
    const days = ((issued.NotAfter?.getTime() ?? 0) + 1000 - (issued.NotBefore?.getTime() ?? 0)) / (24 * HOUR);
    expect(days).toBe(198);
    expect(await aws.publicCertificates()).toMatchObject([{ kind: 'REQUESTED', certificateArn: arn }]);
  });

  test('has the same record as any other of the account for the same domain', async () => {
    const [one, two] = [await request({ DomainName: 'same.example' }), await request({ DomainName: 'same.example' })];
    const recordOf = async (arn: string): Promise<unknown> =>
      (await describeArn(arn)).DomainValidationOptions?.[0]?.ResourceRecord;
    expect(await recordOf(one)).toEqual(await recordOf(two));
  });

  test('shows neither itself nor its record at once', async () => {
    await aws.configure({ acm: { describeDelayMs: 2000, recordDelayMs: 4000 } });
    const arn = await request({ DomainName: 'late.example' });
    expect(await outcomeOf(describeArn(arn))).toBe('ResourceNotFoundException');
    await clock.advance(2000);
    expect((await describeArn(arn)).DomainValidationOptions?.[0]?.ResourceRecord).toBeUndefined();
    await clock.advance(2000);
    expect((await describeArn(arn)).DomainValidationOptions?.[0]?.ResourceRecord?.Type).toBe('CNAME');
  });

  test('gives up after 72 hours', async () => {
    const arn = await request({ DomainName: 'never.example' });
    await clock.advance(72 * HOUR - 1);
    expect((await describeArn(arn)).Status).toBe('PENDING_VALIDATION');
    await clock.advance(1);
    expect((await describeArn(arn)).Status).toBe('VALIDATION_TIMED_OUT');
    await prove(arn);
    expect((await describeArn(arn)).Status).toBe('VALIDATION_TIMED_OUT');
  });

  test('is one for the same token within an hour', async () => {
    const wish = { DomainName: 'token.example', IdempotencyToken: 'abc_1' };
    const arn = await request(wish);
    expect(await request(wish)).toBe(arn);
    await clock.advance(HOUR);
    expect(await request(wish)).not.toBe(arn);
  });

  test.each([
    [
      'a name that is too long to be a common name',
      { DomainName: `${'a'.repeat(60)}.example` },
      'InvalidParameterException',
    ],
    ['a name that is none', { DomainName: '-x-' }, 'ValidationException'],
    ['a token with a hyphen', { IdempotencyToken: 'a-b' }, 'ValidationException'],
    [
      'eleven names',
      { SubjectAlternativeNames: Array.from({ length: 10 }, (_, at) => `n${at}.example`) },
      'LimitExceededException',
    ],
    ['a tag that is none', { Tags: [{ Key: 'host', Value: '*' }] }, 'InvalidTagException'],
    ['an ARN that is none', { CertificateAuthorityArn: 'arn:aws:acm-pca:x' }, 'InvalidArnException'],
  ])('is refused with %s', async (_what, wish, outcome) => {
    expect(await outcomeOf(request(wish))).toBe(outcome);
  });

  test('can be private', async () => {
    const root = await aws.createCertificateAuthority({ keyAlgorithm: 'RSA_2048' });
    const arn = await request({ DomainName: 'in.internal', CertificateAuthorityArn: root.arn });
    expect(await describeArn(arn)).toMatchObject({
      Status: 'ISSUED',
      Type: 'PRIVATE',
      CertificateAuthorityArn: root.arn,
    });
    const curve = await aws.createCertificateAuthority({ keyAlgorithm: 'EC_prime256v1' });
    const mixed = await request({ DomainName: 'in.internal', CertificateAuthorityArn: curve.arn });
    expect(await describeArn(mixed)).toMatchObject({ Status: 'FAILED', FailureReason: 'PCA_INVALID_ARGS' });
    expect(await aws.publicCertificates()).toEqual([]);
  });
});

describe('lists, tags and deletion', () => {
  test('ListCertificates hides other keys and those of ACME endpoints unless asked', async () => {
    const rsa = await request({ DomainName: 'rsa.example' });
    const curve = await request({ DomainName: 'curve.example', KeyAlgorithm: 'EC_secp384r1' });
    const { client } = await acmeBench(aws, acm, { domain: 'listed.example' });
    const { orderUrl } = await client.order(['listed.example']);
    await client.finalize(orderUrl, makeCsr({ subject: '/CN=listed.example' }));
    const [acme] = await aws.publicCertificates();
    const usual = await list();
    expect([usual.includes(rsa), usual.includes(curve), usual.includes(acme?.certificateArn ?? '')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await list({ Includes: { keyTypes: ['EC_secp384r1'] } })).toEqual([curve]);
    const ofAcme = { CertificateKeyPairOrigins: ['ACME'], Includes: { keyTypes: ['EC_prime256v1'] } } as const;
    const origins: ListCertificatesCommandInput = {
      CertificateKeyPairOrigins: [...ofAcme.CertificateKeyPairOrigins],
      Includes: { keyTypes: [...ofAcme.Includes.keyTypes] },
    };
    expect(await list(origins)).toEqual([acme?.certificateArn]);
    expect(await describeArn(acme?.certificateArn ?? '')).toMatchObject({
      CertificateKeyPairOrigin: 'ACME',
      AcmeEndpointArn: acme?.acmeEndpointArn,
      Status: 'ISSUED',
    });
    const deletion = acm.send(new DeleteCertificateCommand({ CertificateArn: acme?.certificateArn }));
    expect(await outcomeOf(deletion)).toBe('ValidationException');
  });

  test('in pages', async () => {
    const all = await list();
    const pages: string[] = [];
    let NextToken: string | undefined;
    do {
      const input = { MaxItems: 2, ...(NextToken !== undefined && { NextToken }) };
      const page = await acm.send(new ListCertificatesCommand(input));
      expect(page.CertificateSummaryList?.length).toBeLessThanOrEqual(2);
      pages.push(...(page.CertificateSummaryList ?? []).map(({ CertificateArn = '' }) => CertificateArn));
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    expect(pages).toEqual(all);
    expect(await outcomeOf(list({ NextToken: 'nonsense' }))).toBe('ValidationException');
  });

  test('tags', async () => {
    const arn = await request({ DomainName: 'tags.example', Tags: [{ Key: 'team', Value: 'one' }] });
    const more = [{ Key: 'stage', Value: 'prod' }];
    await acm.send(new AddTagsToCertificateCommand({ CertificateArn: arn, Tags: more }));
    const { Tags } = await acm.send(new ListTagsForCertificateCommand({ CertificateArn: arn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'one' }, ...more]);
    const many = Array.from({ length: 50 }, (_, at) => ({ Key: `k${at}` }));
    const added = acm.send(new AddTagsToCertificateCommand({ CertificateArn: arn, Tags: many }));
    expect(await outcomeOf(added)).toBe('TooManyTagsException');
  });

  test('a certificate in use cannot be deleted', async () => {
    const arn = await request({ DomainName: 'used.example' });
    await aws.updateCertificate({
      arn,
      inUseBy: ['arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/x/1'],
    });
    const deleting = (): Promise<string> => outcomeOf(acm.send(new DeleteCertificateCommand({ CertificateArn: arn })));
    expect(await deleting()).toBe('ResourceInUseException');
    await aws.updateCertificate({ arn, inUseBy: [] });
    expect(await deleting()).toBe('ok');
    expect(await deleting()).toBe('ResourceNotFoundException');
    expect(await outcomeOf(describeArn('arn:aws:acm:us-east-1:111122223333:thing/1'))).toBe('InvalidArnException');
  });
});

describe('an imported certificate', () => {
  const selfSigned = (name: string): { readonly Certificate: Buffer; readonly PrivateKey: Buffer } => {
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      '-',
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
    ];
    const text = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const block = (label: string): Buffer =>
      Buffer.from(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)?.[0] ?? '');
    return { Certificate: block('CERTIFICATE'), PrivateKey: block('PRIVATE KEY') };
  };

  test('keeps its ARN when it is imported again', async () => {
    const Tags = [{ Key: 'from', Value: 'secret' }];
    const { CertificateArn } = await acm.send(new ImportCertificateCommand({ ...selfSigned('one.example'), Tags }));
    expect(await describeArn(CertificateArn ?? '')).toMatchObject({
      Type: 'IMPORTED',
      Status: 'ISSUED',
      DomainName: 'one.example',
      KeyAlgorithm: 'EC_prime256v1',
      CertificateKeyPairOrigin: 'CUSTOMER_PROVIDED',
    });
    const again = await acm.send(new ImportCertificateCommand({ ...selfSigned('two.example'), CertificateArn }));
    expect(again.CertificateArn).toBe(CertificateArn);
    expect(await describeArn(CertificateArn ?? '')).toMatchObject({ DomainName: 'two.example' });
    const withTags = new ImportCertificateCommand({ ...selfSigned('two.example'), CertificateArn, Tags });
    expect(await outcomeOf(acm.send(withTags))).toBe('InvalidParameterException');
    expect(JSON.stringify(await aws.calls())).not.toContain('PRIVATE KEY');
  });

  test('is refused with another key', async () => {
    const { PrivateKey } = selfSigned('other.example');
    const mixed = new ImportCertificateCommand({ ...selfSigned('one.example'), PrivateKey });
    expect(await outcomeOf(acm.send(mixed))).toBe('ValidationException');
  });
});
