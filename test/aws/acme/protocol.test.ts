import type { ACMClient } from '@aws-sdk/client-acm';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { acmeBench, acmClient, createBinding, createEndpoint, type AcmeBench } from '../testing/acm.ts';
import { bind, newAccountKey, problemType, publicJwk, sign, TestAcmeClient } from '../testing/acme-client.ts';

let aws: AwsStandIn;
let acm: ACMClient;
let bench: AcmeBench;

beforeAll(async () => {
  aws = await startAwsStandIn({ quotas: 'off' });
  acm = acmClient({ endpoint: aws.endpoint, identity: aws.identity });
  bench = await acmeBench(aws, acm);
});

afterEach(async () => {
  await aws.configure({ acm: { badNonceShare: 0 } });
});

afterAll(async () => {
  acm.destroy();
  await aws.stop();
});

const fresh = (): TestAcmeClient => new TestAcmeClient({ directoryUrl: bench.directoryUrl });

describe('the directory', () => {
  test('names the resources, asks for a binding, and has neither renewalInfo nor profiles', async () => {
    const base = bench.directoryUrl.replace(/\/directory$/, '');
    expect(await (await fetch(bench.directoryUrl)).json()).toEqual({
      newNonce: `${base}/new-nonce`,
      newAccount: `${base}/new-account`,
      newOrder: `${base}/new-order`,
      revokeCert: `${base}/revoke-cert`,
      keyChange: `${base}/key-change`,
      meta: { termsOfService: expect.any(String), externalAccountRequired: true },
    });
  });

  test.each(['acme/none/directory', 'acme/none/new-nonce'])('is not at /%s', async (path) => {
    const response = await fetch(`${aws.endpoint}/${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('nonces', () => {
  test('come with HEAD and GET', async () => {
    for (const [method, status] of [
      ['HEAD', 200],
      ['GET', 204],
    ] as const) {
      const response = await fetch(bench.client.url('new-nonce'), { method });
      expect([response.status, response.headers.get('replay-nonce')]).toEqual([status, expect.any(String)]);
      expect(response.headers.get('cache-control')).toBe('no-store');
    }
  });

  test('serve once; errors bring a new one', async () => {
    const { client } = bench;
    const nonce = await client.nonce();
    client.nextNonce = nonce;
    expect((await client.order(['example.com'])).status).toBe(201);
    client.nextNonce = nonce;
    const refused = await client.order(['example.com']);
    expect([refused.status, problemType(refused)]).toEqual([400, 'badNonce']);
    client.nextNonce = refused.headers.get('replay-nonce') ?? '';
    expect((await client.order(['example.com'])).status).toBe(201);
  });

  test('are refused in a share on order', async () => {
    await aws.configure({ acm: { badNonceShare: 0.25 } });
    const outcomes: (string | undefined)[] = [];
    for (let at = 0; at < 12; at += 1) outcomes.push(problemType(await bench.client.order(['example.com'])));
    expect(outcomes.filter((type) => type === 'badNonce')).toHaveLength(3);
  });
});

describe('signed requests', () => {
  const url = (): string => bench.client.url('new-order');
  const payload = { identifiers: [{ type: 'dns', value: 'example.com' }] };
  const header = async (): Promise<Record<string, unknown>> => ({
    nonce: await bench.client.nonce(),
    url: url(),
    kid: bench.client.accountUrl,
  });

  test.each([
    ['another url', async () => ({ ...(await header()), url: `${url()}x` }), 401, 'unauthorized'],
    ['kid and jwk', async () => ({ ...(await header()), jwk: await publicJwk(bench.client.key) }), 400, 'malformed'],
    ['neither kid nor jwk', async () => ({ ...(await header()), kid: undefined }), 400, 'malformed'],
    [
      'jwk in place of kid',
      async () => ({ ...(await header()), kid: undefined, jwk: await publicJwk(bench.client.key) }),
      400,
      'malformed',
    ],
    ['an unknown account', async () => ({ ...(await header()), kid: `${url()}/acct/1` }), 400, 'accountDoesNotExist'],
    ['no nonce', async () => ({ ...(await header()), nonce: undefined }), 400, 'badNonce'],
  ])('with %s are refused', async (_what, makeHeader, status, type) => {
    const answer = await bench.client.send(url(), await sign(bench.client.key, await makeHeader(), payload));
    expect([answer.status, problemType(answer)]).toEqual([status, type]);
  });

  test('by another key are refused', async () => {
    const answer = await bench.client.send(url(), await sign(newAccountKey(), await header(), payload));
    expect([answer.status, problemType(answer)]).toEqual([400, 'malformed']);
  });

  test('whose payload was changed are refused', async () => {
    const jws = (await sign(bench.client.key, await header(), payload)) as { readonly payload: string };
    const changed = { ...jws, payload: Buffer.from('{"identifiers":[]}').toString('base64url') };
    expect(problemType(await bench.client.send(url(), changed))).toBe('malformed');
  });

  test('of another content type are refused', async () => {
    const jws = await sign(bench.client.key, await header(), payload);
    expect((await bench.client.send(url(), jws, 'application/json')).status).toBe(415);
  });
});

describe('accounts', () => {
  test('are registered with a binding alone', async () => {
    const answer = await fresh().register();
    expect([answer.status, problemType(answer)]).toEqual([403, 'externalAccountRequired']);
  });

  test('are registered once a key', async () => {
    const client = fresh();
    const first = await client.register(bench.binding);
    const { accountUrl } = client;
    expect([first.status, first.body['status']]).toEqual([201, 'valid']);
    const second = await client.register(undefined, { onlyReturnExisting: true });
    expect([second.status, client.accountUrl]).toEqual([200, accountUrl]);
    const unknown = await fresh().register(undefined, { onlyReturnExisting: true });
    expect([unknown.status, problemType(unknown)]).toEqual([400, 'accountDoesNotExist']);
  });

  test('are registered once a key, also by two requests at once', async () => {
    const key = newAccountKey();
    const clients = [1, 2].map(() => new TestAcmeClient({ directoryUrl: bench.directoryUrl, key }));
    const answers = await Promise.all(clients.map((client) => client.register(bench.binding)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 201]);
    expect(clients[0]?.accountUrl).toBe(clients[1]?.accountUrl);
  });

  test.each([
    ['an unknown key id', { keyId: 'e06b7974-0000-0000-0000-000000000000' }],
    ['another MAC key', { macKey: Buffer.alloc(32).toString('base64url') }],
  ])('are refused with %s', async (_what, wrong) => {
    const answer = await fresh().register({ ...bench.binding, ...wrong });
    expect([answer.status, problemType(answer)]).toEqual([403, 'unauthorized']);
  });

  test('are refused with a binding for another key or URL', async () => {
    const client = fresh();
    const url = client.url('new-account');
    const wrong = [
      await bind(bench.binding, await publicJwk(newAccountKey()), url),
      await bind(bench.binding, await publicJwk(client.key), `${url}x`),
    ];
    for (const externalAccountBinding of wrong) {
      expect(problemType(await client.register(undefined, { externalAccountBinding }))).toBe('malformed');
    }
  });

  test('are refused with a binding that is expired, revoked or of another endpoint', async () => {
    const expired = await createBinding(acm, bench.endpointArn, bench.roleArn);
    const revoked = await createBinding(acm, bench.endpointArn, bench.roleArn);
    const foreign = await createBinding(acm, (await createEndpoint(acm)).arn, bench.roleArn);
    const client = fresh();
    expect((await client.register(expired)).status).toBe(201);
    await aws.expireAcmeExternalAccountBinding({ arn: expired.arn });
    await aws.revokeAcmeExternalAccountBinding({ arn: revoked.arn });
    for (const binding of [expired, revoked, foreign]) {
      expect(problemType(await fresh().register(binding))).toBe('unauthorized');
    }
    expect((await client.order(['example.com'])).status).toBe(201);
  });

  test('need a contact where the endpoint asks for one', async () => {
    const strict = await acmeBench(aws, acm, { Contact: 'REQUIRED' });
    const client = new TestAcmeClient({ directoryUrl: strict.directoryUrl });
    expect(problemType(await client.register(strict.binding))).toBe('invalidContact');
    expect(problemType(await client.register(strict.binding, { contact: ['tel:1'] }))).toBe('unsupportedContact');
    expect((await client.register(strict.binding, { contact: ['mailto:ops@example.com'] })).status).toBe(201);
  });

  test('can be read, changed, and deactivated', async () => {
    const client = fresh();
    await client.register(bench.binding);
    const url = client.accountUrl ?? '';
    expect((await client.post(url)).body).toMatchObject({ status: 'valid', orders: `${url}/orders` });
    expect((await client.post(url, { contact: ['mailto:a@example.com'] })).body['contact']).toEqual([
      'mailto:a@example.com',
    ]);
    const { orderUrl } = await client.order(['example.com']);
    expect((await client.post(`${url}/orders`)).body).toEqual({ orders: [orderUrl] });
    expect((await client.post(url, { status: 'deactivated' })).body['status']).toBe('deactivated');
    const refused = await client.order(['example.com']);
    expect([refused.status, problemType(refused)]).toEqual([401, 'unauthorized']);
  });

  test('that were revoked are refused', async () => {
    const client = fresh();
    await client.register(bench.binding);
    await aws.revokeAcmeAccount({ accountUrl: client.accountUrl ?? '' });
    const refused = await client.order(['example.com']);
    expect([refused.status, problemType(refused)]).toEqual([401, 'unauthorized']);
    expect((await client.register(bench.binding)).status).toBe(401);
  });

  test('can change their key', async () => {
    const client = fresh();
    await client.register(bench.binding);
    const key = newAccountKey();
    const url = client.url('key-change');
    const inner = { account: client.accountUrl, oldKey: await publicJwk(client.key) };
    const changed = await client.post(url, await sign(key, { jwk: await publicJwk(key), url }, inner));
    expect(changed.status).toBe(200);
    expect((await client.order(['example.com'])).status).toBe(400);
    const renewed = new TestAcmeClient({ directoryUrl: bench.directoryUrl, key });
    renewed.accountUrl = client.accountUrl;
    expect((await renewed.order(['example.com'])).status).toBe(201);
  });

  test('go with their endpoint', async () => {
    const gone = await acmeBench(aws, acm);
    await aws.deleteAcmeEndpoint({ arn: gone.endpointArn });
    const client = new TestAcmeClient(gone);
    client.nextNonce = 'any';
    expect((await client.register(gone.binding)).status).toBe(404);
    expect((await aws.calls({ operation: 'NewAccount' })).at(-1)).toMatchObject({
      status: 404,
      parameters: { AcmeEndpointArn: gone.endpointArn },
    });
  });
});
