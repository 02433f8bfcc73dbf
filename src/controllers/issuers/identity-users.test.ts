import { expect, test } from '@jest/globals';
import type { IdentitySpec } from '../../aws/identity.ts';
import { IdentityUsers } from './identity-users.ts';

const identity = (role: string): IdentitySpec => ({
  ...{ source: { kind: 'ambient' }, roles: [{ arn: role }], roleSessionName: 's', region: 'eu-west-1' },
});
const [a, b] = [identity('a'), identity('b')];

function open(): { readonly users: IdentityUsers; readonly forgotten: IdentitySpec[] } {
  const forgotten: IdentitySpec[] = [];
  return { users: new IdentityUsers({ forget: (spec) => void forgotten.push(spec) }), forgotten };
}

test('an identity is forgotten when its last user goes', () => {
  const { users, forgotten } = open();
  users.settle('one', [a]);
  users.settle('two', [a]);
  users.settle('one', []);
  expect(forgotten).toEqual([]);
  users.settle('two', []);
  expect(forgotten).toEqual([a]);
});

test('a user that changes to another one leaves the first', () => {
  const { users, forgotten } = open();
  users.settle('one', [a]);
  users.settle('one', [b]);
  expect(forgotten).toEqual([a]);
});

test('what is added while it is being found out is kept until it is settled', () => {
  const { users, forgotten } = open();
  users.settle('one', [a]);
  users.add('one', b);
  expect(forgotten).toEqual([]);
  users.settle('one', [b]);
  expect(forgotten).toEqual([a]);
});
