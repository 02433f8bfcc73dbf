import {
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  type HostedZone,
  type ListHostedZonesByNameCommandInput,
  type ListHostedZonesByNameCommandOutput,
  type ListResourceRecordSetsCommandInput,
  type ListResourceRecordSetsCommandOutput,
  type ResourceRecordSet,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn, type HostedZoneSummary } from '../index.ts';
import { outcomeOf, route53Client } from '../testing/clients.ts';
import { change, multivalueTxt, simple } from '../testing/records.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let client: Route53Client;
let zones: readonly HostedZoneSummary[];

const NAMES = ['example.com', 'a.example.com', 'example-x.com', 'example.org', 'com', 'z.test'];

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off' });
  client = route53Client(aws);
  const named = await Promise.all(NAMES.map((name) => aws.createHostedZone({ name })));
  const twin = await aws.createHostedZone({ name: 'example.com', isPrivate: true, comment: 'inside' });
  const many = Array.from({ length: 120 }, (_, index) => aws.createHostedZone({ name: `n${index}.many.test` }));
  zones = [...named, twin, ...(await Promise.all(many))];
  await aws.createHostedZone({ name: 'another.example.com', account: '444455556666' });
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

async function pagesByName(input: ListHostedZonesByNameCommandInput = {}): Promise<HostedZone[][]> {
  const pages: HostedZone[][] = [];
  for (let next: ListHostedZonesByNameCommandInput | undefined = input; next;) {
    const page: ListHostedZonesByNameCommandOutput = await client.send(new ListHostedZonesByNameCommand(next));
    pages.push(page.HostedZones ?? []);
    next = page.IsTruncated ? { ...input, DNSName: page.NextDNSName, HostedZoneId: page.NextHostedZoneId } : undefined;
  }
  return pages;
}

describe('ListHostedZonesByName', () => {
  test('orders by reversed labels, private zones among them, other accounts’ not', async () => {
    const names = (await pagesByName()).flat().map(({ Name }) => Name);
    expect(names.slice(0, 5)).toEqual(['com.', 'example-x.com.', 'example.com.', 'example.com.', 'a.example.com.']);
    expect(names).toHaveLength(zones.length);
    expect(names).not.toContain('another.example.com.');
  });

  test('gives a hundred zones a page at most, and each once over all pages', async () => {
    const pages = await pagesByName();
    expect(pages.map(({ length }) => length)).toEqual([100, 27]);
    expect(new Set(pages.flat().map(({ Id }) => Id)).size).toBe(127);
  });

  test('pages through zones of one name by their ids', async () => {
    const pages = await pagesByName({ DNSName: 'EXAMPLE.com', MaxItems: 1 });
    const twins = [...(pages[0] ?? []), ...(pages[1] ?? [])];
    expect(twins.map(({ Name, Config }) => [Name, Config?.PrivateZone ?? false]).sort()).toEqual([
      ['example.com.', false],
      ['example.com.', true],
    ]);
    expect(pages).toHaveLength(125);
  });

  test('starts at a name that no zone bears, and answers later zones that have nothing to do with it', async () => {
    const { HostedZones, DNSName, MaxItems } = await client.send(
      new ListHostedZonesByNameCommand({ DNSName: 'b.example.com.', MaxItems: 1 }),
    );
    expect(HostedZones).toMatchObject([{ Name: 'example.org.' }]);
    expect({ DNSName, MaxItems }).toEqual({ DNSName: 'b.example.com.', MaxItems: 1 });
  });

  test('refuses an id without a name, and a name that is none', async () => {
    expect(await outcomeOf(pagesByName({ HostedZoneId: zones[0]?.id }))).toBe('InvalidInput');
    expect(await outcomeOf(pagesByName({ DNSName: 'a..b' }))).toBe('InvalidDomainName');
  });
});

