import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AwsStandIn, type Identity, startAwsStandIn } from '../../test/aws/index.ts';
import { ContainerCredentialServer, MetadataServer } from '../../test/support/credential-servers.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { ambient, IdentityBench, specOf, stsCalls } from '../../test/support/identity-bench.ts';
import { WebIdentityIssuer } from '../../test/support/web-identity-issuer.ts';

const userArn = (name: string): string => `arn:aws:iam::111122223333:user/${name}`;
const sessionArn = (role: string, session: string): string =>
  `arn:aws:sts::111122223333:assumed-role/${role}/${session}`;

let clock: FakeClock;
let aws: AwsStandIn;
let bench: IdentityBench;
const servers: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  clock = new FakeClock(Date.now());
  aws = await startAwsStandIn({ clock });
  bench = await IdentityBench.create(clock);
  bench.set({ AWS_ENDPOINT_URL: aws.endpoint });
});
afterEach(async () => {
  await bench.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  await aws.stop();
});

const user = (name: string): Promise<Identity> => aws.createIdentity({ name });
const keysOf = ({ accessKeyId, secretAccessKey }: Identity): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
});
const asProfile = (name: string, { accessKeyId, secretAccessKey }: Identity): string =>
  `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
const callerOf = async (clients = bench.clients()): Promise<string> =>
  (await clients.get(specOf(ambient)).getCallerIdentity()).arn;

/** A temporary identity as agents hand it out, ending by the clock of the test. */
async function served(name: string, lifetimeMs = 3_600_000) {
  const {
    accessKeyId,
    secretAccessKey,
    sessionToken = '',
  } = await aws.createIdentity({
    ...{ name, temporarySeconds: 36_000 },
  });
  return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(clock.now() + lifetimeMs) };
}

async function podIdentity(
  name: string,
  lifetimeMs?: number,
): Promise<{ agent: ContainerCredentialServer; tokenFile: string }> {
  const credentials = await served(name, lifetimeMs);
  const agent = new ContainerCredentialServer(() => credentials);
  servers.push(agent);
  agent.token = 'pod-token-1';
  const tokenFile = await bench.file('pod-token', agent.token);
  bench.set({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${(await agent.listen()).origin}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
  });
  return { agent, tokenFile };
}

async function irsa(): Promise<WebIdentityIssuer> {
  const issuer = new WebIdentityIssuer(clock);
  const { arn } = await aws.createRole({ name: 'irsa', webIdentity: issuer.trust });
  bench.set({ AWS_ROLE_ARN: arn, AWS_WEB_IDENTITY_TOKEN_FILE: await bench.file('token', `${issuer.createToken()}\n`) });
  return issuer;
}

describe('the order of the default chain', () => {
  test('credentials 46: an access key in the environment goes before IRSA', async () => {
    await irsa();
    bench.set(keysOf(await user('env')));
    expect(await callerOf()).toBe(userArn('env'));
    expect(await stsCalls(aws)).toEqual(['GetCallerIdentity']);
  });

  test('credentials 47: IRSA goes before EKS Pod Identity', async () => {
    const { agent } = await podIdentity('pod');
    await irsa();
    expect(await callerOf()).toBe(sessionArn('irsa', 'aws-privateca-issuer'));
    expect(agent.shown).toEqual([]);
  });

  test('credentials 48: a profile goes before an access key in the environment, with a warning', async () => {
    await bench.file('credentials', asProfile('team', await user('profile')));
    bench.set({ AWS_PROFILE: 'team', ...keysOf(await user('env')) });
    expect(await callerOf()).toBe(userArn('profile'));
    expect(bench.logger.lines).toEqual([
      { level: 'warn', message: expect.stringMatching(/AWS_PROFILE and .*AWS_ACCESS_KEY_ID/) },
    ]);
  });

  test('credentials 49: nothing at all, and no instance metadata', async () => {
    bench.set({ AWS_EC2_METADATA_DISABLED: 'true' });
    await expect(callerOf()).rejects.toMatchObject({
      ...{ operation: 'GetCredentials', code: 'CredentialsProviderError', consequence: 'transient', refused: true },
      detail: 'Could not load credentials from any providers',
    });
    expect(await aws.calls()).toEqual([]);
  });
});

describe('IRSA', () => {
  test('reads its token file anew for each session, and ends of lines in it do not matter', async () => {
    const issuer = await irsa();
    const clients = bench.clients();
    await callerOf(clients);
    await clock.advance(3_599_000);
    await bench.file('token', issuer.createToken());
    expect(await callerOf(clients)).toBe(sessionArn('irsa', 'aws-privateca-issuer'));
    expect(bench.counted.filter((call) => call.includes('WebIdentity'))).toEqual([
      'sts AssumeRoleWithWebIdentity OK',
      'sts AssumeRoleWithWebIdentity OK',
    ]);
    const exchanges = await aws.calls({ operation: 'AssumeRoleWithWebIdentity' });
    const sent = exchanges.map(({ parameters }) => parameters['WebIdentityTokenSha256']);
    expect(sent).toEqual(issuer.tokens.map((token) => createHash('sha256').update(token).digest('hex')));
  });

  test('takes the name of the session from AWS_ROLE_SESSION_NAME', async () => {
    await irsa();
    bench.set({ AWS_ROLE_SESSION_NAME: 'mine' });
    expect(await callerOf()).toBe(sessionArn('irsa', 'mine'));
  });

  test('that is refused names the role, and is no call that was made', async () => {
    await irsa();
    await bench.file('token', new WebIdentityIssuer(clock).createToken());
    const role = 'arn:aws:iam::111122223333:role/irsa';
    await expect(callerOf()).rejects.toMatchObject({
      ...{ code: 'InvalidIdentityTokenException', consequence: 'credentials', refused: true },
      hop: { role, operation: 'AssumeRoleWithWebIdentity' },
    });
    expect(bench.counted).toEqual(['sts AssumeRoleWithWebIdentity InvalidIdentityTokenException']);
  });
});

describe('EKS Pod Identity', () => {
  test('reads its token file anew for each fetch', async () => {
    const { agent } = await podIdentity('pod');
    const clients = bench.clients();
    expect(await callerOf(clients)).toBe(userArn('pod'));
    agent.token = 'pod-token-2';
    await bench.file('pod-token', agent.token);
    await clock.advance(3_600_000);
    expect(await callerOf(clients)).toBe(userArn('pod'));
    expect(agent.shown).toEqual(['pod-token-1', 'pod-token-2']);
  });

  test('credentials that live for less than five minutes are fetched once for many calls', async () => {
    const { agent } = await podIdentity('pod', 200_000);
    const clients = bench.clients();
    for (let call = 0; call < 8; call++) await callerOf(clients);
    await Promise.all(Array.from({ length: 8 }, () => callerOf(clients)));
    expect(agent.shown).toHaveLength(1);
  });

  test('is not asked over plain HTTP beyond this machine and its link', async () => {
    await podIdentity('pod');
    bench.set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://198.51.100.1/v1/credentials' });
    await expect(callerOf()).rejects.toMatchObject({ code: 'CredentialsProviderError' });
  });

  test('credentials 50: those that AWS refuses are fetched anew, also on the way to a role', async () => {
    const first = await served('first');
    const second = await served('second');
    const { agent } = await podIdentity('unused');
    await agent.close();
    const credentials = [first, second];
    const agentOfTwo = new ContainerCredentialServer(() => credentials.shift() ?? second);
    servers.push(agentOfTwo);
    agentOfTwo.token = 'pod-token-1';
    bench.set({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${(await agentOfTwo.listen()).origin}/v1/credentials` });
    const { arn } = await aws.createRole({ name: 'signer' });
    const clients = bench.clients();
    expect(await callerOf(clients)).toBe(userArn('first'));
    await aws.expireAccessKey({ accessKeyId: first.accessKeyId });
    const caller = await clients.get(specOf(ambient, { roles: [{ arn }] })).getCallerIdentity();
    expect(caller.arn).toBe(sessionArn('signer', 'aws-privateca-issuer'));
    expect(agentOfTwo.shown).toHaveLength(2);
    expect(bench.counted).toEqual([
      'sts GetCallerIdentity OK',
      'sts AssumeRole ExpiredToken',
      'sts AssumeRole OK',
      'sts GetCallerIdentity OK',
    ]);
  });
});

