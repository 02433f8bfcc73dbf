import { createPublicKey, ECDH, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { isSamePublicKey } from './public-key.ts';

const spki = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });
const make = (): Buffer => spki(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const key = make();
/** SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING } with the point in its short form. */
const compressed = Buffer.concat([
  Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
  ECDH.convertKey(key.subarray(-65), 'prime256v1', undefined, undefined, 'compressed') as Buffer,
]);
const rsa = spki(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

test.each([
  ['the same bytes', key, Buffer.from(key), true],
  ['a compressed point', compressed, key, true],
  ['another key', key, make(), false],
  ['another kind of key', key, rsa, false],
  ['the same bytes that nobody reads', Buffer.of(5, 0), Buffer.of(5, 0), true],
  ['other bytes that nobody reads', Buffer.of(5, 0), key, false],
])('%s', (_, a, b, same) => expect(isSamePublicKey(a, b)).toBe(same));

test('the compressed point is a key at all', () =>
  expect(createPublicKey({ key: compressed, format: 'der', type: 'spki' }).asymmetricKeyType).toBe('ec'));
