import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Secret } from '../../api/secret.ts';
import { apiError, FakeKubeApi } from '../../../test/support/fake-kube-api.ts';
import { readCredentials } from './read-credentials.ts';

const plan = {
  kind: 'secret',
  namespace: 'team',
  name: 'key',
  accessKeyIdKey: 'AWS_ACCESS_KEY_ID',
  secretAccessKeyKey: 'AWS_SECRET_ACCESS_KEY',
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
        'failed to retrieve secret: the controller may not read Secret team/key. ' +
        'Grant its ServiceAccount the verb get on secrets in namespace team.',
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