describe('instance metadata, which the helper of IAM Roles Anywhere serves too', () => {
  test('is asked in version 2, once for many calls and for all regions and roles', async () => {
    const credentials = await served('node');
    const metadata = new MetadataServer(() => credentials);
    servers.push(metadata);
    bench.set({ AWS_EC2_METADATA_SERVICE_ENDPOINT: (await metadata.listen()).origin });
    const { arn } = await aws.createRole({ name: 'signer' });
    const clients = bench.clients({ ownRegion: 'us-east-1' });
    expect(await callerOf(clients)).toBe(userArn('node'));
    await clients.get(specOf(ambient, { region: 'eu-west-1' })).getCallerIdentity();
    await clients.get(specOf(ambient, { region: 'eu-west-1', roles: [{ arn }] })).getCallerIdentity();
    expect(metadata.reads).toBe(1);
  });
});

describe('shared config and credentials files', () => {
  test('roles of a profile are assumed with its source, by name and external id', async () => {
    const { arn } = await aws.createRole({ name: 'from-profile', externalId: 'ext' });
    await bench.file('credentials', asProfile('base', await user('base')));
    await bench.file('config', `[profile team]\nrole_arn = ${arn}\nsource_profile = base\nexternal_id = ext\n`);
    bench.set({ AWS_PROFILE: 'team' });
    expect(await callerOf()).toBe(sessionArn('from-profile', 'aws-privateca-issuer'));
    expect(bench.counted).toEqual(['sts AssumeRole OK', 'sts GetCallerIdentity OK']);
  });

  test('a role of a profile that may not be assumed is named', async () => {
    const { arn } = await aws.createRole({ name: 'external', externalId: 'ext' });
    await bench.file('credentials', asProfile('base', await user('base')));
    await bench.file('config', `[profile team]\nrole_arn = ${arn}\nsource_profile = base\n`);
    bench.set({ AWS_PROFILE: 'team' });
    await expect(callerOf()).rejects.toMatchObject({
      code: 'AccessDenied',
      hop: { role: arn, operation: 'AssumeRole' },
    });
  });

  test('credential_process is run for each fetch', async () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = await served('process');
    const answer = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey };
    const file = await bench.file(
      'answer.json',
      JSON.stringify({ ...answer, SessionToken: sessionToken, Expiration: expiration.toISOString() }),
    );
    await bench.file('config', `[default]\ncredential_process = cat ${file}\n`);
    expect(await callerOf()).toBe(userArn('process'));
  });

  test('a file that changes is read again within a minute', async () => {
    await bench.file('credentials', asProfile('default', await user('old')));
    const clients = bench.clients();
    expect(await callerOf(clients)).toBe(userArn('old'));
    await bench.file('credentials', asProfile('default', await user('new')));
    expect(await callerOf(clients)).toBe(userArn('old'));
    await clock.advance(60_000);
    await callerOf(clients);
    // The refresh runs beside the call that began it; a refused key would be replaced at once.
    for (let tries = 0; tries < 100 && (await callerOf(clients)) !== userArn('new'); tries++) await clock.advance(0);
    expect(await callerOf(clients)).toBe(userArn('new'));
  });
});
