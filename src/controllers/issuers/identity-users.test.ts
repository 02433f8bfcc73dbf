import { expect, test } from '@jest/globals';
import { FakeAws } from '../../../test/support/fake-aws.ts';
import { specOf, staticSource } from '../../../test/support/identity-bench.ts';
import type { IdentitySpec } from '../../aws/identity.ts';
import { IdentityUsers } from './identity-users.ts';

const keyOf = (accessKeyId: string) => staticSource({ arn: '', account: '', accessKeyId, secretAccessKey: 'secret' });

function createBench() {
  const aws = new FakeAws();
  const users = new IdentityUsers(aws);
  const use = (user: string, ...accessKeyIds: readonly string[]): void => {
    const specs = accessKeyIds.map((id) => specOf(keyOf(id)));
    for (const spec of specs) aws.get(spec);
    users.settle(user, specs);
  };
  return { aws, users, use };
}

test('an identity is forgotten with the last issuer that uses it', () => {
  const { aws, use } = createBench();
  use('a', 'shared');
  use('b', 'shared');
  use('a', 'shared');
  use('a', 'own');
  expect(aws.keys).toEqual(['shared', 'own']);
  use('b');
  use('b');
  expect(aws.keys).toEqual(['own']);
  use('a');
  expect(aws.keys).toEqual([]);
});

test('an issuer may use several; what it adds counts from then on, until it settles for others', () => {
  const { aws, users, use } = createBench();
  use('a', 'first', 'second');
  aws.get(specOf(keyOf('third')));
  users.add('a', specOf(keyOf('third')));
  users.add('a', specOf(keyOf('third')));
  expect(aws.keys).toEqual(['first', 'second', 'third']);
  use('a', 'second');
  expect(aws.keys).toEqual(['second']);
});

test('what an issuer changes or leaves costs nothing for the others', () => {
  let looks = 0;
  const counted = (number: number, session: string): IdentitySpec => ({
    ...specOf(keyOf(`AKIA${number}`), { roleSessionName: session }),
    get region() {
      looks += 1;
      return 'eu-west-1';
    },
  });
  const users = new IdentityUsers(new FakeAws());
  const costOf = (count: number): number => {
    const issuers = Array.from({ length: count }, (_, number) => number);
    for (const number of issuers) users.settle(`i${number}`, [counted(number, 'before')]);
    looks = 0;
    for (const number of issuers) users.settle(`i${number}`, [counted(number, 'after')]);
    for (const number of issuers) users.settle(`i${number}`, []);
    return looks;
  };
  expect(costOf(200)).toBe(10 * costOf(20));
});
