import { describe, expect, test } from '@jest/globals';
import { findEndpointFaults, ownRegion } from './environment.ts';

describe('the region of the controller', () => {
  test.each([
    ['credentials 40: only AWS_DEFAULT_REGION is set', { AWS_DEFAULT_REGION: 'eu-west-1' }],
    ['credentials 41: AWS_REGION goes before it', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' }],
    ['an empty AWS_REGION is none', { AWS_REGION: ' ', AWS_DEFAULT_REGION: 'eu-west-1' }],
  ])('%s', (_, environment) => expect(ownRegion(environment)).toBe('eu-west-1'));

  test('is not known where nothing is set', () => expect(ownRegion({})).toBeUndefined());
});

describe('endpoints that cannot be', () => {
  const none = { useFips: false, useDualStack: false, ignoreEndpointUrls: false };
  const url = 'https://vpce-1.example.com';

  test.each<[string, Partial<typeof none>, Record<string, string>, string[]]>([
    ['nothing', {}, {}, []],
    ['a custom endpoint', {}, { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }, []],
    ['FIPS', { useFips: true }, {}, []],
    [
      'FIPS and a custom endpoint',
      { useFips: true },
      { AWS_ENDPOINT_URL_STS: url },
      [
        '--use-fips-endpoint and AWS_ENDPOINT_URL_STS exclude each other: a custom endpoint is called as it is. Take one away.',
      ],
    ],
    [
      'FIPS of the environment, and two custom endpoints',
      {},
      { AWS_USE_FIPS_ENDPOINT: 'true', AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_ACM_PCA: url },
      [
        expect.stringMatching(/^AWS_USE_FIPS_ENDPOINT and AWS_ENDPOINT_URL /) as never,
        expect.stringMatching(/^AWS_USE_FIPS_ENDPOINT and AWS_ENDPOINT_URL_ACM_PCA /) as never,
      ],
    ],
    [
      'dual-stack and a custom endpoint',
      { useDualStack: true },
      { AWS_ENDPOINT_URL: url },
      [expect.stringMatching(/^--use-dualstack-endpoint and AWS_ENDPOINT_URL /) as never],
    ],
    [
      'FIPS and custom endpoints of ACM and Route 53',
      { useFips: true },
      { AWS_ENDPOINT_URL_ACM: url, AWS_ENDPOINT_URL_ROUTE_53: url },
      [
        expect.stringMatching(/^--use-fips-endpoint and AWS_ENDPOINT_URL_ACM /) as never,
        expect.stringMatching(/^--use-fips-endpoint and AWS_ENDPOINT_URL_ROUTE_53 /) as never,
      ],
    ],
    ['a custom endpoint that is ignored', { useFips: true, ignoreEndpointUrls: true }, { AWS_ENDPOINT_URL: url }, []],
    [
      'no URL',
      {},
      { AWS_ENDPOINT_URL: 'sts.example.com' },
      ['AWS_ENDPOINT_URL is no URL. It looks like https://host.example.com'],
    ],
  ])('%s', (_, network, environment, faults) =>
    expect(findEndpointFaults({ ...none, ...network }, environment)).toEqual(faults),
  );
});
