import {
  CreateAcmeExternalAccountBindingCommand,
  DeleteAcmeExternalAccountBindingCommand,
  DescribeAcmeAccountCommand,
  DescribeAcmeExternalAccountBindingCommand,
  GetAcmeExternalAccountBindingCredentialsCommand,
  ListAcmeAccountsCommand,
  ListAcmeExternalAccountBindingsCommand,
  RevokeAcmeAccountCommand,
  RevokeAcmeExternalAccountBindingCommand,
  type ACMClient,
  type AcmeExternalAccountBinding,
} from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmClient, createBinding, createEndpoint, issuanceRole } from '../testing/acm.ts';
import { TestAcmeClient } from '../testing/acme-client.ts';
import { outcomeOf } from '../testing/clients.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let acm: ACMClient;
let endpoint: string;
let url: string;
let role: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off', clock });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  ({ arn: endpoint, url } = await createEndpoint(acm));
  role = await issuanceRole(aws);
});

afterEach(() => aws.clearDenials());

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

type Wish = Partial<ConstructorParameters<typeof CreateAcmeExternalAccountBindingCommand>[0]>;

async function create(wish: Wish = {}, client = acm): Promise<AcmeExternalAccountBinding> {
  const input = { AcmeEndpointArn: endpoint, RoleArn: role, ...wish };
  return (await client.send(new CreateAcmeExternalAccountBindingCommand(input))).ExternalAccountBinding ?? {};
}

async function describeArn(arn: string | undefined): Promise<AcmeExternalAccountBinding> {
  const command = new DescribeAcmeExternalAccountBindingCommand({ AcmeExternalAccountBindingArn: arn });
  return (await acm.send(command)).ExternalAccountBinding ?? {};
}

describe('an external account binding', () => {
  test('has a key of 32 bytes that can be asked for again', async () => {
    const { AcmeExternalAccountBindingArn: arn } = await create();
    const get = new GetAcmeExternalAccountBindingCredentialsCommand({ AcmeExternalAccountBindingArn: arn });
    const { KeyId, MacKey } = await acm.send(get);
    expect(MacKey).toMatch(/^[\w-]{43}$/);
    expect(await acm.send(get)).toMatchObject({ KeyId, MacKey });
    expect(await describeArn(arn)).toMatchObject({ RoleArn: role, AcmeEndpointArn: endpoint });
  });

  test.each([
    ['MINUTES', 60_000],
    ['HOURS', 3_600_000],
    ['DAYS', 86_400_000],
  ] as const)('can expire after %s', async (Type, unitMs) => {
    const { ExpiresAt } = await create({ Expiration: { Type, Value: 2 } });
    expect(ExpiresAt?.getTime()).toBe(clock.now() + 2 * unitMs);
  });

  test('registers accounts until it expires', async () => {
    const { AcmeExternalAccountBindingArn: arn } = await create({ Expiration: { Type: 'MINUTES', Value: 1 } });
    const get = new GetAcmeExternalAccountBindingCredentialsCommand({ AcmeExternalAccountBindingArn: arn });
    const { KeyId: keyId = '', MacKey: macKey = '' } = await acm.send(get);
    const register = async (): Promise<number> =>
      (await new TestAcmeClient({ directoryUrl: url }).register({ keyId, macKey })).status;
    await clock.advance(59_999);
    expect(await register()).toBe(201);
    await clock.advance(1);
    expect(await register()).toBe(403);
  });

  test('is one for the same token', async () => {
    const { AcmeExternalAccountBindingArn: arn } = await create({ IdempotencyToken: 't' });
    expect((await create({ IdempotencyToken: 't' })).AcmeExternalAccountBindingArn).toBe(arn);
    const other = create({ IdempotencyToken: 't', Expiration: { Type: 'DAYS', Value: 1 } });
    expect(await outcomeOf(other)).toBe('ConflictException');
  });

  test('is revoked once, and deleted as often as one likes', async () => {
    const { AcmeExternalAccountBindingArn: arn } = await create();
    const names = { AcmeExternalAccountBindingArn: arn };
    const revoke = (): Promise<string> => outcomeOf(acm.send(new RevokeAcmeExternalAccountBindingCommand(names)));
    const remove = (): Promise<string> => outcomeOf(acm.send(new DeleteAcmeExternalAccountBindingCommand(names)));
    expect([await revoke(), await revoke()]).toEqual(['ok', 'ConflictException']);
    expect((await describeArn(arn)).RevokedAt?.getTime()).toBe(clock.now());
    expect([await remove(), await remove()]).toEqual(['ok', 'ok']);
    expect(await outcomeOf(describeArn(arn))).toBe('ResourceNotFoundException');
  });

  test('is listed in pages', async () => {
    const { arn: own } = await createEndpoint(acm);
    const made = [await createBinding(acm, own, role), await createBinding(acm, own, role)];
    const input = { AcmeEndpointArn: own, MaxResults: 1 };
    const first = await acm.send(new ListAcmeExternalAccountBindingsCommand(input));
    const second = await acm.send(new ListAcmeExternalAccountBindingsCommand({ ...input, NextToken: first.NextToken }));
    const listed = [...(first.ExternalAccountBindings ?? []), ...(second.ExternalAccountBindings ?? [])];
    expect(listed.map((each) => each.AcmeExternalAccountBindingArn)).toEqual(made.map(({ arn }) => arn));
    expect(second.NextToken).toBeUndefined();
  });
});

