import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { settle } from '../../../test/support/fake-clock.ts';
import { Route53Bench } from '../../../test/support/route53-bench.ts';
import { HeldBack } from '../paced.ts';
import type { RecordAnswer, Records } from './records.ts';
import type { Route53Identity } from './route53-identity.ts';

// A guard against hanging: the first call loads the client.
jest.setTimeout(30_000);

let bench: Route53Bench;
let records: Records;
let account: string;
let identity: Route53Identity;
let zone: { readonly id: string };
let seen: number;
let accounts = 200_000_000_000;

beforeAll(async () => {
  bench = await Route53Bench.create();
  records = bench.records;
});
afterAll(() => bench.close());
beforeEach(async () => {
  account = String(accounts++);
  identity = bench.identity(await bench.aws.createIdentity({ account }));
  zone = { id: (await bench.aws.createHostedZone({ name: 'example.com', account })).id };
  await bench.aws.configure({ quotas: 'off', insyncAfterMs: 30_000, zoneBusyMs: 0 });
  seen = (await bench.calls()).length;
});

/** The operations since the test began. */
const calls = async (): Promise<string[]> => (await bench.calls()).slice(seen);
const list = 'ListResourceRecordSets';
const change = 'ChangeResourceRecordSets';
const value = '_b.acm-validations.aws.';
const cname = (name = '_a.example.com', to = value) => ({ name, value: to, zone });
const done = (answer: RecordAnswer): Extract<RecordAnswer, { kind: 'done' }> => {
  expect(answer.kind).toBe('done');
  return answer as Extract<RecordAnswer, { kind: 'done' }>;
};

describe('ensureCname', () => {
  test('writes a record that is missing, TTL 300', async () => {
    const answer = done(await records.ensureCname(cname('_A.Example.com.'), identity));
    expect(answer).toEqual({ kind: 'done', written: true, changeId: expect.stringMatching(/^C\w+$/) });
    expect(await calls()).toEqual([list, change]);
    const written = (await bench.aws.records({ zoneId: zone.id })).find(({ type }) => type === 'CNAME');
    expect(written).toEqual({ name: '_a.example.com.', type: 'CNAME', ttl: 300, values: [value] });
  });

  test.each([
    ['as it is', value, 300],
    ['spelled otherwise', '_B.ACM-Validations.aws', 300],
    ['with another TTL', value, 60],
  ])('credentials 60: one that stands there %s is not written', async (_, text, ttl) => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_a.example.com', type: 'CNAME', ttl, values: [text] });
    expect(await records.ensureCname(cname(), identity)).toEqual({ kind: 'done', written: false });
    expect(await calls()).toEqual([list]);
  });

  test('points one with another value to ours', async () => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_a.example.com', type: 'CNAME', values: ['other.example.'] });
    expect(done(await records.ensureCname(cname(), identity)).written).toBe(true);
    expect(await bench.contents(zone.id)).toEqual([`_a.example.com. CNAME ${value}`]);
  });

  test('brings one back that was taken away', async () => {
    await records.ensureCname(cname(), identity);
    await bench.aws.removeRecord({ zoneId: zone.id, name: '_a.example.com', type: 'CNAME' });
    expect(done(await records.ensureCname(cname(), identity)).written).toBe(true);
  });

  test('says of one that it wrote before by which change: it may be under way yet', async () => {
    const { changeId } = done(await records.ensureCname(cname(), identity));
    expect(await records.ensureCname(cname(), identity)).toEqual({ kind: 'done', written: false, changeId });
  });

  test('does not write over what is no CNAME', async () => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_a.example.com', type: 'TXT', values: ['"x"'] });
    const refusal = {
      code: 'InvalidChangeBatch',
      consequence: 'authority',
      detail: expect.stringContaining('conflicts with'),
    };
    await expect(records.ensureCname(cname(), identity)).rejects.toMatchObject(refusal);
    expect(await bench.contents(zone.id)).toEqual(['_a.example.com. TXT "x"']);
  });
});