describe('ListHostedZones and GetHostedZone', () => {
  test('page by marker', async () => {
    const first = await client.send(new ListHostedZonesCommand({}));
    expect(first).toMatchObject({ IsTruncated: true, MaxItems: 100 });
    const second = await client.send(new ListHostedZonesCommand({ Marker: first.NextMarker }));
    expect(second).toMatchObject({ IsTruncated: false, Marker: first.NextMarker });
    expect([...(first.HostedZones ?? []), ...(second.HostedZones ?? [])]).toHaveLength(127);
    expect(await outcomeOf(client.send(new ListHostedZonesCommand({ Marker: 'Z0' })))).toBe('InvalidInput');
  });

  test('tell a public zone with its name servers, and a private one', async () => {
    const Id = zones[0]?.id ?? '';
    const { HostedZone, DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: `/hostedzone/${Id}` }));
    const Config = { PrivateZone: false };
    expect(HostedZone).toMatchObject({
      Id: `/hostedzone/${Id}`,
      Name: 'example.com.',
      Config,
      ResourceRecordSetCount: 2,
    });
    expect(DelegationSet?.NameServers).toHaveLength(4);
    const twin = await client.send(new GetHostedZoneCommand({ Id: zones[NAMES.length]?.id ?? '' }));
    expect(twin.HostedZone?.Config).toEqual({ PrivateZone: true, Comment: 'inside' });
    expect(twin.DelegationSet).toBeUndefined();
  });

  test('an unknown zone, and one whose deletion a test ordered', async () => {
    const get = (Id: string): Promise<string> => outcomeOf(client.send(new GetHostedZoneCommand({ Id })));
    const { id: zoneId } = await aws.createHostedZone({ name: 'short.test' });
    expect(await get(zoneId)).toBe('ok');
    await aws.deleteHostedZone({ zoneId });
    expect(await get(zoneId)).toBe('NoSuchHostedZone');
    expect(await get('Z0000')).toBe('NoSuchHostedZone');
  });
});

describe('ListResourceRecordSets', () => {
  async function list(HostedZoneId: string, MaxItems?: number): Promise<ResourceRecordSet[]> {
    const found: ResourceRecordSet[] = [];
    for (let next: Partial<ListResourceRecordSetsCommandInput> | undefined = {}; next;) {
      const page: ListResourceRecordSetsCommandOutput = await client.send(
        new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems, ...next }),
      );
      found.push(...(page.ResourceRecordSets ?? []));
      const { NextRecordName, NextRecordType, NextRecordIdentifier } = page;
      next = page.IsTruncated
        ? {
            StartRecordName: NextRecordName,
            StartRecordType: NextRecordType,
            StartRecordIdentifier: NextRecordIdentifier,
          }
        : undefined;
    }
    return found;
  }

  test('pages by name, type and identifier, without loss and in order', async () => {
    const { id } = await aws.createHostedZone({ name: 'list.test' });
    const alias = { HostedZoneId: 'Z35SXDOTRQ7X7K', DNSName: 'lb.elb.amazonaws.com.', EvaluateTargetHealth: false };
    await change(
      client,
      id,
      ['CREATE', multivalueTxt('b.list.test', 'two')],
      ['CREATE', multivalueTxt('b.list.test', 'one')],
      ['CREATE', simple('*.list.test', 'CNAME', 'x.test')],
      ['CREATE', { Name: 'list.test', Type: 'A', AliasTarget: alias }],
      ['CREATE', simple('x.b.list.test', 'A', '192.0.2.1')],
    );
    const expected = [
      ['list.test.', 'A', undefined],
      ['list.test.', 'NS', undefined],
      ['list.test.', 'SOA', undefined],
      ['\\052.list.test.', 'CNAME', undefined],
      ['b.list.test.', 'TXT', '"one"'],
      ['b.list.test.', 'TXT', '"two"'],
      ['x.b.list.test.', 'A', undefined],
    ];
    for (const most of [undefined, 1, 3]) {
      const sets = await list(id, most);
      expect(sets.map(({ Name, Type, SetIdentifier }) => [Name, Type, SetIdentifier])).toEqual(expected);
    }
    const [first, , , , txt] = await list(id);
    expect(first).toEqual({ Name: 'list.test.', Type: 'A', AliasTarget: alias });
    expect(txt).toEqual({ ...multivalueTxt('b.list.test.', 'one') });
  });

  test('starts where it is told and needs a name for a type', async () => {
    const { id: HostedZoneId } = await aws.createHostedZone({ name: 'start.test' });
    await change(client, HostedZoneId, ['CREATE', simple('a.start.test', 'A', '192.0.2.1')]);
    const from = (input: object): Promise<unknown> =>
      client.send(new ListResourceRecordSetsCommand({ HostedZoneId, ...input }));
    const sets = [{ Name: 'start.test.', Type: 'SOA' }, { Name: 'a.start.test.' }];
    expect(await from({ StartRecordName: 'start.test', StartRecordType: 'SOA' })).toMatchObject({
      ResourceRecordSets: sets,
    });
    expect(await outcomeOf(from({ StartRecordType: 'SOA' }))).toBe('InvalidInput');
  });
});
