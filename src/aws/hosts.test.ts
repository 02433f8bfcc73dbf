import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type AwsStandIn, startAwsStandIn } from '../../test/aws/index.ts';
import { TunnelProxy } from '../../test/support/credential-servers.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { ambient, IdentityBench, specOf } from '../../test/support/identity-bench.ts';
import type { AwsClientsOptions } from './create-aws-clients.ts';
import type { IdentitySpec } from './identity.ts';
import { readProxySettings } from './proxy-settings.ts';

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

/** The hosts that the identity's calls to STS and to ACM PCA go to. */
async function hostsOf(
  spec: IdentitySpec,
  options: Partial<typeof plain> & Pick<Partial<AwsClientsOptions>, 'ownRegion'> = {},
): Promise<string[]> {
  const { ownRegion, ...kinds } = options;
  const { proxies } = readProxySettings({ HTTPS_PROXY: url.origin });
  const api = bench.clients({ network: { proxies, ...plain, ...kinds }, ownRegion }).get(spec);
  await expect(api.getCallerIdentity()).rejects.toMatchObject({ consequence: 'transient' });
  await expect(api.describeCertificateAuthority('arn')).rejects.toMatchObject({ consequence: 'transient' });
  return proxy.tunnels.map((tunnel) => tunnel.replace(/:443$/, ''));
}

describe('hosts of STS and ACM PCA', () => {
  test.each([
    ['eu-west-1', {}, 'sts.eu-west-1.amazonaws.com', 'acm-pca.eu-west-1.amazonaws.com'],
    ['eu-west-1', { useDualStack: true }, 'sts.eu-west-1.api.aws', 'acm-pca.eu-west-1.api.aws'],
    ['eu-west-1', { useFips: true }, 'sts-fips.eu-west-1.amazonaws.com', 'acm-pca-fips.eu-west-1.amazonaws.com'],
    [
      'us-east-1',
      { useFips: true, useDualStack: true },
      'sts-fips.us-east-1.api.aws',
      'acm-pca-fips.us-east-1.api.aws',
    ],
    ['us-gov-west-1', { useFips: true }, 'sts.us-gov-west-1.amazonaws.com', 'acm-pca.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', {}, 'sts.cn-north-1.amazonaws.com.cn', 'acm-pca.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', {}, 'sts.eusc-de-east-1.amazonaws.eu', 'acm-pca.eusc-de-east-1.amazonaws.eu'],
    [
      'eusc-de-east-1',
      { useFips: true },
      'sts-fips.eusc-de-east-1.amazonaws.eu',
      'acm-pca-fips.eusc-de-east-1.amazonaws.eu',
    ],
    ['us-iso-east-1', {}, 'sts.us-iso-east-1.c2s.ic.gov', 'acm-pca.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', {}, 'sts.us-isob-east-1.sc2s.sgov.gov', 'acm-pca.us-isob-east-1.sc2s.sgov.gov'],
  ])('%s %j', async (region, kinds, sts, pca) => {
    expect(await hostsOf(specOf(source, { region }), kinds)).toEqual([sts, pca]);
  });

  test('credentials 45: a CA of GovCloud has its roles assumed there', async () => {
    const roles = [{ arn: 'arn:aws-us-gov:iam::111122223333:role/signer' }];
    // In the region of the CA, whatever the controller's own is.
    bench.set({ AWS_REGION: 'us-gov-east-1' });
    const [sts] = await hostsOf(specOf(source, { region: 'us-gov-west-1', roles }));
    expect(sts).toBe('sts.us-gov-west-1.amazonaws.com');
  });

  test('AWS_USE_FIPS_ENDPOINT does what the flag does', async () => {
    bench.set({ AWS_USE_FIPS_ENDPOINT: 'true' });
    const hosts = await hostsOf(specOf(source, { region: 'eu-west-1' }));
    expect(hosts).toEqual(['sts-fips.eu-west-1.amazonaws.com', 'acm-pca-fips.eu-west-1.amazonaws.com']);
  });

  test.each([
    ['credentials 40: AWS_DEFAULT_REGION', 'eu-west-3', 'sts-fips.eu-west-3.amazonaws.com'],
    ['that of the issuer, where the controller knows of none', undefined, 'sts-fips.eu-west-1.amazonaws.com'],
  ])("the controller's own credentials are fetched in its region: %s", async (_, ownRegion, host) => {
    bench.set({
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/irsa',
      AWS_WEB_IDENTITY_TOKEN_FILE: await bench.file('token', 'x'),
    });
    const hosts = await hostsOf(specOf(ambient, { region: 'eu-west-1' }), { useFips: true, ownRegion });
    expect(new Set(hosts)).toEqual(new Set([host]));
  });
});

