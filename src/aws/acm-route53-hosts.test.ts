import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TunnelProxy } from '../../test/support/credential-servers.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { IdentityBench, specOf } from '../../test/support/identity-bench.ts';
import { type WireAnswer, WireServer } from '../../test/support/wire-server.ts';
import type { AwsApi } from './clients.ts';
import { readProxySettings } from './proxy-settings.ts';

// A guard against hanging: the first test loads the clients.
jest.setTimeout(30_000);

const source = { kind: 'static', accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', origin: 'Secret a/b' } as const;
const plain = { useFips: false, useDualStack: false, ignoreEndpointUrls: false };

let bench: IdentityBench;
/** Refuses every tunnel: it is only asked where to. */
let proxy: TunnelProxy;
let url: URL;

beforeEach(async () => {
  bench = await IdentityBench.create(new FakeClock());
  proxy = new TunnelProxy();
  url = await proxy.listen();
});
afterEach(async () => {
  await bench.close();
  await proxy.close();
});

const apiOf = (region: string, kinds: Partial<typeof plain> = {}): AwsApi => {
  const { proxies } = readProxySettings({ HTTPS_PROXY: url.origin });
  return bench.clients({ network: { proxies, ...plain, ...kinds } }).get(specOf(source, { region }));
};

/** The hosts of ACM's ACME control plane, of its tags, and of Route 53. */
async function hostsOf({ acm, route53 }: AwsApi): Promise<string[]> {
  for (const calling of [
    () => acm.listAcmeEndpoints(),
    () => acm.listTagsForResource('arn'),
    () => route53.getChange('C1'),
  ])
    await expect(calling()).rejects.toMatchObject({ name: 'AwsError' });
  return proxy.tunnels.map((tunnel) => tunnel.replace(/:443$/, ''));
}

describe('hosts of ACM and Route 53, through a proxy', () => {
  test.each([
    ['eu-west-1', {}, ['acm-acme.eu-west-1.api.aws', 'acm.eu-west-1.amazonaws.com', 'route53.amazonaws.com']],
    [
      'eu-west-1',
      { useDualStack: true },
      ['acm-acme.eu-west-1.api.aws', 'acm.eu-west-1.api.aws', 'route53.global.api.aws'],
    ],
    ['eu-west-1', { useFips: true }, ['acm-fips.eu-west-1.amazonaws.com', 'route53-fips.amazonaws.com']],
    [
      'us-gov-west-1',
      {},
      ['acm-acme.us-gov-west-1.api.aws', 'acm.us-gov-west-1.amazonaws.com', 'route53.us-gov.amazonaws.com'],
    ],
    ['cn-north-1', {}, ['acm.cn-north-1.amazonaws.com.cn', 'route53.amazonaws.com.cn']],
    ['eusc-de-east-1', {}, ['acm.eusc-de-east-1.amazonaws.eu', 'route53.amazonaws.eu']],
  ])('%s %j', async (region, kinds, hosts) => {
    expect(await hostsOf(apiOf(region, kinds))).toEqual(hosts);
  });

  test('custom endpoints that are to be ignored are', async () => {
    bench.set({
      ...{ AWS_ENDPOINT_URL_ACM: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_ROUTE_53: 'http://127.0.0.1:1' },
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    });
    expect(await hostsOf(apiOf('eu-west-1', { ignoreEndpointUrls: true }))).toEqual([
      ...['acm-acme.eu-west-1.api.aws', 'acm.eu-west-1.amazonaws.com', 'route53.amazonaws.com'],
    ]);
  });
});

describe('a custom endpoint of Route 53', () => {
  const inSync: WireAnswer = (response) =>
    void response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        '<GetChangeResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Id>/change/C1</Id>' +
          '<Status>INSYNC</Status><SubmittedAt>2026-01-02T03:04:05Z</SubmittedAt></ChangeInfo></GetChangeResponse>',
      );
  let server: WireServer;
  beforeEach(async () => {
    server = new WireServer();
  });
  afterEach(() => server.close());

  test.each([
    ['AWS_ENDPOINT_URL_ROUTE_53', 'eu-west-1', 'us-east-1'],
    ['AWS_ENDPOINT_URL', 'us-gov-east-1', 'us-gov-west-1'],
  ])('%s of %s is signed for %s', async (variable, region, signed) => {
    bench.set({ [variable]: (await server.listen()).origin });
    server.answer(inSync);
    expect(await apiOf(region).route53.getChange('C1')).toEqual({ id: 'C1', status: 'INSYNC' });
    expect(server.requests[0]).toMatchObject({
      ...{ method: 'GET', url: '/2013-04-01/change/C1' },
      headers: { authorization: expect.stringContaining(`/${signed}/route53/aws4_request`) },
    });
    expect(bench.counted).toEqual(['route53 GetChange OK']);
  });

  test('a throttle is told at once, and the call not repeated', async () => {
    bench.set({ AWS_ENDPOINT_URL: (await server.listen()).origin });
    server.answer((response) =>
      response
        .writeHead(400, { 'content-type': 'text/xml' })
        .end(
          '<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type>' +
            '<Code>PriorRequestNotComplete</Code><Message>still</Message></Error><RequestId>r</RequestId></ErrorResponse>',
        ),
    );
    const calling = apiOf('eu-west-1').route53.getChange('C1');
    await expect(calling).rejects.toMatchObject({
      code: 'PriorRequestNotComplete',
      consequence: 'throttled',
      detail: 'still',
    });
    expect(server.requests).toHaveLength(1);
  });
});
