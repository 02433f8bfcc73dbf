import { describe, expect, test } from '@jest/globals';
import { createAccountKey, loadAccountKey } from '../../acme/account-key.ts';
import type { AcmeClient, NewAccount } from '../../acme/acme-client.ts';
import { AcmeProblem, type AcmeErrorCode } from '../../acme/errors.ts';
import type { Secret } from '../../api/secret.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/errors.ts';
import { clusterIssuer } from '../../../test/support/builders.ts';
import { ensureAccount } from './ensure-account.ts';
import type { AccountPlan } from './plan-account.ts';

const directoryUrl = 'https://acme.example.com/dir';
const issuer = clusterIssuer('public');
const place = { namespace: 'controllers', name: 'public-acme-account', key: 'tls.key' };
/** Only what the test says; any other call is an error of its own. */
const scripted = <T extends object>(calls: Partial<T>): T => calls as T;

const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text = ''): string => Buffer.from(text, 'base64').toString();

/** One Secret, one server with accounts by their keys, and what was done with both, in order. */
class Bench {
  secret: Secret | undefined;
  readonly accounts = new Map<string, { url: string; status: 'valid' | 'revoked' }>();
  readonly done: string[] = [];
  readonly bindings: (NewAccount['externalAccountBinding'] | undefined)[] = [];
  refusal: AcmeErrorCode | undefined;
  failPatch = false;
  isMisfit = false;

  put(data: Readonly<Record<string, string>>, owner?: string): void {
    const ownerReferences =
      owner === undefined
        ? []
        : [{ apiVersion: 'awspca.cert-manager.io/v1beta1', kind: 'AWSPCAIssuer', name: 'x', uid: owner }];
    this.secret = this.#make(Object.fromEntries(Object.entries(data).map(([key, text]) => [key, encode(text)])), {
      ownerReferences,
    });
  }

  get data(): Record<string, string> {
    return Object.fromEntries(Object.entries(this.secret?.data ?? {}).map(([key, text]) => [key, decode(text)]));
  }

  #make(data: Readonly<Record<string, string>>, metadata: object): Secret {
    return {
      ...{ apiVersion: 'v1', kind: 'Secret', data },
      metadata: {
        ...{ ...place, uid: 's', resourceVersion: String(this.done.length), creationTimestamp: '2026-01-02T03:04:05Z' },
        ...metadata,
      },
    };
  }

  readonly client = scripted<KubeClient>({
    get: () => {
      if (this.secret) return Promise.resolve(this.secret as never);
      return Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: '' }));
    },
    create: (_, __, body) => {
      this.done.push('Secret created');
      const { data, metadata } = body as { data: Record<string, string>; metadata: object };
      this.secret = this.#make(data, metadata);
      return Promise.resolve(this.secret as never);
    },
    patch: (_, __, patch) => {
      if (this.failPatch) return Promise.reject(new Error('the process dies'));
      this.done.push('Secret patched');
      const { data } = patch.body as { data: Record<string, string | null> };
      const merged = Object.entries({ ...this.secret?.data, ...data }).filter(([, value]) => value !== null);
      const { ownerReferences = [] } = this.secret?.metadata ?? {};
      this.secret = this.#make(Object.fromEntries(merged) as Record<string, string>, { ownerReferences });
      return Promise.resolve(this.secret as never);
    },
  });

  #acme(thumbprint: string, accountUrl: string | undefined): AcmeClient {
    const known = () => this.accounts.get(thumbprint);
    return scripted<AcmeClient>({
      accountUrl,
      findAccount: () => {
        this.done.push('account looked for');
        const account = known();
        return Promise.resolve(account && { url: account.url, account: { status: account.status, contact: [] } });
      },
      newAccount: ({ externalAccountBinding }) => {
        if (this.refusal) return Promise.reject(this.#problem(this.refusal, 'newAccount'));
        this.done.push('account registered');
        this.bindings.push(externalAccountBinding);
        const account = { url: `https://acme/acct/${this.accounts.size + 1}`, status: 'valid' as const };
        this.accounts.set(thumbprint, account);
        return Promise.resolve({ url: account.url, account: { status: 'valid', contact: [] } });
      },
      getAccount: () => {
        const account = known();
        if (!account) return Promise.reject(this.#problem('accountDoesNotExist', 'getAccount'));
        if (account.status !== 'valid') return Promise.reject(this.#problem('unauthorized', 'getAccount'));
        return Promise.resolve({ status: 'valid', contact: [] });
      },
    });
  }

  #problem(code: AcmeErrorCode, operation: string): AcmeProblem {
    const problem = { type: `urn:ietf:params:acme:error:${code}`, code, detail: 'No.', subproblems: [] };
    return new AcmeProblem({ operation, status: 403, problem, outcomeUnknown: false });
  }

  ensure(binding?: AccountPlan['binding']) {
    return ensureAccount({
      ...{ client: this.client, issuer, directoryUrl, plan: { secret: place, contact: [], binding } },
      connect: (key, accountUrl) => this.#acme(key.thumbprint, accountUrl),
      ensureBinding: () => Promise.resolve({ keyId: 'made', macKey: 'mac' }),
      findMisfit: () => Promise.resolve(this.isMisfit),
    });
  }
}