describe('removeCname', () => {
  test('takes it away as it stands', async () => {
    const record = { name: '_a.example.com', type: 'CNAME', ttl: 77, values: [value] };
    await bench.aws.putRecord({ zoneId: zone.id, ...record });
    expect(done(await records.removeCname(cname(), identity)).written).toBe(true);
    expect(await bench.contents(zone.id)).toEqual([]);
  });

  test('leaves one alone that points elsewhere', async () => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_a.example.com', type: 'CNAME', values: ['other.example.'] });
    expect(done(await records.removeCname(cname(), identity)).written).toBe(false);
    expect(await bench.contents(zone.id)).toEqual(['_a.example.com. CNAME other.example.']);
  });

  test('credentials 59: that it is not there is success', async () =>
    expect(await records.removeCname(cname(), identity)).toEqual({ kind: 'done', written: false }));
});

describe('texts side by side', () => {
  const txt = (text: string) => ({ name: '_acme-challenge.example.com', value: text, zone });

  test('several values are answered under one name', async () => {
    await records.addTxt(txt('one'), identity);
    await records.addTxt(txt('two'), identity);
    expect(await bench.aws.records({ zoneId: zone.id })).toEqual(
      expect.arrayContaining(
        ['"one"', '"two"'].map((quoted) => ({
          ...{ name: '_acme-challenge.example.com.', type: 'TXT', ttl: 10 },
          ...{ values: [quoted], setIdentifier: quoted },
        })),
      ),
    );
    await records.removeTxt(txt('one'), identity);
    expect(await bench.contents(zone.id)).toEqual(['_acme-challenge.example.com. TXT "two"']);
  });

  test('what was written is not written anew for who comes to see whether it is in sync', async () => {
    const { changeId } = done(await records.addTxt(txt('one'), identity));
    expect(await records.addTxt(txt('one'), identity)).toEqual({ kind: 'done', written: false, changeId });
    expect(await calls()).toEqual([change]);
  });

  test('after it was taken away it is', async () => {
    await records.addTxt(txt('one'), identity);
    await records.removeTxt(txt('one'), identity);
    expect(done(await records.addTxt(txt('one'), identity)).written).toBe(true);
    expect(await bench.contents(zone.id)).toEqual(['_acme-challenge.example.com. TXT "one"']);
  });

  test('also when somebody else took it away, and it was only seen to be gone', async () => {
    await records.addTxt(txt('one'), identity);
    await bench.aws.removeRecord({ zoneId: zone.id, name: '_acme-challenge.example.com', type: 'TXT' });
    expect(done(await records.removeTxt(txt('one'), identity)).written).toBe(false);
    expect(done(await records.addTxt(txt('one'), identity)).written).toBe(true);
  });

  test('credentials 59: DELETE of what is not there is success', async () => {
    expect(await records.removeTxt(txt('one'), identity)).toEqual({ kind: 'done', written: false });
    expect(await calls()).toEqual([change, list]);
  });

  test('one whose TTL somebody changed is taken away all the same', async () => {
    const record = {
      name: '_acme-challenge.example.com',
      type: 'TXT',
      ttl: 99,
      values: ['"one"'],
      setIdentifier: '"one"',
    };
    await bench.aws.putRecord({ zoneId: zone.id, ...record });
    expect(done(await records.removeTxt(txt('one'), identity)).written).toBe(true);
    expect(await bench.contents(zone.id)).toEqual([]);
  });

  test('a record of another kind at the name is told, and stays', async () => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_acme-challenge.example.com', type: 'CNAME', values: ['x.'] });
    await expect(records.addTxt(txt('one'), identity)).rejects.toMatchObject({ code: 'InvalidChangeBatch' });
  });
});

