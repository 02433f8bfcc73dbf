import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AwsStandIn, type CallRecord, type Identity, startAwsStandIn } from '../../test/aws/index.ts';
import { makeCsr } from '../../test/aws/testing/csr.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { IdentityBench, specOf, staticSource, stsCalls } from '../../test/support/identity-bench.ts';
import { WebIdentityIssuer } from '../../test/support/web-identity-issuer.ts';
import { CredentialRequestError } from './credential-request-error.ts';
import { AwsError } from './errors.ts';
import type { CredentialSource } from './identity.ts';

const sessionArn = (role: string, session = 'aws-privateca-issuer'): string =>
  `arn:aws:sts::111122223333:assumed-role/${role}/${session}`;

let clock: FakeClock;
let aws: AwsStandIn;
let bench: IdentityBench;

beforeEach(async () => {
  clock = new FakeClock(Date.now());
  aws = await startAwsStandIn({ clock });
  bench = await IdentityBench.create(clock);
  bench.set({ AWS_ENDPOINT_URL: aws.endpoint });
});
afterEach(async () => {
  await bench.close();
  await aws.stop();
});

const stsRecords = (): Promise<CallRecord[]> => aws.calls({ service: 'sts' });

function webIdentity(role: string, requestToken: () => Promise<string>): CredentialSource {
  return {
    kind: 'webIdentity',
    role,
    key: 'ns/signer sts.amazonaws.com',
    requestToken,
    origin: 'ServiceAccount ns/signer',
  };
}

async function federated(
  name = 'federated',
): Promise<{ issuer: WebIdentityIssuer; source: CredentialSource; arn: string }> {
  const issuer = new WebIdentityIssuer(clock);
  const { arn } = await aws.createRole({ name, webIdentity: issuer.trust });
  return { issuer, arn, source: webIdentity(arn, async () => issuer.createToken()) };
}

/** Everything that a person could come to see of an error. */
const everything = (error: unknown): string => {
  const { stack, message, cause } = error as Error;
  return [message, stack, JSON.stringify(error), cause instanceof Error ? cause.stack : String(cause)].join('\n');
};

describe('a key of a Secret', () => {
  test('signs by itself, with its session token where it has one', async () => {
    const plain = await aws.createIdentity({ name: 'plain' });
    const temporary = await aws.createIdentity({ name: 'temporary', temporarySeconds: 3600 });
    const clients = bench.clients();
    const callers = [plain, temporary].map((identity) =>
      clients.get(specOf(staticSource(identity))).getCallerIdentity(),
    );
    expect((await Promise.all(callers)).map(({ arn }) => arn)).toEqual([plain.arn, temporary.arn]);
  });

  test('never borrows: nothing that the environment offers has an effect on it', async () => {
    const own = await aws.createIdentity({ name: 'own' });
    const other = await aws.createIdentity({ name: 'ambient' });
    const { arn } = await aws.createRole({ name: 'ambient' });
    await bench.file('config', `[profile team]\nrole_arn = ${arn}\nsource_profile = base\nregion = eu-west-1\n`);
    await bench.file('credentials', `[base]\naws_access_key_id = ${other.accessKeyId}\naws_secret_access_key = x\n`);
    bench.set({
      ...{ AWS_PROFILE: 'team', AWS_REGION: 'eu-central-1', AWS_DEFAULT_REGION: 'eu-central-2' },
      ...{ AWS_ACCESS_KEY_ID: other.accessKeyId, AWS_SECRET_ACCESS_KEY: other.secretAccessKey, AWS_SESSION_TOKEN: 'x' },
      ...{
        AWS_ROLE_ARN: arn,
        AWS_ROLE_SESSION_NAME: 'ambient',
        AWS_WEB_IDENTITY_TOKEN_FILE: await bench.file('t', 'x'),
      },
    });
    const { arn: role } = await aws.createRole({ name: 'signer' });
    const clients = bench.clients({ ownRegion: 'eu-central-1' });
    await clients.get(specOf(staticSource(own))).getCallerIdentity();
    const roles = [{ arn: role }];
    await clients.get(specOf(staticSource(own), { roles })).getCallerIdentity();
    expect((await stsRecords()).map(({ operation, identity, region }) => [operation, identity, region])).toEqual([
      ['GetCallerIdentity', own.arn, 'us-east-1'],
      ['AssumeRole', own.arn, 'us-east-1'],
      ['GetCallerIdentity', sessionArn('signer'), 'us-east-1'],
    ]);
  });

  test('credentials 50: that AWS refuses cannot be mended by asking again', async () => {
    const identity = await aws.createIdentity({ name: 'deleted' });
    await aws.deleteAccessKey({ accessKeyId: identity.accessKeyId });
    const call = bench
      .clients()
      .get(specOf(staticSource(identity)))
      .getCallerIdentity();
    await expect(call).rejects.toMatchObject({ code: 'InvalidClientTokenId', consequence: 'credentials' });
    expect(await stsCalls(aws)).toEqual(['GetCallerIdentity']);
  });
});