describe('custom endpoints', () => {
  let aws: AwsStandIn;
  beforeEach(async () => void (aws = await startAwsStandIn()));
  afterEach(() => aws.stop());

  test('credentials 65: AWS_ENDPOINT_URL_STS is where all calls to STS go, those for credentials too, and no others', async () => {
    const { arn } = await aws.createRole({ name: 'second' });
    const { arn: first } = await aws.createRole({ name: 'first' });
    const { accessKeyId, secretAccessKey } = aws.identity;
    await bench.file(
      'credentials',
      `[base]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
    );
    await bench.file('config', `[profile team]\nrole_arn = ${first}\nsource_profile = base\n`);
    bench.set({ AWS_PROFILE: 'team', AWS_ENDPOINT_URL_STS: aws.endpoint });
    const { proxies } = readProxySettings({ HTTPS_PROXY: url.origin });
    const api = bench.clients({ network: { proxies, ...plain } }).get(specOf(ambient, { roles: [{ arn }] }));
    await api.getCallerIdentity();
    expect((await aws.calls()).map(({ operation }) => operation)).toEqual([
      'AssumeRole',
      'AssumeRole',
      'GetCallerIdentity',
    ]);
    await expect(api.describeCertificateAuthority('arn')).rejects.toMatchObject({ consequence: 'transient' });
    expect(proxy.tunnels).toEqual(['acm-pca.us-east-1.amazonaws.com:443']);
  });

  test.each(['AWS_ENDPOINT_URL_ACM_PCA', 'AWS_ENDPOINT_URL'])('%s is where ACM PCA is called', async (name) => {
    const { arn } = await aws.createCertificateAuthority({});
    bench.set({ [name]: aws.endpoint });
    const { accessKeyId, secretAccessKey } = aws.identity;
    const api = bench.clients().get(specOf({ ...source, accessKeyId, secretAccessKey }));
    await expect(api.describeCertificateAuthority(arn)).resolves.toMatchObject({ arn });
  });

  test('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS holds for both services', async () => {
    bench.set({ AWS_ENDPOINT_URL: aws.endpoint, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' });
    const hosts = await hostsOf(specOf(source), { ignoreEndpointUrls: true });
    expect(hosts).toEqual(['sts.us-east-1.amazonaws.com', 'acm-pca.us-east-1.amazonaws.com']);
    expect(await aws.calls()).toEqual([]);
  });

  test('of a profile, together with FIPS, are refused by name', async () => {
    await bench.file('config', `[default]\nendpoint_url = ${aws.endpoint}\n`);
    const api = bench.clients({ network: { proxies: {}, ...plain, useFips: true } }).get(specOf(source));
    const refusal = {
      code: 'EndpointError',
      consequence: 'authority',
      detail: expect.stringMatching(/FIPS and custom endpoint/i),
    };
    await expect(api.getCallerIdentity()).rejects.toMatchObject(refusal);
    await expect(api.describeCertificateAuthority('arn')).rejects.toMatchObject({ code: 'EndpointError' });
    expect(await aws.calls()).toEqual([]);
  });
});
