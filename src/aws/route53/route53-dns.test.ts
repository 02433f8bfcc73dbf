import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { Route53Bench } from '../../../test/support/route53-bench.ts';
import type { Route53Identity } from './route53-identity.ts';

// A guard against hanging: the first call loads the client.
jest.setTimeout(30_000);

let bench: Route53Bench;
let account: string;
let identity: Route53Identity;
let zoneId: string;
let seen: number;
let accounts = 300_000_000_000;

beforeAll(async () => {
  bench = await Route53Bench.create();
});
afterAll(() => bench.close());
beforeEach(async () => {
  account = String(accounts++);
  identity = bench.identity(await bench.aws.createIdentity({ account }));
  zoneId = (await bench.aws.createHostedZone({ name: 'example.com', account })).id;
  await bench.aws.configure({ quotas: 'off', insyncAfterMs: 3_000, zoneBusyMs: 0 });
  seen = (await bench.calls()).length;
});

const calls = async (): Promise<string[]> => (await bench.calls()).slice(seen);

test('a text is presented, seen by all name servers, and removed', async () => {
  const dns = bench.dns(identity);
  const present = () => dns.presentTxt('_acme-challenge.example.com', 'one');
  expect(await present()).toEqual({ kind: 'pending', afterMs: 2_000, zoneId, written: true });
  await bench.clock.advance(2_000);
  expect(await present()).toEqual({ kind: 'pending', afterMs: 4_000, zoneId, written: false });
  await bench.clock.advance(4_000);
  expect(await present()).toEqual({ kind: 'inSync', zoneId, written: false });
  expect(await calls()).toEqual(['ListHostedZonesByName', 'ChangeResourceRecordSets', 'GetChange', 'GetChange']);
  expect(await dns.removeTxt('_acme-challenge.example.com', 'one')).toEqual({ kind: 'gone' });
  expect(await bench.contents(zoneId)).toEqual([]);
});

test('what stood in a zone that was deleted is gone; nothing is presented there', async () => {
  const dns = bench.dns(identity, 'Z0GONE0GONE');
  expect(await dns.removeTxt('_acme-challenge.example.com', 'one')).toEqual({ kind: 'gone' });
  expect(await dns.removeCname('_a.example.com', '_b.acm.aws.')).toEqual({ kind: 'gone' });
  await expect(dns.presentTxt('_acme-challenge.example.com', 'one')).rejects.toMatchObject({
    code: 'NoSuchHostedZone',
  });
});

test('a CNAME that stands there already is in sync', async () => {
  await bench.aws.putRecord({ zoneId, name: '_a.example.com', type: 'CNAME', values: ['_b.acm.aws.'] });
  const answer = await bench.dns(identity).presentCname('_a.example.com.', '_b.acm.aws.');
  expect(answer).toEqual({ kind: 'inSync', zoneId, written: false });
});

test.each([
  ['credentials 51', '/hostedzone/'],
  ['credentials 52', ''],
])('%s: hostedZoneID with %j before it is taken as it is, and no zones are listed', async (_, prefix) => {
  const dns = bench.dns(identity, `${prefix}${zoneId}`);
  expect(await dns.presentCname('_a.example.com', '_b.acm.aws.')).toMatchObject({ kind: 'pending', zoneId });
  expect(await calls()).toEqual(['ListResourceRecordSets', 'ChangeResourceRecordSets']);
});

test('credentials 55: without a public zone it is said what to do', async () => {
  const answer = await bench.dns(identity).presentCname('_a.example.org', '_b.acm.aws.');
  expect(answer).toMatchObject({ kind: 'noZone', code: 'ZoneNotFound' });
  expect(answer).toMatchObject({
    message: expect.stringMatching(
      /^zone not found in Route 53 for domain _a\.example\.org: account \d+ has no public/,
    ),
  });
});

test('with two of the same name that hostedZoneID decides', async () => {
  await bench.aws.createHostedZone({ name: 'example.com', account });
  const answer = await bench.dns(identity).presentTxt('_acme-challenge.example.com', 'one');
  expect(answer).toMatchObject({ kind: 'noZone', code: 'ZoneAmbiguous', message: expect.stringContaining(zoneId) });
  const told = await bench.dns(identity, zoneId).presentTxt('_acme-challenge.example.com', 'one');
  expect(told).toMatchObject({ kind: 'pending', written: true });
});

test('a zone in another account is written to through a role of that account', async () => {
  const owner = String(accounts++);
  const id = (await bench.aws.createHostedZone({ name: 'elsewhere.example', account: owner })).id;
  const { arn: user, ...keys } = await bench.aws.createIdentity({ account });
  const role = await bench.aws.createRole({ name: 'dns', account: owner, trust: [user] });
  const there = { ...bench.identity({ arn: user, ...keys }, { roles: [{ arn: role.arn }] }), account: owner };
  const answer = await bench.dns(there).presentCname('_a.www.elsewhere.example', '_b.acm.aws.');
  expect(answer).toMatchObject({ kind: 'pending', zoneId: id, written: true });
  await expect(bench.dns(identity, id).presentCname('_c.elsewhere.example', 'x.')).rejects.toMatchObject({
    consequence: 'denied',
  });
});
