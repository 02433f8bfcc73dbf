import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { DescribeCertificateAuthorityCommand } from '@aws-sdk/client-acm-pca';
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  type AssumeRoleCommandInput,
  type STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn, type Identity } from '../index.ts';
import { outcomeOf, pcaClient, stsClient } from '../testing/clients.ts';

const clock = new FakeClock(Date.now());
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ISSUER = 'https://oidc.example';
const SUBJECT = 'system:serviceaccount:cert-manager:issuer';

let aws: AwsStandIn;
let client: STSClient;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock });
  client = stsClient(aws);
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

async function assume(input: Partial<AssumeRoleCommandInput>, from = client): Promise<Identity> {
  const command = new AssumeRoleCommand({ RoleArn: 'unset', RoleSessionName: 'session', ...input });
  const { Credentials, AssumedRoleUser } = await from.send(command);
  return {
    arn: AssumedRoleUser?.Arn ?? '',
    account: AssumedRoleUser?.Arn?.split(':')[4] ?? '',
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
    expiresAt: Credentials?.Expiration?.getTime() ?? 0,
  };
}

const whoIs = async (identity: Identity): Promise<string | undefined> => {
  const session = stsClient({ endpoint: aws.endpoint, identity });
  const { Arn } = await session.send(new GetCallerIdentityCommand({}));
  session.destroy();
  return Arn;
};

test('GetCallerIdentity tells user and account', async () => {
  expect(await client.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: 'arn:aws:iam::111122223333:user/default',
    Account: '111122223333',
  });
});

