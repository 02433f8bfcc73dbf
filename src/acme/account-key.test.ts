import { describe, expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { createAccountKey, loadAccountKey } from './account-key.ts';

const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;

test('a new key is PKCS#8 PEM of P-256, and another one each time', async () => {
  const [one, two] = [await createAccountKey(), await createAccountKey()];
  expect(one).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(loadAccountKey(one).privateKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  expect(loadAccountKey(one).thumbprint).not.toBe(loadAccountKey(two).thumbprint);
});

test('the thumbprint is that of the public half', async () => {
  const { jwk, thumbprint } = loadAccountKey(await createAccountKey());
  expect(Object.keys(jwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
  expect(thumbprint).toBe(await calculateJwkThumbprint(jwk));
});

test('a key in SEC1 is read as well', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const sec1 = privateKey.export({ format: 'pem', type: 'sec1' }).toString();
  const same = privateKey.export(pkcs8).toString();
  expect(loadAccountKey(sec1).jwk).toEqual(loadAccountKey(same).jwk);
});

describe('refused', () => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  test.each<[string, string]>([
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pkcs8).toString()],
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8).toString()],
    ['Ed25519', generateKeyPairSync('ed25519').privateKey.export(pkcs8).toString()],
    ['a public key', p256.publicKey.export({ format: 'pem', type: 'spki' }).toString()],
    ['an encrypted key', p256.privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }).toString()],
    ['nothing', ''],
    ['half of a key', p256.privateKey.export(pkcs8).toString().slice(0, 100)],
  ])('%s, without repeating it', (_, pem) => {
    let error: unknown;
    try {
      loadAccountKey(pem);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ name: 'InvalidAccountKey', code: 'invalid-account-key' });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).toMatch(/^the account key is not (a P-256 key|the PEM of an unencrypted .*)$/);
  });
});
