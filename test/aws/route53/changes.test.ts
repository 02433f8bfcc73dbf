import { GetChangeCommand, InvalidChangeBatch, type Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../support/fake-clock.ts';
import { startAwsStandIn, type AwsStandIn } from '../index.ts';
import { outcomeOf, route53Client } from '../testing/clients.ts';
import { change, multivalueTxt, simple, type Wish } from '../testing/records.ts';

const clock = new FakeClock();
let aws: AwsStandIn;
let client: Route53Client;
let zoneId: string;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off' });
  client = route53Client(aws);
});

beforeEach(async () => {
  await aws.configure({ insyncAfterMs: 0, zoneBusyMs: 0 });
  zoneId = (await aws.createHostedZone({ name: 'example.com' })).id;
});

afterAll(async () => {
  client.destroy();
  await aws.stop();
});

const refusal = async (...wishes: readonly Wish[]): Promise<string> => {
  const error = await change(client, zoneId, ...wishes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InvalidChangeBatch);
  return (error as InvalidChangeBatch).message;
};

const written = async (): Promise<unknown[]> =>
  (await aws.records({ zoneId })).filter(({ type }) => type !== 'NS' && type !== 'SOA');

describe('a change', () => {
  test('is PENDING until its time has passed, then INSYNC', async () => {
    await aws.configure({ insyncAfterMs: 30_000 });
    const Id = await change(client, zoneId, ['UPSERT', simple('_acme.example.com', 'CNAME', 'target.acm.aws.')]);
    expect(Id).toMatch(/^\/change\/C[A-Z0-9]{20}$/);
    const status = async (): Promise<string | undefined> =>
      (await client.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;
    expect(await status()).toBe('PENDING');
    await clock.advance(29_999);
    expect(await status()).toBe('PENDING');
    await clock.advance(1);
    expect(await status()).toBe('INSYNC');
  });

  test('that nobody made, or another account, is not known', async () => {
    const Id = await change(client, zoneId, ['UPSERT', simple('a.example.com', 'A', '192.0.2.1')]);
    const stranger = route53Client({ ...aws, identity: await aws.createIdentity({ account: '444455556666' }) });
    expect(await outcomeOf(stranger.send(new GetChangeCommand({ Id })))).toBe('NoSuchChange');
    expect(await outcomeOf(client.send(new GetChangeCommand({ Id: 'C0' })))).toBe('NoSuchChange');
    stranger.destroy();
  });

  test('is kept in Route 53’s form: lower case, trailing dot, octal escapes', async () => {
    await change(client, zoneId, ['CREATE', simple('*.A_b.Example.COM', 'TXT', '"x & <y> \\"z\\""')]);
    const name = '\\052.a_b.example.com.';
    expect(await written()).toEqual([{ name, type: 'TXT', ttl: 60, values: ['"x & <y> \\"z\\""'] }]);
    await change(client, zoneId, ['DELETE', simple('\\052.a_b.example.com.', 'TXT', '"x & <y> \\"z\\""')]);
    expect(await written()).toEqual([]);
  });

  test('creates, replaces and deletes; an UPSERT of the same again is no error', async () => {
    await change(client, zoneId, ['CREATE', simple('www.example.com', 'A', '192.0.2.1')]);
    await change(client, zoneId, ['UPSERT', simple('www.example.com', 'A', '192.0.2.2', '192.0.2.3')]);
    await change(client, zoneId, ['UPSERT', simple('www.example.com', 'A', '192.0.2.2', '192.0.2.3')]);
    expect(await written()).toMatchObject([{ values: ['192.0.2.2', '192.0.2.3'] }]);
    await change(client, zoneId, ['DELETE', simple('www.example.com', 'A', '192.0.2.3', '192.0.2.2')]);
    expect(await written()).toEqual([]);
  });

  test('may delete and create the same record set, and put another type in a CNAME’s place', async () => {
    await change(client, zoneId, ['CREATE', simple('www.example.com', 'CNAME', 'a.test')]);
    await change(
      client,
      zoneId,
      ['DELETE', simple('www.example.com', 'CNAME', 'a.test')],
      ['CREATE', simple('www.example.com', 'A', '192.0.2.1')],
    );
    await change(
      client,
      zoneId,
      ['DELETE', simple('www.example.com', 'A', '192.0.2.1')],
      ['CREATE', simple('www.example.com', 'A', '192.0.2.9')],
    );
    expect(await written()).toMatchObject([{ type: 'A', values: ['192.0.2.9'] }]);
  });

  test('keeps several values side by side as multivalue answers', async () => {
    const name = '_acme-challenge.example.com';
    await change(client, zoneId, ['UPSERT', multivalueTxt(name, 'one')], ['UPSERT', multivalueTxt(name, 'two')]);
    await change(client, zoneId, ['DELETE', multivalueTxt(name, 'one')]);
    expect(await written()).toEqual([
      { name: `${name}.`, type: 'TXT', ttl: 60, values: ['"two"'], setIdentifier: '"two"' },
    ]);
  });
});

describe('a batch is refused as a whole', () => {
  test('when one of its changes cannot be made, and every reason is told', async () => {
    const message = await refusal(
      ['CREATE', simple('good.example.com', 'A', '192.0.2.1')],
      ['DELETE', simple('gone.example.com', 'TXT', '"x"')],
      ['CREATE', simple('www.example.org', 'A', '192.0.2.1')],
    );
    expect(message).toBe(
      "[Tried to delete resource record set [name='gone.example.com.', type='TXT'] but it was not found, " +
        'RRSet with DNS name www.example.org. is not permitted in zone example.com.]',
    );
    expect(await written()).toEqual([]);
  });

  test('for a CREATE of what exists and a DELETE of what differs', async () => {
    const name = '_acme-challenge.example.com';
    await change(client, zoneId, ['CREATE', multivalueTxt(name, 'v')]);
    const subject = `[name='${name}.', type='TXT', set-identifier='"v"']`;
    expect(await refusal(['CREATE', multivalueTxt(name, 'v')])).toBe(
      `[Tried to create resource record set ${subject} but it already exists]`,
    );
    expect(await refusal(['DELETE', { ...multivalueTxt(name, 'v'), TTL: 61 }])).toBe(
      `[Tried to delete resource record set ${subject} but the values provided do not match the current values]`,
    );
  });

  test.each<[string, Wish[]]>([
    ['CNAME beside another type', [['CREATE', simple('mail.example.com', 'CNAME', 'a.test')]]],
    ['another type beside a CNAME', [['UPSERT', simple('alias.example.com', 'A', '192.0.2.1')]]],
    ['CNAME at the apex', [['UPSERT', simple('example.com', 'CNAME', 'a.test')]]],
    ['CNAME with two values', [['UPSERT', simple('two.example.com', 'CNAME', 'a.test', 'b.test')]]],
    ['name outside the zone', [['UPSERT', simple('badexample.com', 'A', '192.0.2.1')]]],
    ['multivalue answer beside a simple record', [['UPSERT', multivalueTxt('mail.example.com', 'x')]]],
    ['simple record beside a multivalue answer', [['UPSERT', simple('many.example.com', 'TXT', '"x"')]]],
    ['TXT without quotation marks', [['UPSERT', simple('t.example.com', 'TXT', 'x')]]],
    ['TXT with a string of 256 bytes', [['UPSERT', simple('t.example.com', 'TXT', `"${'x'.repeat(256)}"`)]]],
    ['A that is no address', [['UPSERT', simple('t.example.com', 'A', '192.0.2')]]],
    ['the same value twice', [['UPSERT', simple('t.example.com', 'A', '192.0.2.1', '192.0.2.1')]]],
    ['empty label', [['UPSERT', simple('a..example.com', 'A', '192.0.2.1')]]],
    ['label of 64 bytes', [['UPSERT', simple(`${'x'.repeat(64)}.example.com`, 'A', '192.0.2.1')]]],
    [
      'the same record set twice',
      [
        ['UPSERT', simple('t.example.com', 'A', '192.0.2.1')],
        ['UPSERT', simple('t.example.com', 'A', '192.0.2.2')],
      ],
    ],
  ])('%s', async (_, wishes) => {
    await change(
      client,
      zoneId,
      ['CREATE', simple('mail.example.com', 'TXT', '"x"')],
      ['CREATE', simple('alias.example.com', 'CNAME', 'a.test')],
      ['CREATE', multivalueTxt('many.example.com', 'v')],
    );
    const before = await written();
    await refusal(...wishes);
    expect(await written()).toEqual(before);
  });

  test('beyond 1,000 values or 32,000 characters, an UPSERT counted twice', async () => {
    const addresses = (count: number): Wish[1][] =>
      Array.from({ length: count }, (_, index) => simple(`n${index}.example.com`, 'A', '192.0.2.1'));
    const upserts = (count: number): Wish[] => addresses(count).map((set) => ['UPSERT', set]);
    expect(await refusal(...upserts(501))).toBe('Number of records limit of 1000 exceeded.');
    expect(await written()).toEqual([]);
    await change(client, zoneId, ...upserts(500));
    expect(await written()).toHaveLength(500);
    const long = `"${'x'.repeat(250)}" "${'y'.repeat(250)}"`;
    const texts = Array.from({ length: 64 }, (_, index): Wish => [
      'CREATE',
      simple(`t${index}.example.com`, 'TXT', long),
    ]);
    expect(await refusal(...texts)).toBe('Number of characters limit of 32000 exceeded.');
    await change(client, zoneId, ...texts.slice(0, 63));
  });

  test.each<[string, object]>([
    ['multivalue answer without identifier', { MultiValueAnswer: true }],
    ['identifier without routing policy', { SetIdentifier: 'x' }],
    ['no TTL', { TTL: undefined }],
    ['no values', { ResourceRecords: undefined }],
    ['unknown type', { Type: 'NOTHING' }],
  ])('as InvalidInput: %s', async (_, fields) => {
    const wish = { ...simple('t.example.com', 'TXT', '"x"'), ...fields };
    expect(await outcomeOf(change(client, zoneId, ['UPSERT', wish]))).toBe('InvalidInput');
  });
});

describe('while a change of the zone is being handled', () => {
  test('another is refused with PriorRequestNotComplete, one of another zone is not', async () => {
    await aws.configure({ zoneBusyMs: 1000 });
    const other = await aws.createHostedZone({ name: 'example.org' });
    await change(client, zoneId, ['UPSERT', simple('a.example.com', 'A', '192.0.2.1')]);
    const again = (): Promise<string> =>
      outcomeOf(change(client, zoneId, ['UPSERT', simple('b.example.com', 'A', '192.0.2.1')]));
    expect(await again()).toBe('PriorRequestNotComplete');
    expect(await outcomeOf(change(client, other.id, ['UPSERT', simple('a.example.org', 'A', '192.0.2.1')]))).toBe('ok');
    await clock.advance(1000);
    expect(await again()).toBe('ok');
  });
});