describe('the role', () => {
  test('must be passed on', async () => {
    const identity = await aws.createIdentity();
    await aws.deny({ principal: identity.arn, actions: ['iam:PassRole'] });
    const other = acmClient({ endpoint: aws.endpoint, identity });
    await expect(create({}, other)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining(`is not authorized to perform: iam:PassRole on resource: ${role}`),
    });
    other.destroy();
  });

  test.each([
    ['trusts another service', { name: 'other-trust', trust: ['ec2.amazonaws.com'] }],
    ['trusts its account alone', { name: 'own-trust' }],
  ])('is refused when it %s', async (_what, options) => {
    const { arn } = await aws.createRole(options);
    await expect(create({ RoleArn: arn })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('acm-acme.amazonaws.com'),
    });
  });

  test('is refused when it does not exist, is of another account, or is no role', async () => {
    const outcomes = [
      await outcomeOf(create({ RoleArn: 'arn:aws:iam::111122223333:role/missing' })),
      await outcomeOf(create({ RoleArn: 'arn:aws:iam::444455556666:role/theirs' })),
      await outcomeOf(create({ RoleArn: 'arn:aws:iam::111122223333:user/x' })),
    ];
    expect(outcomes).toEqual(['ValidationException', 'AccessDeniedException', 'ValidationException']);
  });
});

describe('accounts', () => {
  test('are described, listed and revoked for good', async () => {
    const binding = await createBinding(acm, endpoint, role);
    const client = new TestAcmeClient({ directoryUrl: url });
    await client.register(binding, { contact: ['mailto:ops@example.com'] });
    const names = { AcmeEndpointArn: endpoint, AccountUrl: client.accountUrl };
    const { AcmeAccount } = await acm.send(new DescribeAcmeAccountCommand(names));
    expect(AcmeAccount).toMatchObject({
      Status: 'VALID',
      AcmeExternalAccountBindingArn: binding.arn,
      Contacts: ['mailto:ops@example.com'],
    });
    expect((await describeArn(binding.arn)).LastUsedAt?.getTime()).toBe(clock.now());
    const { AcmeAccounts } = await acm.send(new ListAcmeAccountsCommand({ AcmeEndpointArn: endpoint }));
    expect(AcmeAccounts?.map(({ AccountUrl }) => AccountUrl)).toContain(client.accountUrl);
    const revoke = (): Promise<string> => outcomeOf(acm.send(new RevokeAcmeAccountCommand(names)));
    expect([await revoke(), await revoke()]).toEqual(['ok', 'ConflictException']);
    const unknown = { ...names, AccountUrl: `${client.accountUrl}x` };
    expect(await outcomeOf(acm.send(new DescribeAcmeAccountCommand(unknown)))).toBe('ResourceNotFoundException');
  });
});
