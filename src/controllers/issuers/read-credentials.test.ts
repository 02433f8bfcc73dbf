import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Secret } from '../../api/secret.ts';
import type { CredentialSource } from '../../aws/identity.ts';
import { TransportError } from '../../kube/errors.ts';
import { apiError, FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { readCredentials } from './read-credentials.ts';

const plan = {
  kind: 'secret',
  namespace: 'team',
  name: 'key',
  accessKeyIdKey: 'AWS_ACCESS_KEY_ID',
  secretAccessKeyKey: 'AWS_SECRET_ACCESS_KEY',
  sessionTokenKey: 'AWS_SESSION_TOKEN',
  hasSessionToken: false,
} as const;

const secret = (values: Record<string, string>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    namespace: 'team',
    name: 'key',
    uid: 'u',
    resourceVersion: '1',
    creationTimestamp: '2026-01-02T03:04:05Z',
  },
  data: Object.fromEntries(Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

let api: FakeKubeApi;
beforeEach(() => {
  api = new FakeKubeApi();
});

test('ambient credentials need nothing', async () => {
  expect(await readCredentials(api, { kind: 'ambient' })).toEqual({ kind: 'credentials', source: { kind: 'ambient' } });
});

test.each([
  ['under the usual keys', plan, { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hush' }],
  [
    'under chosen keys',
    { ...plan, accessKeyIdKey: 'id', secretAccessKeyKey: 'secret' },
    { id: 'AKIA', secret: 'hush' },
  ],
  ['with the line break that an editor left', plan, { AWS_ACCESS_KEY_ID: 'AKIA\n', AWS_SECRET_ACCESS_KEY: ' hush\n' }],
])('an access key %s', async (_, wanted, values) => {
  api.put(secret(values));
  expect(await readCredentials(api, wanted)).toEqual({
    kind: 'credentials',
    source: { kind: 'static', accessKeyId: 'AKIA', secretAccessKey: 'hush', origin: 'Secret team/key' },
  });
});

describe('a session token', () => {
  const values = { AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 'hush' };
  const found = { kind: 'static', accessKeyId: 'ASIA', secretAccessKey: 'hush', origin: 'Secret team/key' };
  test.each([
    ['under its usual key is used', plan, { AWS_SESSION_TOKEN: ' token\n' }, 'token'],
    ['under a chosen key is used', { ...plan, sessionTokenKey: 't', hasSessionToken: true }, { t: 'token' }, 'token'],
    ['that is blank is none', plan, { AWS_SESSION_TOKEN: '\n' }, undefined],
    ['need not be there', plan, {}, undefined],
  ])('%s', async (_, wanted, more, sessionToken) => {
    api.put(secret({ ...values, ...more }));
    const source = sessionToken === undefined ? found : { ...found, sessionToken };
    expect(await readCredentials(api, wanted)).toEqual({ kind: 'credentials', source });
  });

  test.each([
    ['under its usual key is not', plan, {}],
    ['under a key that the issuer names is', { ...plan, hasSessionToken: true }, { sessionToken: 'token' }],
  ])('%s used with a lasting access key', async (_, wanted, token) => {
    api.put(secret({ ...values, AWS_ACCESS_KEY_ID: 'AKIA', AWS_SESSION_TOKEN: 'token' }));
    const source = { ...found, accessKeyId: 'AKIA', ...token };
    expect(await readCredentials(api, wanted)).toEqual({ kind: 'credentials', source });
  });

  test('under a key that the issuer names has to be there', async () => {
    api.put(secret(values));
    expect(await readCredentials(api, { ...plan, sessionTokenKey: 't', hasSessionToken: true })).toEqual({
      kind: 'missing',
      message:
        'no AWS Session Token Found: Secret team/key has no value under the key t. Add it, or name another key in spec.secretRef.',
    });
  });
});

describe('what is missing is named, and never what is there', () => {
  test.each([
    ['both', {}, /^no AWS Access Key ID Found: Secret team\/key has no value under the key AWS_ACCESS_KEY_ID\./],
    ['the id', { AWS_SECRET_ACCESS_KEY: 'hush' }, /^no AWS Access Key ID Found: /],
    ['a blank id', { AWS_ACCESS_KEY_ID: ' \n', AWS_SECRET_ACCESS_KEY: 'hush' }, /^no AWS Access Key ID Found: /],
    [
      'the secret',
      { AWS_ACCESS_KEY_ID: 'AKIA' },
      /^no AWS Secret Access Key Found: .* the key AWS_SECRET_ACCESS_KEY\./,
    ],
    ['a blank secret', { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: '' }, /^no AWS Secret Access Key Found: /],
  ])('%s', async (_, values, message) => {
    api.put(secret(values));
    const reading = await readCredentials(api, plan);
    expect(reading.kind === 'missing' ? reading.message : '').toMatch(message);
    expect(JSON.stringify(reading)).not.toMatch(/hush|AKIA/);
  });

  // AWS repeats what it cannot read of a signature in its message, which becomes that of a condition.
  test.each([
    ['id', { AWS_ACCESS_KEY_ID: 'hush hush', AWS_SECRET_ACCESS_KEY: 's' }, /^no AWS Access Key ID Found: .* holds no /],
    ['id', { AWS_ACCESS_KEY_ID: 'hush/AKIA', AWS_SECRET_ACCESS_KEY: 's' }, /^no AWS Access Key ID Found: .* holds no /],
    [
      'id',
      { AWS_ACCESS_KEY_ID: 'hush\nAKIA', AWS_SECRET_ACCESS_KEY: 's' },
      /^no AWS Access Key ID Found: .* holds no /,
    ],
    ['id', { AWS_ACCESS_KEY_ID: 'hüsh', AWS_SECRET_ACCESS_KEY: 's' }, /^no AWS Access Key ID Found: .* holds no /],
    [
      'token',
      { AWS_ACCESS_KEY_ID: 'ASIA', AWS_SECRET_ACCESS_KEY: 's', AWS_SESSION_TOKEN: 'hush\nhush' },
      /^no AWS Session Token Found: Secret team\/key holds no session token under the key AWS_SESSION_TOKEN\./,
    ],
  ])('a value that can be no %s: it is sent to nobody', async (_, values, message) => {
    api.put(secret(values));
    const reading = await readCredentials(api, plan);
    expect(reading).toEqual({ kind: 'missing', message: expect.stringMatching(message) });
    expect(JSON.stringify(reading)).not.toMatch(/hush|hüsh|AKIA|ASIA/);
  });

  test('the Secret', async () => {
    expect(await readCredentials(api, plan)).toEqual({
      kind: 'missing',
      message:
        'failed to retrieve secret: Secret team/key does not exist. Create it; it is looked for every few seconds.',
    });
  });

  test('the right to read it', async () => {
    api.failNext({ error: apiError(403, 'Forbidden') });
    expect(await readCredentials(api, plan)).toEqual({
      kind: 'missing',
      message:
        'failed to retrieve secret: the controller may not read Secret team/key: RBAC verb get on secrets. Bind its ' +
        'ServiceAccount to a Role in namespace team with the rule ' +
        '- {apiGroups: [""], resources: ["secrets"], resourceNames: ["key"], verbs: ["get"]}',
    });
  });
});

test('an API server that does not answer says nothing about the Secret', async () => {
  api.failNext({ error: apiError(503, 'ServiceUnavailable') });
  await expect(readCredentials(api, plan)).resolves.toEqual({
    kind: 'unknown',
    message: 'failed to retrieve secret: Secret team/key could not be read (ServiceUnavailable); it is tried again.',
  });
});

describe('a ServiceAccount', () => {
  const tokenPlan = {
    kind: 'serviceAccount',
    namespace: 'team',
    name: 'signer',
    audiences: ['sts.amazonaws.com', 'other'],
    role: 'arn:aws:iam::111122223333:role/pca',
  } as const;
  const { apiVersion, metadata } = secret({});
  const account = { apiVersion, kind: 'ServiceAccount', metadata: { ...metadata, name: 'signer' } };

  async function sourceOf(): Promise<Extract<CredentialSource, { kind: 'webIdentity' }>> {
    const reading = await readCredentials(api, tokenPlan);
    if (reading.kind !== 'credentials' || reading.source.kind !== 'webIdentity') throw new Error('no web identity');
    return reading.source;
  }
  const failure = async (): Promise<unknown> => (await sourceOf()).requestToken().catch((error: unknown) => error);

  test('is asked for nothing before AWS wants a token, and for a new one each time', async () => {
    api.put(account);
    const source = await sourceOf();
    expect(source).toMatchObject({ role: tokenPlan.role, origin: 'ServiceAccount team/signer' });
    expect(api.created).toEqual([]);
    expect([await source.requestToken(), await source.requestToken()]).toEqual(['token-1', 'token-2']);
    expect(api.created[1]).toEqual({
      path: '/api/v1/namespaces/team/serviceaccounts/signer/token',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['sts.amazonaws.com', 'other'], expirationSeconds: 600 },
      },
    });
  });

  test('is the same one from check to check, and another one with other audiences', async () => {
    const { key } = await sourceOf();
    expect((await sourceOf()).key).toBe(key);
    const other = await readCredentials(api, { ...tokenPlan, audiences: ['other'] });
    expect(other).not.toMatchObject({ source: { key } });
  });

  test('that does not exist is waited for', async () => {
    expect(await failure()).toMatchObject({
      code: 'ServiceAccountNotFound',
      message:
        'failed to request a token: ServiceAccount team/signer: it does not exist. Create it; it is looked for every few seconds.',
    });
  });

  test.each([
    [
      apiError(403, 'Forbidden'),
      'TokenRequestForbidden',
      'failed to request a token: ServiceAccount team/signer: the controller may not create tokens for it: RBAC verb create on ' +
        'serviceaccounts/token. Bind its ServiceAccount to a Role in namespace team with the rule ' +
        '- {apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["signer"], verbs: ["create"]}',
    ],
    [
      apiError(422, 'Invalid'),
      'TokenRequestRefused',
      'failed to request a token: ServiceAccount team/signer: the API server refuses a token for the audiences ' +
        '"sts.amazonaws.com", "other" (Invalid). Correct spec.serviceAccountRef.audiences.',
    ],
    [
      apiError(429, 'TooManyRequests'),
      'TokenRequestFailed',
      'failed to request a token: ServiceAccount team/signer: the API server gave none (TooManyRequests); it is tried again.',
    ],
    [
      new TransportError('ECONNREFUSED', 'refused'),
      'TokenRequestFailed',
      'failed to request a token: ServiceAccount team/signer: the API server gave none (ECONNREFUSED); it is tried again.',
    ],
  ])('%s', async (error, code, message) => {
    api.put(account);
    api.failNext({ error });
    expect(await failure()).toMatchObject({ code, message });
  });

  test('a fault of this program is not taken for one of the API server', async () => {
    api.failNext({ error: new TypeError('a bug') });
    expect(await failure()).toBeInstanceOf(TypeError);
  });
});

describe('an access key whose parts have Secrets of their own', () => {
  const parts = {
    kind: 'accessKey',
    namespace: 'team',
    accessKeyId: { name: 'key', key: 'id' },
    secretAccessKey: { name: 'other', key: 'secret' },
  } as const;

  test('is told by the Secret of its secret part', async () => {
    api.put(secret({ id: 'AKIA' }));
    const other = secret({ secret: 'hush' });
    api.put({ ...other, metadata: { ...other.metadata, name: 'other' } });
    expect(await readCredentials(api, parts)).toEqual({
      kind: 'credentials',
      source: { kind: 'static', accessKeyId: 'AKIA', secretAccessKey: 'hush', origin: 'Secret team/other' },
    });
  });

  test('is not shown to AWS where its ID can be none: AWS would repeat it', async () => {
    api.put(secret({ id: 'user:pass word' }));
    expect(await readCredentials(api, parts)).toEqual({
      kind: 'missing',
      message:
        'error getting route53 secret access key id: Secret team/key holds no access key ID under the key id. Correct it, or ' +
        'correct accessKeyIDSecretRef.',
    });
  });

  test.each([
    [
      'may not be read',
      apiError(403, 'Forbidden'),
      'missing',
      'error getting route53 secret access key id: the controller may not read Secret team/key: RBAC verb get on secrets. ' +
        'Bind its ServiceAccount to a Role in namespace team with the rule ' +
        '- {apiGroups: [""], resources: ["secrets"], resourceNames: ["key"], verbs: ["get"]}',
    ],
    [
      'cannot be read',
      new TransportError('ECONNRESET', 'read'),
      'unknown',
      'error getting route53 secret access key id: Secret team/key could not be read (ECONNRESET); it is tried again.',
    ],
  ])('%s', async (_, error, kind, message) => {
    api.failNext({ error });
    expect(await readCredentials(api, parts)).toEqual({ kind, message });
  });
});