const role = { kind: 'role', roleArn: 'arn', expiresAfterMinutes: undefined } as const;

describe('an account', () => {
  test('is registered with a key that is kept before, and its URL is kept after', async () => {
    const bench = new Bench();
    expect(await bench.ensure(role)).toMatchObject({ kind: 'account', url: 'https://acme/acct/1' });
    expect(bench.done).toEqual(['Secret created', 'account registered', 'Secret patched']);
    expect(bench.bindings).toEqual([{ keyId: 'made', macKey: 'mac' }]);
    expect(bench.data).toEqual({
      'tls.key': expect.stringContaining('PRIVATE KEY'),
      'account-url': 'https://acme/acct/1',
      'directory-url': directoryUrl,
    });
  });

  test('is found by its key when the process died before its URL was kept', async () => {
    const bench = new Bench();
    bench.failPatch = true;
    await expect(bench.ensure()).rejects.toThrow('dies');
    bench.failPatch = false;
    expect(await bench.ensure()).toMatchObject({ kind: 'account', url: 'https://acme/acct/1' });
    expect(bench.accounts.size).toBe(1);
    expect(bench.done.slice(-2)).toEqual(['account looked for', 'Secret patched']);
  });

  test('is left alone afterwards', async () => {
    const bench = new Bench();
    await bench.ensure();
    const before = [...bench.done];
    expect(await bench.ensure()).toMatchObject({ kind: 'account', url: 'https://acme/acct/1' });
    expect(bench.done).toEqual(before);
  });

  test('is another one at another directory, with the same key', async () => {
    const bench = new Bench();
    bench.put({ 'tls.key': await createAccountKey(), 'account-url': 'https://old/1', 'directory-url': 'https://old' });
    expect(await bench.ensure()).toMatchObject({ url: 'https://acme/acct/1' });
    expect(bench.data['directory-url']).toBe(directoryUrl);
  });

  test('that the server has forgotten is made again', async () => {
    const bench = new Bench();
    await bench.ensure();
    bench.accounts.clear();
    expect(await bench.ensure()).toMatchObject({ kind: 'account' });
    expect(bench.accounts.size).toBe(1);
  });

  test('that was revoked says what to do, and a lost Secret makes a new one', async () => {
    const bench = new Bench();
    await bench.ensure();
    for (const account of bench.accounts.values()) account.status = 'revoked';
    const message = expect.stringContaining('Delete Secret controllers/public-acme-account') as unknown;
    expect(await bench.ensure()).toMatchObject({
      reason: 'AccountNotValid',
      message,
      account: { status: 'revoked or deactivated' },
    });
    bench.secret = undefined;
    expect(await bench.ensure()).toMatchObject({ kind: 'account', url: 'https://acme/acct/2' });
  });

  test('that was revoked before its URL was kept is not used', async () => {
    const bench = new Bench();
    const keyPem = await createAccountKey();
    bench.put({ 'tls.key': keyPem });
    bench.accounts.set(loadAccountKey(keyPem).thumbprint, { url: 'https://acme/acct/0', status: 'revoked' });
    expect(await bench.ensure()).toMatchObject({ reason: 'AccountNotValid' });
  });

  test('of another role is given up, with its key', async () => {
    const bench = new Bench();
    await bench.ensure(role);
    const key = bench.data['tls.key'];
    bench.isMisfit = true;
    expect(await bench.ensure(role)).toMatchObject({ kind: 'account', url: 'https://acme/acct/2' });
    expect(bench.data['tls.key']).not.toBe(key);
  });

  test("of another role is left where its key is a person's, who is told", async () => {
    const bench = new Bench();
    bench.put({ 'tls.key': await createAccountKey() });
    await bench.ensure(role);
    const before = [...bench.done];
    const { data } = bench;
    bench.isMisfit = true;
    expect(await bench.ensure(role)).toMatchObject({ kind: 'missing', reason: 'AccountSecretTaken' });
    expect(bench.done).toEqual(before);
    expect(bench.data).toEqual(data);
  });
});

describe('a Secret', () => {
  test('of another issuer is not touched', async () => {
    const bench = new Bench();
    bench.put({ 'tls.key': await createAccountKey() }, 'uid-of-another');
    expect(await bench.ensure()).toMatchObject({ kind: 'missing', reason: 'AccountSecretTaken' });
    expect(bench.done).toEqual([]);
  });

  test.each([
    [{}, 'AccountKeyMissing'],
    [{ 'tls.key': 'no key' }, 'AccountKeyInvalid'],
  ])('that holds %j: %s', async (data, reason) => {
    const bench = new Bench();
    bench.put(data);
    expect(await bench.ensure()).toMatchObject({ kind: 'missing', reason });
    expect(bench.done).toEqual([]);
  });
});

test('what the server refuses is for the caller to explain', async () => {
  const bench = new Bench();
  bench.refusal = 'externalAccountRequired';
  await expect(bench.ensure()).rejects.toMatchObject({ code: 'externalAccountRequired' });
});
