import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Route53Bench } from '../../../test/support/route53-bench.ts';
import type { Route53Identity } from './route53-identity.ts';
import { createZones, type Zones } from './zones.ts';

// A guard against hanging: the first call loads the client.
jest.setTimeout(30_000);

let bench: Route53Bench;
let zones: Zones;
let account: string;
let identity: Route53Identity;
let accounts = 100_000_000_000;

beforeAll(async () => {
  bench = await Route53Bench.create();
});
afterAll(() => bench.close());
beforeEach(async () => {
  account = String(accounts++);
  identity = bench.identity(await bench.aws.createIdentity({ account }));
  zones = createZones({ clock: bench.clock });
  await bench.aws.configure({ quotas: 'off' });
});

const create = async (name: string, isPrivate = false): Promise<string> =>
  (await bench.aws.createHostedZone({ name, account, isPrivate })).id;
const zoneOf = async (name: string): Promise<unknown> => {
  const answer = await zones.find(name, identity);
  return answer.kind === 'zone' ? answer.zone.id : answer;
};
/** How many calls `work` makes. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = (await bench.calls()).length;
  await work();
  return (await bench.calls()).length - before;
}

describe('the zone that holds a name', () => {
  test('credentials 53: the longest of two', async () => {
    await create('example.com');
    const deep = await create('b.example.com');
    expect(await zoneOf('_acme-challenge.a.b.example.com')).toBe(deep);
  });

  test('credentials 54: the public one of two of the same name', async () => {
    await create('example.com', true);
    const id = await create('example.com');
    await create('example.com', true);
    expect(await zoneOf('www.example.com')).toBe(id);
  });

  test('credentials 55: none where only a private one is', async () => {
    await create('example.com', true);
    expect(await zoneOf('www.example.com')).toEqual({ kind: 'none', privateNames: ['example.com'] });
  });

  test('credentials 56: the one whose apex it is', async () => {
    const id = await create('www.example.com');
    await create('example.com');
    expect(await zoneOf('www.example.com')).toBe(id);
  });

  test('credentials 57: not one whose name is merely its end', async () => {
    await create('ample.com');
    expect(await zoneOf('example.com')).toEqual({ kind: 'none', privateNames: [] });
  });

  test('is nobody’s guess where several public ones have its name', async () => {
    const ids = [await create('example.com'), await create('example.com')];
    const answer = await zones.find('www.example.com', identity);
    expect(answer.kind === 'ambiguous' ? answer.zones.map(({ id }) => id).sort() : answer).toEqual(ids.sort());
  });

  test('is the account’s own', async () => {
    await bench.aws.createHostedZone({ name: 'example.com', account: '999999999999' });
    expect(await zoneOf('www.example.com')).toMatchObject({ kind: 'none' });
  });
});

describe('credentials 58: more zones than a page holds', () => {
  test('are looked through where the name belongs, not all', async () => {
    for (let i = 0; i < 350; i++) await create(`zone-${i}.com`);
    const [first, id] = [await create('aaa.com'), await create('sub.zzz.com')];
    expect(await callsOf(async () => expect(await zoneOf('www.sub.zzz.com')).toBe(id))).toBeLessThanOrEqual(4);
    expect(await zoneOf('x.y.aaa.com')).toBe(first);
  });

  test('with a name that sorts before and behind others by its hyphen', async () => {
    for (let i = 0; i < 120; i++) await create(`example-${i}.com`);
    const id = await create('example.com');
    for (let i = 0; i < 120; i++) await create(`a${i}.example.com`);
    expect(await zoneOf('www.example.com')).toBe(id);
    const hyphen = await create('example-a.com');
    zones = createZones({ clock: bench.clock });
    expect(await zoneOf('www.example-a.com')).toBe(hyphen);
  });

  test('all of one name', async () => {
    for (let i = 0; i < 205; i++) await create('example.com', true);
    const id = await create('example.com');
    for (let i = 0; i < 3; i++) await create('example.com', true);
    await create('zzz.com');
    expect(await zoneOf('www.example.com')).toBe(id);
  });
});

describe('what was found is remembered', () => {
  test('for all names, and all who ask for the account: one look at a usual account', async () => {
    const id = await create('example.com');
    const other = bench.identity(await bench.aws.createIdentity({ account }));
    const find = () =>
      Promise.all(
        ['a.example.com', 'b.a.example.com', 'example.com', 'example.org'].flatMap((name) => [
          zones.find(name, identity),
          zones.find(name, other),
        ]),
      );
    expect(await callsOf(find)).toBe(1);
    expect((await find()).filter((answer) => answer.kind === 'zone' && answer.zone.id === id)).toHaveLength(6);
  });

  test('for ten minutes', async () => {
    await create('example.com');
    await zoneOf('www.example.com');
    await bench.clock.advance(10 * 60_000);
    expect(await callsOf(() => zoneOf('www.example.com'))).toBe(0);
    await bench.clock.advance(1);
    expect(await callsOf(() => zoneOf('www.example.com'))).toBe(1);
  });

  test('but that there is none only for seconds: somebody creates it', async () => {
    expect(await zoneOf('www.example.com')).toMatchObject({ kind: 'none' });
    const id = await create('example.com');
    expect(await callsOf(() => zoneOf('www.example.com'))).toBe(0);
    await bench.clock.advance(15_001);
    expect(await zoneOf('www.example.com')).toBe(id);
  });

  test('until it is said to be gone', async () => {
    const id = await create('example.com');
    await zoneOf('www.example.com');
    await bench.aws.deleteHostedZone({ zoneId: id });
    const again = await create('example.com');
    expect(await zoneOf('www.example.com')).toBe(id);
    zones.forget(id);
    expect(await zoneOf('www.example.com')).toBe(again);
  });
});

describe('what goes wrong', () => {
  test('is told to who asked, and remembered by nobody', async () => {
    const id = await create('example.com');
    await bench.aws.failNext({ operation: 'ListHostedZonesByName', code: 'AccessDenied' });
    await expect(zoneOf('www.example.com')).rejects.toMatchObject({ code: 'AccessDenied', consequence: 'denied' });
    expect(await zoneOf('www.example.com')).toBe(id);
  });

  test('a turn that has not come is no fault: what was found so far is kept', async () => {
    for (let i = 0; i < 150; i++) await create(`zone-${i}.com`);
    const id = await create('b.zzz.com');
    const paced = bench.identity(await bench.aws.createIdentity({ account }), { rate: 1 });
    const waits: unknown[] = [];
    for (let visit = 0; visit < 10; visit++) {
      const answer = await zones.find('a.b.zzz.com', paced);
      if (answer.kind !== 'pending') {
        expect(answer).toMatchObject({ kind: 'zone', zone: { id } });
        break;
      }
      waits.push(answer.afterMs);
      await bench.clock.advance(answer.afterMs);
    }
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.length).toBeLessThan(5);
  });
});