describe('roles one after another', () => {
  const partner = 'arn:aws:iam::777788889999:role/partner';

  async function chain(externalId = 'tenant-1'): Promise<Parameters<typeof specOf>> {
    const first = await aws.createRole({ name: 'first' });
    await aws.createRole({ name: 'partner', account: '777788889999', trust: [first.arn], externalId: 'tenant-1' });
    return [
      staticSource(aws.identity),
      { roles: [{ arn: first.arn }, { arn: partner, externalId }], roleSessionName: 'mine' },
    ];
  }

  test('each with its external id, all under the same name', async () => {
    const { arn } = await bench
      .clients()
      .get(specOf(...(await chain())))
      .getCallerIdentity();
    expect(arn).toBe('arn:aws:sts::777788889999:assumed-role/partner/mine');
    const records = await stsRecords();
    expect(records.map(({ identity }) => identity)).toEqual([aws.identity.arn, sessionArn('first', 'mine'), arn]);
    expect(
      records.slice(0, 2).map(({ parameters }) => [parameters['RoleSessionName'], parameters['ExternalId']]),
    ).toEqual([
      ['mine', undefined],
      ['mine', 'tenant-1'],
    ]);
  });

  test('the error tells which of them was refused, and that nothing else was called', async () => {
    const api = bench.clients().get(specOf(...(await chain('wrong'))));
    await expect(api.describeCertificateAuthority('arn')).rejects.toMatchObject({
      ...{ operation: 'AssumeRole', code: 'AccessDenied', consequence: 'denied', refused: true },
      hop: { role: partner, operation: 'AssumeRole' },
    });
    expect(bench.counted).toEqual(['sts AssumeRole OK', 'sts AssumeRole AccessDenied']);
  });

  test('a service that throttles on the way is no refusal, and is told as it is', async () => {
    await aws.failNext({ operation: 'AssumeRole', code: 'Throttling', status: 400 });
    const call = bench
      .clients()
      .get(specOf(...(await chain())))
      .getCallerIdentity();
    await expect(call).rejects.toMatchObject({ consequence: 'throttled', hop: { operation: 'AssumeRole' } });
  });
});

