import { describe, expect, test } from '@jest/globals';
import { awsError } from '../../../test/support/pca-bench.ts';
import { clusterIssuer, withIssuerStatus } from '../../../test/support/builders.ts';
import type { AcmCalls, AcmeExternalAccountBinding } from '../../aws/acm/acm-calls.ts';
import { ensureBinding } from './ensure-binding.ts';

const endpointArn = 'arn:aws:acm:eu-central-1:111122223333:acme-endpoint/1';
const roleArn = 'arn:aws:iam::111122223333:role/issuance';
const arnOf = (id: string): string => `${endpointArn}/acme-external-account-binding/${id}`;
const nowMs = Date.parse('2026-01-02T03:04:05Z');
const owner = (uid: string) => ({ 'awspca.cert-manager.io/issuer-uid': uid });
const notFound = (operation: string) => awsError(operation, 'ResourceNotFoundException', 'authority');

/** ACM with some bindings. A token stands for what it made, even when that is gone. */
class Acm {
  readonly bindings = new Map<string, AcmeExternalAccountBinding & { readonly owner: string }>();
  readonly calls: string[] = [];
  readonly #tokens = new Map<string, string>();

  put(id: string, change: Partial<AcmeExternalAccountBinding> = {}, uid = 'uid-of-public'): void {
    this.bindings.set(arnOf(id), { arn: arnOf(id), endpointArn, roleArn, owner: uid, ...change });
  }

  readonly api = {
    describeAcmeExternalAccountBinding: async (arn: string) => this.#find('describe', arn),
    listTagsForResource: async (arn: string) => owner(this.#find('tags', arn).owner),
    getAcmeExternalAccountBindingCredentials: async (arn: string) => {
      this.#find('credentials', arn);
      return { keyId: arn, macKey: 'mac' };
    },
    listAcmeExternalAccountBindings: async () => {
      this.calls.push('list');
      return { items: [...this.bindings.values()] };
    },
    createAcmeExternalAccountBinding: async ({ idempotencyToken: token }: { idempotencyToken: string }) => {
      this.calls.push('create');
      const arn = this.#tokens.get(token) ?? arnOf(`new-${this.#tokens.size}`);
      if (!this.#tokens.has(token)) this.put(arn.slice(arn.lastIndexOf('/') + 1));
      this.#tokens.set(token, arn);
      return this.bindings.get(arn) ?? { arn, endpointArn, roleArn };
    },
  } as unknown as AcmCalls;

  #find(call: string, arn: string) {
    this.calls.push(`${call} ${arn.slice(arn.lastIndexOf('/') + 1)}`);
    const binding = this.bindings.get(arn);
    if (!binding) throw notFound(call);
    return binding;
  }
}

const ensure = (acm: Acm, remembered?: string) =>
  ensureBinding({
    ...{ acm: acm.api, endpointArn, plan: { kind: 'role', roleArn, expiresAfterMinutes: undefined }, nowMs },
    issuer: clusterIssuer(
      'public',
      withIssuerStatus({ acm: { account: remembered === undefined ? {} : { externalAccountBindingARN: remembered } } }),
    ),
  });

describe('a binding that the status names', () => {
  test('is taken without a look at all others', async () => {
    const acm = new Acm();
    for (const id of ['a', 'b', 'c']) acm.put(id);
    expect(await ensure(acm, arnOf('c'))).toEqual({ keyId: arnOf('c'), macKey: 'mac' });
    expect(acm.calls).toEqual(['describe c', 'tags c', 'credentials c']);
  });

  test.each<[string, Partial<AcmeExternalAccountBinding>, string]>([
    ['of another issuer', {}, 'uid-of-another'],
    ['for another role', { roleArn: `${roleArn}-2` }, 'uid-of-public'],
    ['that was revoked', { revokedAt: new Date(nowMs - 1) }, 'uid-of-public'],
    ['that is about to end', { expiresAt: new Date(nowMs + 20_000) }, 'uid-of-public'],
  ])('%s is not taken', async (_, change, uid) => {
    const acm = new Acm();
    acm.put('a', change, uid);
    acm.put('b');
    expect(await ensure(acm, arnOf('a'))).toMatchObject({ keyId: arnOf('b') });
  });

  test('and which is gone, or of another endpoint, is nobody', async () => {
    const acm = new Acm();
    acm.put('b');
    expect(await ensure(acm, arnOf('a'))).toMatchObject({ keyId: arnOf('b') });
    acm.calls.length = 0;
    const elsewhere = `${endpointArn}2/acme-external-account-binding/a`;
    expect(await ensure(acm, elsewhere)).toMatchObject({ keyId: arnOf('b') });
    expect(acm.calls[0]).toBe('list');
  });
});

test('a binding that was deleted by hand while ACM remembers its token is replaced by another one, which is found again', async () => {
  const acm = new Acm();
  const { keyId: first } = await ensure(acm);
  acm.bindings.delete(first);
  const { keyId: second } = await ensure(acm);
  expect(second).not.toBe(first);
  expect(acm.bindings.has(second)).toBe(true);
  expect(await ensure(acm)).toMatchObject({ keyId: second });
  expect(acm.calls.filter((call) => call === 'create')).toHaveLength(3);
});
