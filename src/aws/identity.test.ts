import { describe, expect, test } from '@jest/globals';
import { describeSource, identityKey, type IdentitySpec } from './identity.ts';

const key = { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'SECRET', origin: 'Secret a/b' } as const;
const role = 'arn:aws:iam::111122223333:role/issuer';
const specs: readonly IdentitySpec[] = [
  { source: { kind: 'ambient' }, region: 'eu-west-1' },
  { source: { kind: 'ambient' }, region: 'eu-central-1' },
  { source: { kind: 'ambient' }, region: 'eu-west-1', role },
  { source: key, region: 'eu-west-1' },
  { source: { ...key, secretAccessKey: 'OTHER' }, region: 'eu-west-1' },
  { source: { ...key, accessKeyId: 'AKIAOTHER' }, region: 'eu-west-1' },
  { source: key, region: 'eu-west-1', role },
];

describe('identityKey', () => {
  test('differs where the identity differs', () => expect(new Set(specs.map(identityKey)).size).toBe(specs.length));

  test('is the same for the same identity, wherever it was read', () => {
    const again = { region: 'eu-west-1', source: { ...key, origin: 'Secret c/d' } };
    expect(identityKey(again)).toBe(identityKey({ source: key, region: 'eu-west-1' }));
  });

  test('tells nothing of the key', () => expect(specs.map(identityKey).join()).toMatch(/^[0-9a-f,]+$/));
});

test('describeSource names where credentials come from and no part of them', () => {
  const said = specs.map(describeSource);
  expect(said).toEqual([
    'ambient credentials of the controller',
    'ambient credentials of the controller',
    `role ${role} assumed with ambient credentials of the controller`,
    'Secret a/b',
    'Secret a/b',
    'Secret a/b',
    `role ${role} assumed with Secret a/b`,
  ]);
});
