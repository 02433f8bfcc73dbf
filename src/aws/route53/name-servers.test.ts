import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Route53Bench } from '../../../test/support/route53-bench.ts';
import { createNameServers, namedServers } from './name-servers.ts';

// A guard against hanging: the first call loads the client.
jest.setTimeout(30_000);

let bench: Route53Bench;
beforeAll(async () => {
  bench = await Route53Bench.create();
});
afterAll(() => bench.close());

test("a zone's delegation set, asked for once in ten minutes", async () => {
  const { id } = await bench.aws.createHostedZone({ name: 'example.com' });
  const identity = bench.identity(bench.aws.identity);
  const nameServers = createNameServers({ clock: bench.clock });
  const find = () => nameServers.find(id, identity);
  expect(await find()).toEqual({
    kind: 'nameServers',
    names: ['ns-1.awsdns-00.com', 'ns-513.awsdns-00.net', 'ns-1025.awsdns-00.org', 'ns-1537.awsdns-00.co.uk'],
  });
  await find();
  expect(await bench.calls()).toEqual(['GetHostedZone']);
  await bench.clock.advance(10 * 60_000);
  await find();
  expect(await bench.calls()).toEqual(['GetHostedZone', 'GetHostedZone']);
});

test('a private zone has none', async () => {
  const { id } = await bench.aws.createHostedZone({ name: 'hidden.example', isPrivate: true });
  const found = await createNameServers({ clock: bench.clock }).find(id, bench.identity(bench.aws.identity));
  expect(found).toEqual({ kind: 'nameServers', names: [] });
});

test('who has to wait for a turn is told so; what is denied is an error', async () => {
  const { id } = await bench.aws.createHostedZone({ name: 'paced.example' });
  const nameServers = createNameServers({ clock: bench.clock });
  const paced = bench.identity(await bench.aws.createIdentity({ account: '222222222222' }), { rate: 1 });
  await expect(nameServers.find(id, paced)).rejects.toMatchObject({ consequence: 'denied' });
  expect(await nameServers.find(id, paced)).toEqual({ kind: 'pending', afterMs: expect.any(Number) });
});

test('those that a flag names are asked of every zone, and Route 53 is not', async () => {
  const named = namedServers(['192.0.2.1:53']);
  expect(await named.find('Z1', bench.identity(bench.aws.identity))).toEqual({
    kind: 'nameServers',
    names: ['192.0.2.1:53'],
  });
});
