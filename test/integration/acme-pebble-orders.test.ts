import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createAccountKey, loadAccountKey } from '../../src/acme/account-key.ts';
import { createAcmeClient } from '../../src/acme/acme-client.ts';
import { createAcmeHttp } from '../../src/acme/http.ts';
import { Pacer } from '../../src/aws/pacing.ts';
import { AcmeQuota, directoryRates } from '../../src/signers/acm/acme-quota.ts';
import { createCnameFollower } from '../../src/signers/acm/follow-cname.ts';
import { createRoute53Solver } from '../../src/signers/acm/route53-solver.ts';
import type { AcmDomain } from '../../src/signers/acm/settings.ts';
import { systemClock } from '../../src/system/clock.ts';
import { parseCertificates } from '../../src/x509/certificate.ts';
import { startPebble, type Pebble } from '../acme/pebble.ts';
import { type AcmeService, OrderBench } from '../orders/order-bench.ts';
import { RequestBench } from '../support/request-bench.ts';
import { Route53Bench } from '../support/route53-bench.ts';

/**
 * The real Pebble validates what the signer and its solver write into the stand-in's Route 53. The clock of signer and
 * Route 53 is moved by the test; Pebble has its own.
 */
jest.setTimeout(300_000);

const minute = 60_000;
const scope = ['Exact', 'Subdomains', 'Wildcards'] as const;

let route53: Route53Bench;
let pebble: Pebble;
let zoneId: string;
let orders: OrderBench<AcmeService>;

beforeAll(async () => {
  route53 = await Route53Bench.create();
  await route53.aws.configure({ insyncAfterMs: 20_000 });
  ({ id: zoneId } = await route53.aws.createHostedZone({ name: 'example.com' }));
  const { address } = await route53.aws.startDnsServer();
  pebble = await startPebble({ dnsServer: address, externalAccountBinding: true, nonceReject: 5 });
});
afterAll(async () => {
  await pebble.stop();
  await route53.close();
});

beforeEach(async () => {
  const { directoryUrl, caPem } = pebble;
  const http = createAcmeHttp({ caPem, userAgent: 'test/1', network: { proxies: {} } });
  const keyPem = await createAccountKey();
  const client = createAcmeClient({ directoryUrl, http, clock: systemClock, key: loadAccountKey(keyPem) });
  const { url: accountUrl } = await client.newAccount({ contact: [], externalAccountBinding: pebble });
  const bench = new RequestBench(route53.clock);
  orders = new OrderBench(bench, { http, directoryUrl, keyPem, accountUrl }, settings());
});
afterEach(() => orders.close());

function settings() {
  const dns = route53.dns(route53.identity(route53.aws.identity, { rate: 5 }));
  const delegated = createRoute53Solver({ dns, findTarget: createCnameFollower(cnamesOf) });
  const domains: AcmDomain[] = [
    { name: 'example.com', scope, solver: createRoute53Solver({ dns }) },
    { name: 'delegating.example.com', scope, solver: delegated },
  ];
  const pacer = new Pacer(route53.clock);
  const quota = new AcmeQuota({ pacer, rates: directoryRates, account: 'pebble', region: '', issuerKey: 'issuer' });
  return { provider: 'rfc8555', domains, quota } as const;
}

async function cnamesOf(name: string): Promise<string[]> {
  const target = route53.aws.publicRecords.cname(name);
  return target === undefined ? [] : [target];
}

const challenges = async (): Promise<string[]> =>
  (await route53.contents(zoneId)).filter((record) => record.includes('_acme-challenge') && record.includes(' TXT '));

describe('dns-01 through Route 53', () => {
  test('50 certificates, apex and wildcard of a name together; nothing is left behind', async () => {
    for (let index = 0; index < 50; index++) orders.createFor([`h${index}.example.com`, `*.h${index}.example.com`]);
    await orders.drain(60 * minute);
    expect(orders.reasons).toEqual(new Set(['True Issued']));
    expect(await challenges()).toEqual([]);
    for (const request of orders.requests) {
      const { certificate = '' } = orders.bench.status(request) ?? {};
      const [leaf] = parseCertificates(Buffer.from(certificate, 'base64').toString());
      expect(leaf?.names.dns).toHaveLength(2);
    }
    expect(orders.bench.events.told.filter((told) => told.includes('Failed'))).toEqual([]);
  });

  test('a delegated name is proven where its CNAME leads', async () => {
    const target = 'delegated.example.com';
    await route53.aws.putRecord({
      zoneId,
      name: '_acme-challenge.delegating.example.com',
      type: 'CNAME',
      values: [target],
    });
    orders.createFor(['delegating.example.com']);
    await orders.drain(10 * minute);
    expect(orders.reasons).toEqual(new Set(['True Issued']));
    expect((await route53.contents(zoneId)).filter((record) => record.startsWith(target))).toEqual([]);
  });

  test('a process that died while its records stood: the next one goes on with the order, and removes them', async () => {
    const request = orders.createFor(['crash.example.com', '*.crash.example.com']);
    await orders.drain(5_000);
    expect(await challenges()).toHaveLength(2);
    const annotations = { ...orders.bench.api.current(request).metadata.annotations };
    orders.restart();
    await orders.drain(10 * minute);
    expect(orders.bench.ready(request)).toBe('True Issued: certificate issued');
    expect(orders.bench.api.current(request).metadata.annotations).toEqual(annotations);
    expect(await challenges()).toEqual([]);
  });

  test('a record that somebody takes away: the order dies with its reason, nothing is left, another one succeeds', async () => {
    const request = orders.createFor(['unlucky.example.com']);
    await orders.drain(5_000);
    const name = '_acme-challenge.unlucky.example.com';
    await route53.aws.removeRecord({ zoneId, name, type: 'TXT' });
    await orders.drain(minute / 2);
    expect(orders.bench.ready(request)).toMatch(
      /^False Pending: The ACME server gave up on unlucky\.example\.com with /,
    );
    await orders.drain(10 * minute);
    expect(orders.bench.ready(request)).toBe('True Issued: certificate issued');
    expect(await challenges()).toEqual([]);
  });
});
