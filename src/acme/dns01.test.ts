import { expect, test } from '@jest/globals';
import { openssl } from '../../test/support/openssl.ts';
import { dns01Name, dns01Value } from './dns01.ts';

test('the value is the digest of token and thumbprint', () => {
  // Both are those of RFC 8555's examples; the digest is openssl's.
  const token = 'evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA';
  const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs';
  const digest = openssl(['dgst', '-sha256', '-hex', '-r', 'input'], { input: `${token}.${thumbprint}` }).slice(0, 64);
  expect(dns01Value(token, thumbprint)).toBe(Buffer.from(digest, 'hex').toString('base64url'));
});

test.each([
  ['example.com', '_acme-challenge.example.com'],
  ['*.example.com', '_acme-challenge.example.com'],
  ['a.b.example.com', '_acme-challenge.a.b.example.com'],
])('the record of %s is %s', (value, name) => expect(dns01Name({ value })).toBe(name));