describe('what waits together goes together', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `_${i}.d${i}.example.com`);

  test('a hundred names take one look and one change', async () => {
    const answers = await Promise.all(names(100).map((name) => records.ensureCname(cname(name), identity)));
    expect(answers.every((answer) => done(answer).written)).toBe(true);
    expect(await bench.contents(zone.id)).toHaveLength(100);
    expect(await calls()).toEqual([list, change]);
  });

  test('and once they stand, one look', async () => {
    await Promise.all(names(100).map((name) => records.ensureCname(cname(name), identity)));
    seen = (await bench.calls()).length;
    const answers = await Promise.all(names(100).map((name) => records.ensureCname(cname(name), identity)));
    expect(answers.every((answer) => !done(answer).written)).toBe(true);
    expect(await calls()).toEqual([list]);
  });

  test('a zone with more records than a page is looked through where they are', async () => {
    for (let i = 0; i < 700; i++) {
      await bench.aws.putRecord({ zoneId: zone.id, name: `h${i}.m.example.com`, type: 'A', values: ['192.0.2.1'] });
    }
    const wanted = ['_a.example.com', '_z.zz.example.com', '_y.m.example.com'];
    await Promise.all(wanted.map((name) => records.ensureCname(cname(name), identity)));
    seen = (await bench.calls()).length;
    const answers = await Promise.all(wanted.map((name) => records.ensureCname(cname(name), identity)));
    expect(answers.every((answer) => !done(answer).written)).toBe(true);
    // Each of the three may take a look of its own, no more.
    expect((await calls()).length).toBeLessThanOrEqual(3);
  });

  test('one that is refused does not keep the others from being written', async () => {
    await bench.aws.putRecord({ zoneId: zone.id, name: '_5.d5.example.com', type: 'TXT', values: ['"x"'] });
    const asked = names(16).map((name) => records.ensureCname(cname(name), identity));
    const ends = await Promise.allSettled(asked);
    expect(ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))).toEqual([5]);
    expect(await bench.contents(zone.id)).toHaveLength(16);
  });

  test('the same wish of two is one', async () => {
    const both = await Promise.all([records.ensureCname(cname(), identity), records.ensureCname(cname(), identity)]);
    expect(both[0]).toEqual(both[1]);
    expect(await calls()).toEqual([list, change]);
  });

  test('opposite wishes go one after the other', async () => {
    const txt = { name: '_acme-challenge.example.com', value: 'one', zone };
    await Promise.all([records.addTxt(txt, identity), records.removeTxt(txt, identity)]);
    expect(await bench.contents(zone.id)).toEqual([]);
    expect(await calls()).toEqual([change, change]);
  });

  test('of one zone no two changes are under way, whoever asks', async () => {
    const other = bench.identity(await bench.aws.createIdentity({ account }));
    let open = 0;
    let most = 0;
    const watching = ({ calls: made, ...rest }: Route53Identity): Route53Identity => ({
      ...rest,
      calls: {
        ...made,
        changeResourceRecordSets: async (...args) => {
          most = Math.max(most, ++open);
          return made.changeResourceRecordSets(...args).finally(() => open--);
        },
      },
    });
    const [first, second] = [watching(identity), watching(other)];
    const asked = names(20).map((name, index) => records.ensureCname(cname(name), index % 2 === 0 ? first : second));
    await Promise.all(asked);
    expect(most).toBe(1);
    expect(await bench.contents(zone.id)).toHaveLength(20);
  });

  test('changes of two identities are signed by each for its own', async () => {
    const stranger = bench.identity(await bench.aws.createIdentity({ account: '999999999999' }));
    const ends = await Promise.allSettled([
      records.ensureCname(cname('_a.example.com'), identity),
      records.ensureCname(cname('_b.example.com'), stranger),
    ]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await bench.contents(zone.id)).toEqual([`_a.example.com. CNAME ${value}`]);
  });
});

