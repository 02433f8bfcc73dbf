import { expect, test } from '@jest/globals';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { ambient, specOf, staticSource } from '../../test/support/identity-bench.ts';
import type { IdentitySpec } from './identity.ts';
import { Principals } from './principals.ts';
import type { Sdk } from './sdk.ts';

const never = async (): Promise<never> => {
  throw new Error('nothing is called here');
};
const sdk: Sdk = {
  ...{
    createSts: never,
    unsignedSts: never,
    createPca: never,
    createAcm: never,
    createRoute53: never,
    createDefaultChain: never,
  },
  close: () => undefined,
};
const key = staticSource({ arn: '', account: '', accessKeyId: 'AKIA', secretAccessKey: 'secret' });
const role = (name: string): Pick<IdentitySpec, 'roles'> => ({ roles: [{ arn: name }] });

const create = (ownRegion?: string): Principals => new Principals(sdk, new FakeClock(), ownRegion);

test('a principal is kept as long as an identity leads through it', () => {
  const principals = create();
  const base = principals.acquire(specOf(key));
  const first = principals.acquire(specOf(key, role('a')));
  principals.acquire(specOf(key, role('b')));
  expect(principals.size).toBe(3);
  expect(principals.acquire(specOf(key, role('a')))).toBe(first);
  principals.release(specOf(key));
  principals.release(specOf(key, role('a')));
  expect(principals.size).toBe(2);
  expect(principals.acquire(specOf(key))).toBe(base);
  principals.release(specOf(key));
  principals.release(specOf(key, role('b')));
  expect(principals.size).toBe(0);
  principals.release(specOf(key, role('b')));
});

test('another session name, external id or region is another principal; the source may be the same', () => {
  const principals = create();
  const all = [
    specOf(key, role('a')),
    specOf(key, { ...role('a'), roleSessionName: 'other' }),
    specOf(key, { roles: [{ arn: 'a', externalId: 'tenant' }] }),
    specOf(key, { ...role('a'), region: 'eu-west-1' }),
  ].map((spec) => principals.acquire(spec));
  expect(new Set(all).size).toBe(4);
});

test("the controller's own credentials are one principal, whatever issuers call their sessions", () => {
  const principals = create('eu-central-1');
  const names = ['team-a', 'team-b'];
  const all = names.map((roleSessionName) => principals.acquire(specOf(ambient, { roleSessionName })));
  expect(new Set(all).size).toBe(1);
});

test("the controller's own credentials are one principal for all regions where its region is known", () => {
  const regions = ['eu-west-1', 'eu-west-2'];
  const inKnown = create('eu-central-1');
  const inUnknown = create();
  const countOf = (principals: Principals): number =>
    new Set(regions.map((region) => principals.acquire(specOf(ambient, { region })))).size;
  expect([countOf(inKnown), countOf(inUnknown)]).toEqual([1, 2]);
});