describe('a token of a ServiceAccount', () => {
  test('is asked for anew for each session, and signs nothing', async () => {
    const { issuer, source } = await federated();
    const clients = bench.clients();
    await clients.get(specOf(source)).getCallerIdentity();
    await clock.advance(30 * 60_000);
    await clients.get(specOf(source)).getCallerIdentity();
    expect(issuer.tokens).toHaveLength(1);
    await clock.advance(30 * 60_000);
    expect((await clients.get(specOf(source)).getCallerIdentity()).arn).toBe(sessionArn('federated'));
    expect(new Set(issuer.tokens).size).toBe(2);
    const exchanges = await aws.calls({ operation: 'AssumeRoleWithWebIdentity' });
    expect(exchanges.map(({ accessKeyId, outcome }) => [accessKeyId, outcome])).toEqual([
      [undefined, 'ok'],
      [undefined, 'ok'],
    ]);
  });

  test('leads to further roles', async () => {
    const { source } = await federated();
    const { arn } = await aws.createRole({ name: 'second', externalId: 'tenant' });
    const api = bench.clients().get(specOf(source, { roles: [{ arn, externalId: 'tenant' }] }));
    expect((await api.getCallerIdentity()).arn).toBe(sessionArn('second'));
    expect(api.roles).toEqual(['arn:aws:iam::111122223333:role/federated', arn]);
  });

  test('that the role does not trust is told with the role', async () => {
    const { arn } = await federated();
    const stranger = new WebIdentityIssuer(clock);
    const api = bench.clients().get(specOf(webIdentity(arn, async () => stranger.createToken())));
    await expect(api.getCallerIdentity()).rejects.toMatchObject({
      ...{ code: 'InvalidIdentityTokenException', consequence: 'credentials', refused: true },
      hop: { role: arn, operation: 'AssumeRoleWithWebIdentity' },
    });
    expect(stranger.tokens).toHaveLength(1);
  });

  test.each([
    ['that is to be mended', 'TokenRequestForbidden', 'credentials'],
    ['that may pass', 'TokenRequestFailed', 'transient'],
  ] as const)('a failure %s keeps its code and words', async (_, code, consequence) => {
    const { arn } = await federated();
    const failure = new CredentialRequestError(code, 'may not at 10.0.0.1');
    const api = bench.clients().get(specOf(webIdentity(arn, () => Promise.reject(failure))));
    const error = await api.getCallerIdentity().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AwsError);
    expect(error).toMatchObject({
      ...{ operation: 'TokenRequest', code, detail: 'may not at 10.0.0.1', consequence },
      refused: true,
    });
    expect(await aws.calls()).toEqual([]);
  });
});

describe('what is shared', () => {
  test('credentials 35: a burst of calls, to both services, costs one session', async () => {
    const { issuer, source } = await federated();
    const { arn } = await aws.createRole({ name: 'signer' });
    const authority = await aws.createCertificateAuthority({});
    await aws.configure({ quotas: 'off' });
    const clients = bench.clients();
    const calls = Array.from({ length: 25 }, () => {
      // Another spec each time, as each check of an issuer makes one.
      const again = { ...source, requestToken: async () => issuer.createToken() } as CredentialSource;
      const api = clients.get(specOf(again, { roles: [{ arn }] }));
      return [api.getCallerIdentity(), api.describeCertificateAuthority(authority.arn)];
    });
    await Promise.all(calls.flat());
    expect((await stsCalls(aws)).filter((operation) => operation !== 'GetCallerIdentity')).toEqual([
      'AssumeRoleWithWebIdentity',
      'AssumeRole',
    ]);
    expect(issuer.tokens).toHaveLength(1);
  });

  test('the beginning of a way: many roles with the same source fetch it once', async () => {
    const { source } = await federated();
    const clients = bench.clients();
    for (const name of ['a', 'b', 'c']) {
      const { arn } = await aws.createRole({ name });
      expect((await clients.get(specOf(source, { roles: [{ arn }] })).getCallerIdentity()).arn).toBe(sessionArn(name));
    }
    expect((await stsCalls(aws)).filter((operation) => operation === 'AssumeRoleWithWebIdentity')).toHaveLength(1);
  });

  test('a key never, where another one came first', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => aws.createIdentity({ name })));
    const { arn } = await aws.createRole({ name: 'signer', trust: [one?.arn ?? ''] });
    const clients = bench.clients();
    const roles = [{ arn }];
    await clients.get(specOf(staticSource(one as Identity), { roles })).getCallerIdentity();
    const borrowed = clients.get(specOf(staticSource(two as Identity), { roles })).getCallerIdentity();
    await expect(borrowed).rejects.toMatchObject({ code: 'AccessDenied', hop: { role: arn } });
  });
});

