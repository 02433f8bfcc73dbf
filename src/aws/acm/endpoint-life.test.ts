import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Identity } from '../../../test/aws/index.ts';
import { createTestClients } from '../../../test/support/aws-clients.ts';
import { specOf, staticSource } from '../../../test/support/identity-bench.ts';
import { Route53Bench } from '../../../test/support/route53-bench.ts';
import type { AwsClients } from '../clients.ts';
import { AwsError } from '../errors.ts';
import { remedyOf } from '../remedies.ts';
import type { AcmCalls } from './acm-calls.ts';

// A guard against hanging: the first call loads the client.
jest.setTimeout(30_000);

const account = '111122223333';
const scope = { exact: true, subdomains: false, wildcards: true };

let bench: Route53Bench;
let clients: AwsClients;
let user: Identity;
let acm: AcmCalls;

beforeAll(async () => {
  bench = await Route53Bench.create();
  await bench.aws.configure({ quotas: 'off', insyncAfterMs: 0, acm: { creatingTimeMs: 5_000, recordDelayMs: 1_000 } });
  clients = createTestClients(bench.clock);
  user = await bench.aws.createIdentity({ account });
  acm = clients.get(specOf(staticSource(user), { region: 'eu-west-1' })).acm;
});
afterAll(async () => {
  clients.close();
  await bench.close();
});

const create = (idempotencyToken: string): Promise<string> =>
  acm.createAcmeEndpoint({
    ...{ idempotencyToken, contact: 'NOT_REQUIRED', allowedKeyAlgorithms: [] },
    ...{ tags: { issuer: 'uid' }, certificateTags: {} },
  });

test('an endpoint from its creation to its end', async () => {
  const arn = await create('life');
  expect(await create('life')).toBe(arn);
  expect((await acm.describeAcmeEndpoint(arn)).status).toBe('CREATING');
  await bench.clock.advance(5_000);
  expect(await acm.describeAcmeEndpoint(arn)).toMatchObject({ status: 'ACTIVE', url: expect.stringContaining('http') });
  expect((await acm.listAcmeEndpoints()).items.map((endpoint) => endpoint.arn)).toEqual([arn]);
  expect(await acm.listTagsForResource(arn)).toEqual({ issuer: 'uid' });
  await acm.tagResource(arn, { team: 'a' });
  await acm.untagResource(arn, ['issuer']);
  expect(await acm.listTagsForResource(arn)).toEqual({ team: 'a' });
  await acm.updateAcmeEndpoint({ arn, allowedKeyAlgorithms: ['EC_prime256v1'] });
  expect((await acm.describeAcmeEndpoint(arn)).allowedKeyAlgorithms).toEqual(['EC_prime256v1']);

  const { id: zoneId } = await bench.aws.createHostedZone({ name: 'example.com', account });
  const input = { idempotencyToken: 'domain', endpointArn: arn, domain: 'example.com', scope, tags: {} };
  const validation = await acm.createAcmeDomainValidation(input);
  expect(await acm.describeAcmeDomainValidation(validation)).toMatchObject({ status: 'VALIDATING', scope });
  await bench.clock.advance(1_000);
  const { record } = await acm.describeAcmeDomainValidation(validation);
  const dns = bench.dns(bench.identity(user));
  const presented = await dns.presentCname(record?.name ?? '', record?.value ?? '');
  expect(presented).toMatchObject({ kind: 'pending', zoneId, written: true });
  await bench.clock.advance(60_000);
  const { items } = await acm.listAcmeDomainValidations(arn);
  expect(items).toMatchObject([{ arn: validation, domain: 'example.com', status: 'VALID', record }]);

  const role = await bench.aws.createRole({ name: 'acme', account, trust: ['acm-acme.amazonaws.com'] });
  const bindingInput = { idempotencyToken: 'binding', endpointArn: arn, roleArn: role.arn, tags: {} };
  const binding = await acm.createAcmeExternalAccountBinding({ ...bindingInput, expiresAfterMinutes: 60 });
  expect(binding.expiresAt?.getTime()).toBe(bench.clock.now() + 3_600_000);
  const { macKey } = await acm.getAcmeExternalAccountBindingCredentials(binding.arn);
  expect(Buffer.from(macKey, 'base64url')).toHaveLength(32);
  await acm.revokeAcmeExternalAccountBinding(binding.arn);
  expect((await acm.describeAcmeExternalAccountBinding(binding.arn)).revokedAt).toBeInstanceOf(Date);
  expect((await acm.listAcmeAccounts(arn)).items).toEqual([]);

  await acm.deleteAcmeExternalAccountBinding(binding.arn);
  await acm.deleteAcmeDomainValidation(validation);
  await acm.deleteAcmeEndpoint(arn);
  await expect(acm.describeAcmeEndpoint(arn)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
});

test('a role that ACM may not take is explained with its trust policy, one that may not be passed with iam:PassRole', async () => {
  const endpointArn = await create('roles');
  await bench.clock.advance(5_000);
  const roleArn = (await bench.aws.createRole({ name: 'untrusting', account })).arn;
  const bind = (): Promise<unknown> =>
    acm
      .createAcmeExternalAccountBinding({ idempotencyToken: 'token', endpointArn, roleArn, tags: {} })
      .catch((error: unknown) => (error instanceof AwsError ? remedyOf(error) : error));
  expect(await bind()).toContain(
    'acm-acme.amazonaws.com with sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity',
  );
  await bench.aws.deny({ principal: user.arn, actions: ['iam:PassRole'] });
  expect(await bind()).toContain('iam:PassRole');
});