describe('within the quota nobody waits inside', () => {
  const slow = async (claimant = 'issuer') =>
    bench.identity(await bench.aws.createIdentity({ account }), { rate: 5, claimant });

  /** Comes again as often as it is told to; the answer, and how long that took. */
  async function insist(ask: () => Promise<RecordAnswer>): Promise<{ answer: RecordAnswer; waits: number[] }> {
    const waits: number[] = [];
    for (;;) {
      const answer = await ask();
      if (answer.kind === 'done' || waits.length > 50) return { answer, waits };
      waits.push(answer.afterMs);
      await bench.clock.advance(answer.afterMs);
    }
  }

  test('who is held back is told when to come, and finds it done', async () => {
    const one = await slow();
    for (let i = 0; i < 4; i++) await one.calls.getChange('C1').catch(() => undefined);
    const { answer, waits } = await insist(() => records.ensureCname(cname(), one));
    expect(done(answer).written).toBe(true);
    expect(waits.length).toBeGreaterThanOrEqual(1);
    expect(waits.every((afterMs) => afterMs > 0 && afterMs <= 1_000)).toBe(true);
  });

  test('all who wait for the zone go together when the first of them is back', async () => {
    const one = await slow();
    for (let i = 0; i < 4; i++) await one.calls.getChange('C1').catch(() => undefined);
    const names = Array.from({ length: 30 }, (_, i) => `_${i}.example.com`);
    const first = await Promise.all(names.map((name) => records.ensureCname(cname(name), one)));
    expect(first.map(({ kind }) => kind)).toEqual(names.map(() => 'pending'));
    seen = (await bench.calls()).length;
    for (let round = 0; round < 5; round++) {
      await bench.clock.advance(1_000);
      await Promise.all(names.map((name) => records.ensureCname(cname(name), one)));
    }
    expect(await bench.contents(zone.id)).toHaveLength(30);
    expect((await calls()).filter((operation) => operation === change)).toHaveLength(1);
  });

  test('who does not come back is forgotten', async () => {
    const one = await slow();
    for (let i = 0; i < 4; i++) await one.calls.getChange('C1').catch(() => undefined);
    expect(await records.ensureCname(cname('_gone.example.com'), one)).toMatchObject({ kind: 'pending' });
    await bench.clock.advance(60_001);
    await insist(() => records.ensureCname(cname('_here.example.com'), one));
    expect(await bench.contents(zone.id)).toEqual([`_here.example.com. CNAME ${value}`]);
  });

  test.each(['Throttling', 'PriorRequestNotComplete', 'ThrottlingException'])(
    'credentials 62: %s is a wait, however often, and never the end',
    async (code) => {
      const one = await slow();
      await bench.aws.failNext({ operation: change, code, status: 400, count: 3 });
      const { answer, waits } = await insist(() => records.ensureCname(cname(), one));
      expect(done(answer).written).toBe(true);
      expect(waits.length).toBeGreaterThanOrEqual(3);
      expect((await calls()).filter((operation) => operation === change)).toHaveLength(4);
    },
  );

  test('credentials 62: a zone that somebody else changes slows nothing else down', async () => {
    const one = await slow();
    await bench.aws.failNext({ operation: change, code: 'PriorRequestNotComplete', status: 400 });
    expect(await records.ensureCname(cname(), one)).toEqual({ kind: 'pending', afterMs: 1_000 });
    await bench.clock.advance(1_000);
    const ends = await Promise.allSettled([1, 2, 3, 4, 5].map((i) => one.calls.getChange(`C${i}`)));
    expect(ends.filter((end) => end.status === 'rejected' && end.reason instanceof HeldBack)).toHaveLength(1);
  });

  test('credentials 62: where nothing is paced it is a throttle to its caller', async () => {
    await bench.aws.failNext({ operation: change, code: 'Throttling', status: 400 });
    const refusal = { code: 'Throttling', consequence: 'throttled', refused: true };
    await expect(records.ensureCname(cname(), identity)).rejects.toMatchObject(refusal);
    expect(done(await records.ensureCname(cname(), identity)).written).toBe(true);
  });

  test('a thousand records of a zone keep to five calls a second', async () => {
    const one = await slow();
    const names = Array.from({ length: 1_000 }, (_, i) => `_${i}.example.com`);
    const began = bench.clock.monotonic();
    let open = names;
    while (open.length > 0) {
      const answers = await Promise.all(open.map((name) => records.ensureCname(cname(name), one)));
      open = open.filter((_, index) => answers[index]?.kind === 'pending');
      await bench.clock.advance(200);
    }
    const seconds = (bench.clock.monotonic() - began) / 1000;
    expect((await calls()).length).toBeLessThanOrEqual(4 + 5 * seconds);
    expect(seconds).toBeLessThan(10);
    expect(await bench.contents(zone.id)).toHaveLength(1_000);
  });
});

