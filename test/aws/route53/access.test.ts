import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  ListHostedZonesByNameCommand,
  type Route53Client,
} from '@aws-sdk/client-route-53';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { connectAwsStandIn, startAwsStandIn, type AwsStandIn, type Identity } from '../index.ts';
import { outcomeOf, route53Client } from '../testing/clients.ts';
import { change, simple } from '../testing/records.ts';

const clock = new FakeClock();
const clients: Route53Client[] = [];
let aws: AwsStandIn;
let client: Route53Client;
let zoneId: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off' });
  client = clientOf(aws.identity);
});

beforeEach(async () => {
  zoneId = (await aws.createHostedZone({ name: 'example.com' })).id;
});

afterEach(async () => {
  await aws.clearDenials();
  await aws.configure({ quotas: 'off' });
  await aws.reset();
});

afterAll(async () => {
  for (const one of clients) one.destroy();
  await aws.stop();
});

function clientOf(identity: Identity): Route53Client {
  const made = route53Client({ ...aws, identity });
  clients.push(made);
  return made;
}

const write = (from = client): Promise<string> =>
  change(from, zoneId, ['UPSERT', simple('www.example.com', 'A', '192.0.2.1')]);
const list = (from = client): Promise<unknown> => from.send(new ListHostedZonesByNameCommand({}));

describe('who may', () => {
  test('a denied action is refused with IAM’s sentence, on the zone’s ARN', async () => {
    const identity = await aws.createIdentity({ name: 'restricted' });
    const arn = `arn:aws:route53:::hostedzone/${zoneId}`;
    await aws.deny({ principal: identity.arn, actions: ['route53:ChangeResourceRecordSets'], resources: [arn] });
    await expect(write(clientOf(identity))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${identity.arn} is not authorized to perform: route53:ChangeResourceRecordSets on resource: ${arn} with an explicit deny in an identity-based policy`,
      $metadata: { httpStatusCode: 403 },
    });
    expect(await outcomeOf(list(clientOf(identity)))).toBe('ok');
  });

  test('GetChange and ListHostedZonesByName can be denied', async () => {
    const identity = await aws.createIdentity({});
    const denied = clientOf(identity);
    const Id = await write(denied);
    const actions = ['route53:GetChange', 'route53:ListHostedZonesByName'];
    await aws.deny({ principal: identity.arn, actions });
    expect(await outcomeOf(denied.send(new GetChangeCommand({ Id })))).toBe('AccessDenied');
    expect(await outcomeOf(list(denied))).toBe('AccessDenied');
    expect(await outcomeOf(write(denied))).toBe('ok');
  });

  test('a zone of another account is refused, and open to a role of that account', async () => {
    const account = '444455556666';
    const { id } = await aws.createHostedZone({ name: 'example.net', account });
    const wish = ['UPSERT', simple('a.example.net', 'A', '192.0.2.1')] as const;
    await expect(change(client, id, wish)).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${aws.identity.arn} is not authorized to access this resource`,
    });
    expect(await outcomeOf(change(clientOf(await aws.createIdentity({ account })), id, wish))).toBe('ok');
  });

  test('a wrong key is refused in Route 53’s own error format', async () => {
    const { accessKeyId } = aws.identity;
    const wrong = { ...aws.identity, secretAccessKey: 'wrong' };
    expect(await outcomeOf(write(clientOf(wrong)))).toBe('SignatureDoesNotMatch');
    expect(await outcomeOf(write(clientOf({ ...wrong, accessKeyId: `${accessKeyId}X` })))).toBe('InvalidClientTokenId');
    const temporary = await aws.createIdentity({ temporarySeconds: 900 });
    expect(await outcomeOf(write(clientOf(temporary)))).toBe('ok');
    await aws.expireAccessKey({ accessKeyId: temporary.accessKeyId });
    expect(await outcomeOf(write(clientOf(temporary)))).toBe('ExpiredToken');
  });
});

