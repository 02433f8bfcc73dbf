import {
  CreateHostedZoneCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { outcomeOf, route53Client } from '../testing/clients.ts';
import { change, multivalueTxt, simple } from '../testing/records.ts';
import { missingForMoto, MOTO_VERSION, pythonWithMoto } from './install.ts';
import { startMoto, type MotoServer } from './server.ts';

/** The first run installs moto; how long that takes is the network's affair. */
const INSTALLATION_LIMIT_MS = 15 * 60_000;
const NAMES = ['example.com', 'a.example.com', 'example-x.com', 'com', 'b.net'];
const missing = missingForMoto();
const title = `the same records against moto ${MOTO_VERSION}`;

const report = (line: string): void => void process.stderr.write(`${line}\n`);

interface Emulator {
  readonly client: Route53Client;
  /** Of example.com. */
  readonly zoneId: string;
}

if (missing !== undefined) test.skip(`${title} (left out: ${missing})`, () => undefined);
else describe(title, compare);

function compare(): void {
  let aws: AwsStandIn | undefined;
  let moto: MotoServer | undefined;
  const both: Partial<Record<'stand-in' | 'moto', Emulator>> = {};
  const get = (name: 'stand-in' | 'moto'): Emulator => {
    const emulator = both[name];
    if (!emulator) throw new Error(`${name} did not start`);
    return emulator;
  };

  beforeAll(async () => {
    aws = await startAwsStandIn({ quotas: 'off' });
    moto = await startMoto(await pythonWithMoto(process.env, report));
    const { identity, endpoint } = aws;
    const ours: string[] = [];
    for (const name of NAMES) ours.push((await aws.createHostedZone({ name })).id);
    both['stand-in'] = { client: route53Client({ identity, endpoint }), zoneId: ours[0] ?? '' };
    const client = route53Client({ identity, endpoint: moto.endpoint });
    both.moto = { client, zoneId: await createZones(client) };
  }, INSTALLATION_LIMIT_MS);

  afterAll(async () => {
    for (const { client } of Object.values(both)) client.destroy();
    await Promise.all([aws?.stop(), moto?.stop()]);
  });

  describe.each(['stand-in', 'moto'] as const)('agreed: %s', (name) => {
    test('zones come in the order of their reversed labels', async () => {
      const { HostedZones = [] } = await get(name).client.send(new ListHostedZonesByNameCommand({}));
      const sorted = ['com.', 'example-x.com.', 'example.com.', 'a.example.com.', 'b.net.'];
      expect(HostedZones.map(({ Name }) => Name)).toEqual(sorted);
    });

    test('multivalue answers stand side by side, in pages', async () => {
      const { client, zoneId: HostedZoneId } = get(name);
      const two = ['one', 'two'].map((value) => ['CREATE', multivalueTxt('m.example.com', value)] as const);
      await change(client, HostedZoneId, ...two, ['CREATE', simple('a.example.com', 'A', '192.0.2.1')]);
      const list = new ListResourceRecordSetsCommand({ HostedZoneId, MaxItems: 4 });
      const page = await client.send(list);
      expect(page.ResourceRecordSets?.map(({ Type }) => Type)).toEqual(['NS', 'SOA', 'A', 'TXT']);
      expect(page.ResourceRecordSets?.[3]).toEqual(multivalueTxt('m.example.com.', 'one'));
      expect(page).toMatchObject({ IsTruncated: true, NextRecordName: 'm.example.com.', MaxItems: 4 });
    });

    test('what exists cannot be created, nor what lies outside the zone', async () => {
      const { client, zoneId } = get(name);
      const wish = ['CREATE', simple('once.example.com', 'TXT', '"a  b"')] as const;
      await change(client, zoneId, wish);
      expect(await outcomeOf(change(client, zoneId, wish))).toBe('InvalidChangeBatch');
      await expect(change(client, zoneId, wish)).rejects.toThrow(
        "Tried to create resource record set [name='once.example.com.', type='TXT'] but it already exists",
      );
      const outside = change(client, zoneId, ['CREATE', simple('example.org', 'A', '192.0.2.1')]);
      expect(await outcomeOf(outside)).toBe('InvalidChangeBatch');
    });

    test('a zone that is none', async () => {
      const get404 = get(name).client.send(new GetHostedZoneCommand({ Id: 'Z123' }));
      const message = 'No hosted zone found with ID: Z123';
      await expect(get404).rejects.toMatchObject({ name: 'NoSuchHostedZone', message });
    });
  });

  describe('different, and by AWS’s documentation the stand-in is right', () => {
    const outcomes = async (wish: Parameters<typeof change>[2]): Promise<Record<'standIn' | 'moto', string>> => {
      const of = ({ client, zoneId }: Emulator): Promise<string> => outcomeOf(change(client, zoneId, wish));
      return { standIn: await of(get('stand-in')), moto: await of(get('moto')) };
    };

    test.each([
      ['a CNAME at the apex', ['CREATE', simple('example.com', 'CNAME', 'x.test')] as const],
      ['a CNAME beside another type', ['CREATE', simple('once.example.com', 'CNAME', 'x.test')] as const],
      ['a TXT value without quotation marks', ['CREATE', simple('q.example.com', 'TXT', 'x')] as const],
      ['a simple record beside multivalue answers', ['CREATE', simple('m.example.com', 'TXT', '"z"')] as const],
    ])('%s', async (_, wish) => {
      expect(await outcomes(wish)).toEqual({ standIn: 'InvalidChangeBatch', moto: 'ok' });
    });
  });
}

async function createZones(client: Route53Client): Promise<string> {
  const ids: string[] = [];
  for (const Name of NAMES) {
    const { HostedZone } = await client.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
    ids.push(HostedZone?.Id ?? '');
  }
  return ids[0] ?? '';
}
