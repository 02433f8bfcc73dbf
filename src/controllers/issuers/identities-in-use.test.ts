import { expect, test } from '@jest/globals';
import { FakeAws } from '../../../test/support/fake-aws.ts';
import { specOf, staticSource } from '../../../test/support/identity-bench.ts';
import type { IdentitySpec } from '../../aws/identity.ts';
import { IdentitiesInUse } from './identities-in-use.ts';

const keyOf = (accessKeyId: string) => staticSource({ arn: '', account: '', accessKeyId, secretAccessKey: 'secret' });

test('an identity is forgotten with the last issuer that uses it', () => {
  const aws = new FakeAws();
  const identities = new IdentitiesInUse(aws);
  const api = identities.use('a', specOf(keyOf('shared')));
  expect(identities.use('b', specOf(keyOf('shared')))).toBe(api);
  expect(identities.use('a', specOf(keyOf('shared')))).toBe(api);
  identities.use('a', specOf(keyOf('own')));
  expect(aws.keys).toEqual(['shared', 'own']);
  identities.drop('b');
  identities.drop('b');
  expect(aws.keys).toEqual(['own']);
  identities.drop('a');
  expect(aws.keys).toEqual([]);
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
  const identities = new IdentitiesInUse(new FakeAws());
  const costOf = (count: number): number => {
    const issuers = Array.from({ length: count }, (_, number) => number);
    for (const number of issuers) identities.use(`i${number}`, counted(number, 'before'));
    looks = 0;
    for (const number of issuers) identities.use(`i${number}`, counted(number, 'after'));
    for (const number of issuers) identities.drop(`i${number}`);
    return looks;
  };
  expect(costOf(200)).toBe(10 * costOf(20));
});