describe('how often', () => {
  test('fifty calls of an account at once, then ten a second, whatever the operation, zone or Region', async () => {
    await aws.configure({ quotas: {} });
    for (let index = 0; index < 25; index++) await Promise.all([write(), list()]);
    await expect(list()).rejects.toMatchObject({
      name: 'Throttling',
      message: 'Rate exceeded',
      $metadata: { httpStatusCode: 400 },
    });
    expect(await outcomeOf(write())).toBe('Throttling');
    expect(await outcomeOf(list(clientOf(await aws.createIdentity({ account: '444455556666' }))))).toBe('ok');
    await clock.advance(100);
    const elsewhere = route53Client({ ...aws, region: 'eu-central-1' });
    clients.push(elsewhere);
    expect(await outcomeOf(list(elsewhere))).toBe('ok');
    expect(await outcomeOf(list())).toBe('Throttling');
    await aws.configure({ quotas: { 'route53:*': 'off' } });
    expect(await outcomeOf(list())).toBe('ok');
  });
});

describe('on order', () => {
  test('an error of any code, a dropped connection before or after the effect', async () => {
    await aws.failNext({ operation: 'ChangeResourceRecordSets', code: 'PriorRequestNotComplete' });
    expect(await outcomeOf(write())).toBe('PriorRequestNotComplete');
    await aws.failNext({ operation: 'ChangeResourceRecordSets', kind: 'reset' });
    expect(await outcomeOf(write())).not.toBe('ok');
    const count = async (): Promise<number> => (await aws.records({ zoneId })).length;
    expect(await count()).toBe(2);
    await aws.failNext({ operation: 'ChangeResourceRecordSets', kind: 'reset', after: true });
    expect(await outcomeOf(write())).not.toBe('ok');
    expect(await count()).toBe(3);
  });

  test('a fault for one zone leaves the others alone', async () => {
    const other = await aws.createHostedZone({ name: 'example.net' });
    await aws.failNext({ operation: '*', hostedZoneId: zoneId, code: 'Throttling', message: 'Rate exceeded' });
    expect(await outcomeOf(change(client, other.id, ['UPSERT', simple('a.example.net', 'A', '192.0.2.1')]))).toBe('ok');
    expect(await outcomeOf(write())).toBe('Throttling');
  });

  test('records are written and removed behind everybody’s back, also from another process', async () => {
    const remote = connectAwsStandIn(aws.endpoint);
    await remote.putRecord({ zoneId, name: '*.example.com', type: 'TXT', values: ['"x"'] });
    const record = { name: '\\052.example.com.', type: 'TXT', ttl: 300, values: ['"x"'] };
    expect(await remote.records({ zoneId })).toContainEqual(record);
    await remote.removeRecord({ zoneId, name: '*.example.com', type: 'TXT' });
    expect(await remote.records({ zoneId })).not.toContainEqual(record);
    const again = remote.removeRecord({ zoneId, name: '*.example.com', type: 'TXT' });
    await expect(again).rejects.toThrow('no TXT record \\052.example.com. in zone example.com.');
    const outside = remote.putRecord({ zoneId, name: 'example.org', type: 'A', values: ['192.0.2.1'] });
    await expect(outside).rejects.toThrow('not permitted in zone example.com.');
  });
});

describe('what was called', () => {
  test('is recorded with its parameters', async () => {
    await write();
    await list();
    const calls = await aws.calls({ service: 'route53' });
    expect(calls).toMatchObject([
      {
        operation: 'ChangeResourceRecordSets',
        outcome: 'ok',
        identity: aws.identity.arn,
        parameters: {
          HostedZoneId: zoneId,
          ChangeBatch: {
            Changes: [{ Action: 'UPSERT', ResourceRecordSet: { Name: 'www.example.com', TTL: '60' } }],
          },
        },
      },
      { operation: 'ListHostedZonesByName', outcome: 'ok' },
    ]);
  });

  test('a request that is none is answered, not crashed over', async () => {
    const statuses = ['', '<a>', '<ChangeResourceRecordSetsRequest/>', '<!DOCTYPE x><x></x>'].map(async (body) => {
      const url = new URL(`/2013-04-01/hostedzone/${zoneId}/rrset`, aws.endpoint);
      return (await fetch(url, { method: 'POST', body })).status;
    });
    expect(await Promise.all(statuses)).toEqual([400, 400, 400, 400]);
    expect((await fetch(new URL('/2013-04-01/nothing', aws.endpoint))).status).toBe(404);
    expect((await fetch(new URL('/2013-04-01/change/C1', aws.endpoint))).status).toBe(403);
    const empty = new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes: [] } });
    expect(await outcomeOf(client.send(empty))).toBe('InvalidInput');
  });
});