describe('AssumeRole', () => {
  test('gives a session of the role that acts under the role’s name until it ends', async () => {
    const role = await aws.createRole({ name: 'signer' });
    const session = await assume({ RoleArn: role.arn, RoleSessionName: 'controller', DurationSeconds: 900 });
    expect(session.expiresAt).toBe(clock.now() + 900_000);
    expect(await whoIs(session)).toBe('arn:aws:sts::111122223333:assumed-role/signer/controller');
    await clock.advance(900_000);
    expect(await outcomeOf(whoIs(session))).toBe('ExpiredToken');
    const pca = pcaClient({ endpoint: aws.endpoint, identity: session });
    const CertificateAuthorityArn = 'arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/x';
    const describe = pca.send(new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn }));
    expect(await outcomeOf(describe)).toBe('ExpiredTokenException');
    pca.destroy();
  });

  test('reaches a certificate authority of the role’s account, and denials of the role bind the session', async () => {
    const role = await aws.createRole({ name: 'remote', account: '777788889999', trust: [aws.identity.arn] });
    const { arn } = await aws.createCertificateAuthority({ account: '777788889999' });
    const pca = pcaClient({ endpoint: aws.endpoint, identity: await assume({ RoleArn: role.arn }) });
    const describe = new DescribeCertificateAuthorityCommand({ CertificateAuthorityArn: arn });
    expect(await outcomeOf(pca.send(describe))).toBe('ok');
    await aws.deny({ principal: role.arn, actions: ['acm-pca:DescribeCertificateAuthority'] });
    expect(await outcomeOf(pca.send(describe))).toBe('AccessDeniedException');
    pca.destroy();
  });

  test.each([
    ['the caller', ['arn:aws:iam::111122223333:user/default'], 'ok'],
    ['the caller’s account', ['arn:aws:iam::111122223333:root'], 'ok'],
    ['everybody', ['*'], 'ok'],
    ['somebody else', ['arn:aws:iam::111122223333:user/other'], 'AccessDenied'],
  ])('of a role that trusts %s', async (_name, trust, outcome) => {
    const role = await aws.createRole({ name: 'trusting', trust });
    expect(await outcomeOf(assume({ RoleArn: role.arn }))).toBe(outcome);
  });

  test('wants the external id, and says who may not assume what', async () => {
    const { arn } = await aws.createRole({ name: 'external', externalId: 'tenant-1' });
    expect(await outcomeOf(assume({ RoleArn: arn, ExternalId: 'tenant-1' }))).toBe('ok');
    expect(await outcomeOf(assume({ RoleArn: arn, ExternalId: 'tenant-2' }))).toBe('AccessDenied');
    await expect(assume({ RoleArn: arn })).rejects.toMatchObject({
      message: `User: ${aws.identity.arn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    });
    const unknown = assume({ RoleArn: 'arn:aws:iam::111122223333:role/unknown' });
    expect(await outcomeOf(unknown)).toBe('AccessDenied');
  });

  test.each([
    ['longer than the role allows', { DurationSeconds: 3601 }],
    ['shorter than 15 minutes', { DurationSeconds: 899 }],
    ['under a name with a slash', { RoleSessionName: 'a/b' }],
    ['under a name of one letter', { RoleSessionName: 'a' }],
  ])('%s is a validation error', async (_name, change) => {
    const { arn } = await aws.createRole({ name: 'bounded' });
    expect(await outcomeOf(assume({ RoleArn: arn, ...change }))).toBe('ValidationError');
  });

  test('from a session lasts an hour at most', async () => {
    const { arn } = await aws.createRole({ name: 'long', maxSessionSeconds: 7200 });
    expect(await outcomeOf(assume({ RoleArn: arn, DurationSeconds: 7200 }))).toBe('ok');
    const chained = stsClient({ endpoint: aws.endpoint, identity: await assume({ RoleArn: arn }) });
    expect(await outcomeOf(assume({ RoleArn: arn, DurationSeconds: 7200 }, chained))).toBe('ValidationError');
    chained.destroy();
  });
});

describe('AssumeRoleWithWebIdentity', () => {
  const claims = (): Record<string, unknown> => ({
    iss: ISSUER,
    sub: SUBJECT,
    aud: ['sts.amazonaws.com'],
    exp: Math.floor(clock.now() / 1000) + 600,
  });

  function makeToken(body: Record<string, unknown>, key: KeyObject = keys.privateKey): string {
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const signed = `${encode({ alg: 'RS256', kid: 'key-1' })}.${encode(body)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  }

  const exchange = (WebIdentityToken: string): Promise<{ readonly Arn?: string | undefined } | undefined> => {
    const RoleArn = 'arn:aws:iam::111122223333:role/federated';
    const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'pod', WebIdentityToken });
    return client.send(command).then(({ AssumedRoleUser }) => AssumedRoleUser);
  };

  beforeAll(async () => {
    const jwk = { ...keys.publicKey.export({ format: 'jwk' }), kid: 'key-1' };
    const subjects = ['system:serviceaccount:cert-manager:*'];
    await aws.createRole({ name: 'federated', webIdentity: { issuer: ISSUER, keys: [jwk], subjects } });
  });

  test('takes a token that is well signed, and records no more of it than its hash', async () => {
    const token = makeToken(claims());
    const session = await exchange(token);
    expect(session?.Arn).toBe('arn:aws:sts::111122223333:assumed-role/federated/pod');
    const calls = await aws.calls({ operation: 'AssumeRoleWithWebIdentity' });
    expect(calls.at(-1)).toMatchObject({ outcome: 'ok' });
    expect(JSON.stringify(calls)).not.toContain(token);
  });

  test.each([
    ['of another issuer', { iss: 'https://other.example' }, 'InvalidIdentityTokenException'],
    ['for another audience', { aud: 'other' }, 'InvalidIdentityTokenException'],
    ['of another subject', { sub: 'system:serviceaccount:default:x' }, 'AccessDenied'],
    ['that has expired', { exp: 1000 }, 'ExpiredTokenException'],
  ])('refuses a token %s', async (_name, change, outcome) => {
    expect(await outcomeOf(exchange(makeToken({ ...claims(), ...change })))).toBe(outcome);
  });

  test('is for roles that trust the provider of the token; whether others exist is not told', async () => {
    await aws.createRole({ name: 'not-federated' });
    for (const name of ['not-federated', 'unknown']) {
      const RoleArn = `arn:aws:iam::111122223333:role/${name}`;
      const input = { RoleArn, RoleSessionName: 'pod', WebIdentityToken: makeToken(claims()) };
      expect(await outcomeOf(client.send(new AssumeRoleWithWebIdentityCommand(input)))).toBe('AccessDenied');
    }
  });

  test('gives a session that another account’s role may trust by the role’s name, and records name and external id', async () => {
    const first = 'arn:aws:iam::111122223333:role/federated';
    const second = await aws.createRole({
      name: 'remote',
      account: '777788889999',
      trust: [first],
      externalId: 'chain-1',
    });
    const input = { RoleArn: first, RoleSessionName: 'pod', WebIdentityToken: makeToken(claims()) };
    const { Credentials } = await client.send(new AssumeRoleWithWebIdentityCommand(input));
    const identity = {
      ...{ arn: first, account: '111122223333', accessKeyId: Credentials?.AccessKeyId ?? '' },
      ...{ secretAccessKey: Credentials?.SecretAccessKey ?? '', sessionToken: Credentials?.SessionToken ?? '' },
    };
    const session = stsClient({ endpoint: aws.endpoint, identity });
    const next = { RoleArn: second.arn, RoleSessionName: 'pod', ExternalId: 'chain-1' };
    expect(await whoIs(await assume(next, session))).toBe('arn:aws:sts::777788889999:assumed-role/remote/pod');
    const calls = await aws.calls({ operation: 'AssumeRole' });
    expect(calls.at(-1)).toMatchObject({
      identity: 'arn:aws:sts::111122223333:assumed-role/federated/pod',
      parameters: { RoleSessionName: 'pod', ExternalId: 'chain-1' },
    });
    session.destroy();
  });

  test('refuses a token that another key signed, and what is no token', async () => {
    expect(await outcomeOf(exchange(makeToken(claims(), otherKeys.privateKey)))).toBe('InvalidIdentityTokenException');
    expect(await outcomeOf(exchange('not.a.token'))).toBe('InvalidIdentityTokenException');
  });
});
