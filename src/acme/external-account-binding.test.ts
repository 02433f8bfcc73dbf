import { describe, expect, test } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { createAccountKey, loadAccountKey } from './account-key.ts';
import { parseMacKey, signBinding } from './external-account-binding.ts';

const bytes = Buffer.from('fbff'.repeat(16), 'hex');

describe('parseMacKey', () => {
  test.each([
    ['base64url, as services hand it out', bytes.toString('base64url')],
    ['base64url with padding', `${bytes.toString('base64url')}=`],
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64').replace('=', '')],
    ['with the line’s end that a Secret often has', `${bytes.toString('base64url')}\n`],
  ])('%s', (_, text) => expect(parseMacKey(text)).toEqual(bytes));

  test.each(['', ' ', 'has spaces', 'umlaut-ä', '{"k":"x"}', 'abc=d', 'abc==='])('%j is refused', (text) => {
    const refused = expect.objectContaining({ name: 'InvalidMacKey', message: 'the MAC key is not base64url' });
    expect(() => parseMacKey(text)).toThrow(refused);
  });
});

test.each([16, 32, 64])('a key of %d bytes signs with HS256', async (length) => {
  const secret = randomBytes(length);
  const key = loadAccountKey(await createAccountKey());
  const binding = { keyId: 'k', macKey: secret.toString('base64url') };
  const jws = (await signBinding(binding, key, 'https://a.example/new')) as Record<string, string>;
  const mac = createHmac('sha256', secret).update(`${jws['protected']}.${jws['payload']}`).digest('base64url');
  expect(jws['signature']).toBe(mac);
});