describe('isInSync', () => {
  test('asks now and then, once for all who wait, until it is', async () => {
    const { changeId = '' } = done(await records.ensureCname(cname(), identity));
    expect(await records.isInSync(changeId, identity)).toEqual({ kind: 'pending', afterMs: 2_000 });
    await bench.clock.advance(2_000);
    const both = await Promise.all([records.isInSync(changeId, identity), records.isInSync(changeId, identity)]);
    expect(both).toEqual([0, 0].map(() => ({ kind: 'pending', afterMs: 4_000 })));
    await bench.clock.advance(28_000);
    expect(await records.isInSync(changeId, identity)).toEqual({ kind: 'inSync' });
    expect(await records.isInSync(changeId, identity)).toEqual({ kind: 'inSync' });
    expect((await calls()).filter((operation) => operation === 'GetChange')).toHaveLength(2);
  });

  test('a change that nobody knows any more is over', async () =>
    expect(await records.isInSync('C000', identity)).toEqual({ kind: 'inSync' }));

  test('what goes wrong is told, and asked anew', async () => {
    await bench.aws.failNext({ operation: 'GetChange', code: 'AccessDenied' });
    await expect(records.isInSync('C111', identity)).rejects.toMatchObject({
      operation: 'GetChange',
      code: 'AccessDenied',
    });
    expect(await records.isInSync('C111', identity)).toEqual({ kind: 'inSync' });
  });
});

describe('what AWS denies', () => {
  test('credentials 61: is told without the request id', async () => {
    await bench.aws.failNext({
      ...{ operation: change, code: 'AccessDenied' },
      message: 'User: arn:aws:sts::1:assumed-role/dns/session-1 is not authorized (RequestId: 0a1b2c3d-0000)',
    });
    const denial = await records.ensureCname(cname(), identity).catch((error: unknown) => error);
    expect(denial).toMatchObject({
      ...{ operation: change, code: 'AccessDenied', consequence: 'denied' },
      detail: 'User: arn:aws:sts::1:assumed-role/dns is not authorized',
    });
  });

  test('credentials 63: and in the same words the next time', async () => {
    const order = (id: string) => ({
      ...{ operation: list, code: 'AccessDenied' },
      message: `no (Request ID: ${id})`,
    });
    await bench.aws.failNext(order('0a1b2c3d-1111'));
    await bench.aws.failNext(order('4e5f6a7b-2222'));
    const say = () => records.ensureCname(cname(), identity).catch((error: unknown) => String(error));
    expect(await say()).toBe(await say());
  });

  test('of a zone that is gone the account is looked at anew', async () => {
    const find = () => bench.zones.find('www.example.com', identity);
    await find();
    await bench.aws.deleteHostedZone({ zoneId: zone.id });
    await expect(records.ensureCname(cname(), identity)).rejects.toMatchObject({ code: 'NoSuchHostedZone' });
    await settle();
    expect(await find()).toMatchObject({ kind: 'none' });
  });
});
