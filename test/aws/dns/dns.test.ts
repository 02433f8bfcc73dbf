import { Resolver } from 'node:dns/promises';
import type { Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { connectAwsStandIn, startAwsStandIn, type AwsStandIn, type DnsAddress } from '../index.ts';
import { route53Client } from '../testing/clients.ts';
import { change, multivalueTxt, simple } from '../testing/records.ts';
import { queryTcp, queryUdp } from '../testing/dns.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let client: Route53Client;
let zoneId: string;
let dns: DnsAddress;
let resolver: Resolver;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off' });
  client = route53Client(aws);
  zoneId = (await aws.createHostedZone({ name: 'example.com' })).id;
  dns = await aws.startDnsServer();
  resolver = new Resolver({ timeout: 5000, tries: 2 });
  resolver.setServers([dns.address]);
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

const codeOf = (query: Promise<unknown>): Promise<unknown> =>
  query.then(
    () => 'ok',
    (error: unknown) => (error as NodeJS.ErrnoException).code,
  );

describe('with a resolver of other hands', () => {
  test('answers what the Route 53 client wrote, in any case', async () => {
    await change(
      client,
      zoneId,
      ['UPSERT', simple('www.example.com', 'A', '192.0.2.1', '192.0.2.2')],
      ['UPSERT', simple('alias.example.com', 'CNAME', 'www.example.com.')],
      ['UPSERT', simple('example.com', 'CAA', '0 issue "amazon.com"')],
      ['UPSERT', simple('example.com', 'MX', '10 mail.example.com.')],
      ['UPSERT', simple('six.example.com', 'AAAA', '2001:db8::1')],
      ['UPSERT', simple('text.example.com', 'TXT', '"one \\"quoted\\"" "half"', '"caf\\351"')],
    );
    expect(await resolver.resolve4('wWw.EXAMPLE.com')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await resolver.resolve4('alias.example.com')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await resolver.resolveCname('alias.example.com')).toEqual(['www.example.com']);
    expect(await resolver.resolveCaa('example.com')).toMatchObject([{ critical: 0, issue: 'amazon.com' }]);
    expect(await resolver.resolveMx('example.com')).toMatchObject([{ priority: 10, exchange: 'mail.example.com' }]);
    expect(await resolver.resolve6('six.example.com')).toEqual(['2001:db8::1']);
    expect(await resolver.resolveNs('example.com')).toHaveLength(4);
    expect(await resolver.resolveSoa('example.com')).toMatchObject({ minttl: 86_400 });
    expect(await resolver.resolveTxt('text.example.com')).toEqual([['one "quoted"', 'half'], ['café']]);
  });

  test('gives the values of multivalue answers side by side, at most eight of them at once', async () => {
    const name = '_acme-challenge.example.com';
    const values = Array.from({ length: 9 }, (_, index) => `value-${index}`);
    await change(client, zoneId, ...values.slice(0, 3).map((value) => ['UPSERT', multivalueTxt(name, value)] as const));
    expect((await resolver.resolveTxt(name)).flat().sort()).toEqual(values.slice(0, 3));
    await change(client, zoneId, ...values.slice(3).map((value) => ['UPSERT', multivalueTxt(name, value)] as const));
    const first = (await resolver.resolveTxt(name)).flat();
    const second = (await resolver.resolveTxt(name)).flat();
    expect([first.length, second.length]).toEqual([8, 8]);
    expect(new Set([...first, ...second]).size).toBe(9);
  });

  test('tells a name that does not exist from a type that it does not have', async () => {
    await change(client, zoneId, ['UPSERT', simple('deep.below.example.com', 'A', '192.0.2.1')]);
    expect(await codeOf(resolver.resolveTxt('missing.example.com'))).toBe('ENOTFOUND');
    expect(await codeOf(resolver.resolveTxt('deep.below.example.com'))).toBe('ENODATA');
    expect(await codeOf(resolver.resolveTxt('below.example.com'))).toBe('ENODATA');
    expect(await codeOf(resolver.resolveTxt('example.org'))).toBe('EREFUSED');
  });

  test('answers by a wildcard where nothing else stands', async () => {
    await change(
      client,
      zoneId,
      ['UPSERT', simple('*.wild.example.com', 'TXT', '"any"')],
      ['UPSERT', simple('there.wild.example.com', 'A', '192.0.2.1')],
    );
    expect(await resolver.resolveTxt('one.wild.example.com')).toEqual([['any']]);
    expect(await resolver.resolveTxt('two.levels.wild.example.com')).toEqual([['any']]);
    expect(await codeOf(resolver.resolveTxt('there.wild.example.com'))).toBe('ENODATA');
    expect(await codeOf(resolver.resolveTxt('below.there.wild.example.com'))).toBe('ENOTFOUND');
  });

  test('learns of a change only once it is INSYNC, of later changes not before', async () => {
    await aws.configure({ insyncAfterMs: 60_000 });
    await change(client, zoneId, ['UPSERT', simple('slow.example.com', 'TXT', '"new"')]);
    expect(await codeOf(resolver.resolveTxt('slow.example.com'))).toBe('ENOTFOUND');
    await aws.configure({ insyncAfterMs: 0 });
    await change(client, zoneId, ['UPSERT', simple('slow.example.com', 'TXT', '"newer"')]);
    expect(await codeOf(resolver.resolveTxt('slow.example.com'))).toBe('ENOTFOUND');
    await clock.advance(60_000);
    expect(await resolver.resolveTxt('slow.example.com')).toEqual([['newer']]);
  });

  test('what a test orders is in sync at once and overtakes what is on its way', async () => {
    const name = 'overtaken.example.com';
    await aws.configure({ insyncAfterMs: 60_000 });
    await change(client, zoneId, ['UPSERT', simple(name, 'TXT', '"late"')]);
    await aws.putRecord({ zoneId, name, type: 'TXT', values: ['"ordered"'] });
    expect(await resolver.resolveTxt(name)).toEqual([['ordered']]);
    await aws.removeRecord({ zoneId, name, type: 'TXT' });
    await clock.advance(60_000);
    expect(await codeOf(resolver.resolveTxt(name))).toBe('ENOTFOUND');
    await aws.configure({ insyncAfterMs: 0 });
  });

  test('comes back over TCP for what does not fit', async () => {
    const long = Array.from({ length: 30 }, (_, index) => `"${String(index).padStart(250, 'x')}"`);
    await change(client, zoneId, ['UPSERT', simple('long.example.com', 'TXT', ...long)]);
    expect(await resolver.resolveTxt('long.example.com')).toHaveLength(30);
    const question = { name: 'long.example.com', type: 'TXT' } as const;
    const overUdp = await queryUdp(dns, question);
    expect(overUdp).toMatchObject({ flag_tc: true, answers: [] });
    const overTcp = await queryTcp(dns, [question, question]);
    expect(overTcp.map(({ flag_tc, answers }) => [flag_tc, answers?.length])).toEqual([
      [false, 30],
      [false, 30],
    ]);
  });
});

describe('zones', () => {
  test('the longest public one answers; private ones and ones that nobody delegated do not', async () => {
    const inner = await aws.createHostedZone({ name: 'inner.example.com' });
    const hidden = await aws.createHostedZone({ name: 'hidden.inner.example.com', isPrivate: true });
    const lost = await aws.createHostedZone({ name: 'lost.inner.example.com', isDelegated: false });
    const put = (zone: { readonly id: string }, name: string): Promise<void> =>
      aws.putRecord({ zoneId: zone.id, name, type: 'TXT', values: ['"seen"'] });
    await put({ id: zoneId }, 'x.inner.example.com');
    await put(inner, 'y.inner.example.com');
    await put(hidden, 'a.hidden.inner.example.com');
    await put(lost, 'a.lost.inner.example.com');
    expect(await codeOf(resolver.resolveTxt('x.inner.example.com'))).toBe('ENOTFOUND');
    expect(await resolver.resolveTxt('y.inner.example.com')).toEqual([['seen']]);
    expect(await codeOf(resolver.resolveTxt('a.hidden.inner.example.com'))).toBe('ENOTFOUND');
    expect(await codeOf(resolver.resolveTxt('a.lost.inner.example.com'))).toBe('ENOTFOUND');
  });

  test('CNAMEs are followed into zones of other accounts, out of all zones as far as it goes, and not round', async () => {
    const other = await aws.createHostedZone({ name: 'validation.test', account: '444455556666' });
    await aws.putRecord({ zoneId: other.id, name: 'token.validation.test', type: 'TXT', values: ['"v"'] });
    const cname = (name: string, target: string): Promise<void> =>
      aws.putRecord({ zoneId, name, type: 'CNAME', values: [target] });
    await cname('_acme-challenge.app.example.com', 'Token.Validation.test');
    await cname('out.example.com', 'elsewhere.invalid');
    await cname('nowhere.example.com', 'missing.example.com.');
    await cname('ring.example.com', 'gnir.example.com');
    await cname('gnir.example.com', 'ring.example.com');
    expect(await resolver.resolveTxt('_acme-challenge.app.example.com')).toEqual([['v']]);
    const out = await queryUdp(dns, { name: 'out.example.com', type: 'A' });
    expect(out).toMatchObject({ rcode: 'NOERROR', flag_aa: true, answers: [{ type: 'CNAME' }] });
    expect(await codeOf(resolver.resolve4('nowhere.example.com'))).toBe('ENOTFOUND');
    const ring = await queryUdp(dns, { name: 'ring.example.com', type: 'A' });
    expect(ring.answers?.map(({ name }) => name)).toEqual(['ring.example.com', 'gnir.example.com']);
  });

  test('NS records below the apex send elsewhere', async () => {
    await aws.putRecord({ zoneId, name: 'team.example.com', type: 'NS', values: ['ns.team.test.'] });
    const referral = await queryUdp(dns, { name: 'a.team.example.com', type: 'TXT' });
    expect(referral).toMatchObject({ rcode: 'NOERROR', flag_aa: false, answers: [] });
    expect(referral.authorities).toMatchObject([{ name: 'team.example.com', type: 'NS', data: 'ns.team.test' }]);
  });
});

describe('the server', () => {
  test('runs once, also when another process asks for it', async () => {
    expect(await connectAwsStandIn(aws.endpoint).startDnsServer()).toEqual(dns);
    expect(await aws.startDnsServer({ port: dns.port })).toEqual(dns);
    const elsewhere = aws.startDnsServer({ port: dns.port === 65_000 ? 65_001 : 65_000 });
    await expect(elsewhere).rejects.toThrow(`runs on ${dns.address} already`);
  });

  test('refuses a port that is taken and can be started again after that', async () => {
    const second = await startAwsStandIn();
    try {
      expect(await codeOf(second.startDnsServer({ port: dns.port }))).toBe('EADDRINUSE');
      expect((await second.startDnsServer()).port).not.toBe(dns.port);
    } finally {
      await second.stop();
    }
  });
});

test('the same records are told without a query', async () => {
  const { publicRecords } = aws;
  await aws.putRecord({ zoneId, name: '_x.known.example.com', type: 'CNAME', values: ['_Y.acm-validations.aws.'] });
  await aws.putRecord({ zoneId, name: 't.known.example.com', type: 'TXT', values: ['"a" "b"', '"c"'] });
  await aws.putRecord({ zoneId, name: 'u.known.example.com', type: 'CNAME', values: ['t.known.example.com'] });
  expect(publicRecords.cname('_X.known.example.com.')).toBe('_y.acm-validations.aws');
  expect(publicRecords.cname('t.known.example.com')).toBeUndefined();
  expect(publicRecords.cname('not a name..')).toBeUndefined();
  expect(publicRecords.txt('t.known.example.com')).toEqual(['ab', 'c']);
  expect(publicRecords.txt('u.known.example.com')).toEqual(['ab', 'c']);
  expect(publicRecords.txt('missing.example.com')).toEqual([]);
});
