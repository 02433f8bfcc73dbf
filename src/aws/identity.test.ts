import { describe, expect, test } from '@jest/globals';
import { defaultRoleSessionName, describeSource, identityKey, type IdentitySpec, rolesOf } from './identity.ts';

const key = { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'SECRET', origin: 'Secret a/b' } as const;
const role = 'arn:aws:iam::111122223333:role/issuer';
const base = { roles: [], roleSessionName: defaultRoleSessionName, region: 'eu-west-1' } as const;
const account = {
  kind: 'webIdentity',
  role,
  key: 'a/b sts.amazonaws.com',
  requestToken: async () => 'token',
  origin: 'ServiceAccount a/b',
} as const;
const specs: readonly IdentitySpec[] = [
  { ...base, source: { kind: 'ambient' } },
  { ...base, source: { kind: 'ambient' }, region: 'eu-central-1' },
  { ...base, source: { kind: 'ambient' }, roles: [{ arn: role }] },
  { ...base, source: key },
  { ...base, source: { ...key, secretAccessKey: 'OTHER' } },
  { ...base, source: { ...key, accessKeyId: 'AKIAOTHER' } },
  { ...base, source: { ...key, sessionToken: 'SECRET' } },
  { ...base, source: key, roles: [{ arn: role }] },
  { ...base, source: key, roles: [{ arn: role, externalId: 'x' }] },
  { ...base, source: key, roles: [{ arn: role }, { arn: `${role}2` }] },
  { ...base, source: key, roles: [{ arn: `${role}2` }, { arn: role }] },
  { ...base, source: key, roles: [{ arn: role }], roleSessionName: 'other' },
  { ...base, source: account },
  { ...base, source: { ...account, key: 'a/c sts.amazonaws.com' } },
  { ...base, source: { ...account, role: `${role}2` } },
  { ...base, source: account, roles: [{ arn: `${role}2` }] },
];

describe('identityKey', () => {
  test('differs where the identity differs', () => expect(new Set(specs.map(identityKey)).size).toBe(specs.length));

  test('is the same for the same identity, wherever it was read', () => {
    const again = { ...base, source: { ...key, origin: 'Secret c/d' } };
    expect(identityKey(again)).toBe(identityKey({ ...base, source: key }));
    const later = { ...base, source: { ...account, requestToken: async () => 'another' } };
    expect(identityKey(later)).toBe(identityKey({ ...base, source: account }));
  });

  test('tells nothing of the key', () => expect(specs.map(identityKey).join()).toMatch(/^[0-9a-f,]+$/));
});

test('describeSource names where credentials come from and no part of them', () => {
  const other = `${role}2`;
  const said = specs.map(describeSource);
  expect([...new Set(said)]).toEqual([
    'ambient credentials of the controller',
    `role ${role} assumed with ambient credentials of the controller`,
    'Secret a/b',
    `role ${role} assumed with Secret a/b`,
    `role ${role} assumed with Secret a/b, role ${other} assumed with that`,
    `role ${other} assumed with Secret a/b, role ${role} assumed with that`,
    `role ${role} assumed with ServiceAccount a/b`,
    `role ${other} assumed with ServiceAccount a/b`,
    `role ${role} assumed with ServiceAccount a/b, role ${other} assumed with that`,
  ]);
  expect(said.join()).not.toMatch(/SECRET|AKIA|token/);
});

test('rolesOf lists every role on the way', () =>
  expect(rolesOf({ ...base, source: account, roles: [{ arn: 'second' }] })).toEqual([role, 'second']));