describe('credentials 50: AWS refuses a session', () => {
  const csrPem = makeCsr();
  const issue = (certificateAuthorityArn: string) => ({
    ...{ certificateAuthorityArn, csrPem, signingAlgorithm: 'SHA256WITHRSA', idempotencyToken: 'token' },
    templateArn: 'arn:aws:acm-pca:::template/EndEntityCertificate/V1',
    notBefore: Math.floor(Date.now() / 1000) - 60,
    notAfter: Math.floor(Date.now() / 1000) + 86_400,
  });

  async function createSigner() {
    const { arn: role } = await aws.createRole({ name: 'signer' });
    const authority = await aws.createCertificateAuthority({ keyAlgorithm: 'RSA_2048' });
    const api = bench.clients().get(specOf(staticSource(aws.identity), { roles: [{ arn: role }] }));
    await api.describeCertificateAuthority(authority.arn);
    const expire = async (): Promise<void> => {
      const used = (await aws.calls({ service: 'acm-pca' })).at(-1)?.accessKeyId ?? '';
      await aws.expireAccessKey({ accessKeyId: used });
    };
    return { api, authority, expire };
  }

  test('one refresh, one repetition, one certificate', async () => {
    const { api, authority, expire } = await createSigner();
    await expire();
    await expect(api.issueCertificate(issue(authority.arn))).resolves.toContain(authority.arn);
    expect(bench.counted.slice(2)).toEqual([
      'acm-pca IssueCertificate ExpiredTokenException',
      'sts AssumeRole OK',
      'acm-pca IssueCertificate OK',
    ]);
    expect(await aws.billed()).toHaveLength(1);
  });

  test('a burst that is refused costs one new session', async () => {
    const { api, authority, expire } = await createSigner();
    await aws.configure({ quotas: 'off' });
    await expire();
    await Promise.all(Array.from({ length: 20 }, () => api.describeCertificateAuthority(authority.arn)));
    expect(await stsCalls(aws)).toEqual(['AssumeRole', 'AssumeRole']);
  });

  test('new ones that are refused too are not replaced again and again', async () => {
    const { api, authority } = await createSigner();
    await aws.failNext({
      operation: 'DescribeCertificateAuthority',
      code: 'ExpiredTokenException',
      status: 400,
      count: 100,
    });
    for (let round = 0; round < 5; round++) {
      const call = api.describeCertificateAuthority(authority.arn);
      await expect(call).rejects.toMatchObject({ code: 'ExpiredTokenException', consequence: 'credentials' });
    }
    expect(await stsCalls(aws)).toEqual(['AssumeRole', 'AssumeRole']);
  });

  test('a denial is no refusal of credentials', async () => {
    const { api, authority } = await createSigner();
    await aws.deny({ principal: 'arn:aws:iam::111122223333:role/signer', actions: ['acm-pca:*'] });
    await expect(api.describeCertificateAuthority(authority.arn)).rejects.toMatchObject({ consequence: 'denied' });
    expect(await stsCalls(aws)).toEqual(['AssumeRole']);
  });
});

describe('nothing secret is told', () => {
  test.each(['AccessDenied', 'SignatureDoesNotMatch', 'InvalidClientTokenId', 'ExpiredToken', 'InternalFailure'])(
    'by %s, of a key or of a token',
    async (code) => {
      const { issuer, source } = await federated();
      const status = code === 'InternalFailure' ? 500 : 403;
      for (const operation of ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity']) {
        await aws.failNext({ operation, code, status, count: 3 });
      }
      const { arn } = await aws.createRole({ name: 'signer' });
      const temporary = await aws.createIdentity({ name: 'temporary', temporarySeconds: 3600 });
      const clients = bench.clients();
      const specs = [
        specOf(staticSource(temporary)),
        specOf(staticSource(temporary), { roles: [{ arn }] }),
        specOf(source),
      ];
      const errors = specs.map((spec) => clients.get(spec).getCallerIdentity().then(String, everything));
      const said = (await Promise.all(errors)).join('\n');
      expect(said).toContain(code);
      for (const secret of [temporary.secretAccessKey, temporary.sessionToken ?? 'none', ...issuer.tokens]) {
        expect(said).not.toContain(secret);
      }
    },
  );
});
