import { X509Certificate } from 'node:crypto';
import { GetChangeCommand, type Route53Client } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAccountKey, loadAccountKey } from '../../src/acme/account-key.ts';
import { createAcmeClient, type AcmeClient } from '../../src/acme/acme-client.ts';
import { createAcmeHttp } from '../../src/acme/http.ts';
import { systemClock } from '../../src/system/clock.ts';
import { authorize, dnsIdentifiers, obtainCertificate } from '../acme/order-driver.ts';
import { startPebble } from '../acme/pebble.ts';
import { startAwsStandIn, type AwsStandIn } from '../aws/index.ts';
import { route53Client } from '../aws/testing/clients.ts';
import { change, multivalueTxt } from '../aws/testing/records.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { dnsSan, mintCsr } from '../support/pki.ts';

/** Pebble looks its challenges up in the stand-in's Route 53, where the AWS client wrote them. */
const SPREADING_MS = 30_000;

const clock = new FakeClock();
const endings: (() => Promise<void> | void)[] = [];
let aws: AwsStandIn;
let route53: Route53Client;
let client: AcmeClient;

beforeAll(async () => {
  aws = await startAwsStandIn({ clock, quotas: 'off', insyncAfterMs: SPREADING_MS });
  endings.push(() => aws.stop());
  route53 = route53Client(aws);
  endings.push(() => route53.destroy());
  const { address } = await aws.startDnsServer();
  const pebble = await startPebble({ dnsServer: address, externalAccountBinding: true, nonceReject: 5 });
  endings.push(() => pebble.stop());
  const { directoryUrl, caPem } = pebble;
  const http = createAcmeHttp({ caPem, userAgent: 'test', network: { proxies: {} } });
  endings.push(() => http.close());
  client = createAcmeClient({ directoryUrl, http, clock: systemClock, key: loadAccountKey(await createAccountKey()) });
  await client.newAccount({ contact: [], externalAccountBinding: pebble });
});

afterAll(async () => {
  for (const end of endings.reverse()) await end();
});

const statusOf = async (Id: string): Promise<string | undefined> =>
  (await route53.send(new GetChangeCommand({ Id }))).ChangeInfo?.Status;

/** Writes each value beside those that stand, and lets the change spread. */
const spreadInto = (zoneId: string) => ({
  addTxt: async (name: string, value: string): Promise<void> => {
    const id = await change(route53, zoneId, ['UPSERT', multivalueTxt(name, value)]);
    expect(await statusOf(id)).toBe('PENDING');
    await clock.advance(SPREADING_MS);
    expect(await statusOf(id)).toBe('INSYNC');
  },
});

const namesOf = (pem: string): string[] => (new X509Certificate(pem).subjectAltName ?? '').split(', ').sort();

test('apex and wildcard together are proved by two values side by side', async () => {
  const { id } = await aws.createHostedZone({ name: 'pebble.test' });
  const names = ['pebble.test', '*.pebble.test', 'www.pebble.test'];
  const pem = await obtainCertificate(
    { client, dns: spreadInto(id) },
    names,
    mintCsr({ extensions: [dnsSan(...names)] }),
  );
  expect(namesOf(pem)).toEqual(['DNS:*.pebble.test', 'DNS:pebble.test', 'DNS:www.pebble.test']);
});

test('a CNAME leads to a zone of another account', async () => {
  const { id: zoneId } = await aws.createHostedZone({ name: 'delegating.test' });
  const { id } = await aws.createHostedZone({ name: 'acme.elsewhere.test' });
  const target = 'delegating.acme.elsewhere.test';
  await aws.putRecord({ zoneId, name: '_acme-challenge.delegating.test', type: 'CNAME', values: [target] });
  const { addTxt } = spreadInto(id);
  const dns = { addTxt: (_: string, value: string) => addTxt(target, value) };
  const names = ['delegating.test'];
  const pem = await obtainCertificate({ client, dns }, names, mintCsr({ extensions: [dnsSan(...names)] }));
  expect(namesOf(pem)).toEqual(['DNS:delegating.test']);
});

test.each([
  ['a record that has not spread yet', { name: 'pending.test' }],
  ['a record of a private zone', { name: 'hidden.test', isPrivate: true }],
])('%s proves nothing', async (_, zone) => {
  const { id } = await aws.createHostedZone(zone);
  const addTxt = async (name: string, value: string): Promise<void> => {
    await change(route53, id, ['UPSERT', multivalueTxt(name, value)]);
  };
  const { url } = await client.newOrder({ identifiers: dnsIdentifiers(zone.name) });
  const step = await authorize({ client, dns: { addTxt } }, url);
  expect((await aws.records({ zoneId: id })).filter(({ type }) => type === 'TXT')).toHaveLength(1);
  const problem = { code: 'unauthorized' };
  expect(step).toMatchObject({ kind: 'dead', identifiers: dnsIdentifiers(zone.name), problem });
});
