import { describe, expect, test } from '@jest/globals';
import { route53Endpoint } from './route53-endpoint.ts';

describe('one endpoint for each partition, signed for one region', () => {
  test.each([
    ['eu-west-1', {}, 'route53.amazonaws.com', 'us-east-1'],
    ['eu-west-1', { UseDualStack: true }, 'route53.global.api.aws', 'us-east-1'],
    ['eu-west-1', { UseFIPS: true }, 'route53-fips.amazonaws.com', 'us-east-1'],
    ['us-east-1', { UseFIPS: true, UseDualStack: true }, 'route53-fips.global.api.aws', 'us-east-1'],
    ['cn-north-1', {}, 'route53.amazonaws.com.cn', 'cn-northwest-1'],
    ['cn-north-1', { UseDualStack: true }, 'route53.global.api.amazonwebservices.com.cn', 'cn-northwest-1'],
    ['us-gov-east-1', { UseFIPS: true }, 'route53.us-gov.amazonaws.com', 'us-gov-west-1'],
    ['us-gov-west-1', { UseDualStack: true }, 'route53.us-gov.api.aws', 'us-gov-west-1'],
    ['eusc-de-east-1', {}, 'route53.amazonaws.eu', 'eusc-de-east-1'],
    ['us-iso-west-1', {}, 'route53.c2s.ic.gov', 'us-iso-east-1'],
    ['us-isob-east-1', {}, 'route53.sc2s.sgov.gov', 'us-isob-east-1'],
    ['new-region-1', {}, 'route53.amazonaws.com', 'us-east-1'],
  ])('%s %j: %s, %s', (Region, kinds, host, signingRegion) => {
    const endpoint = route53Endpoint({ Region, ...kinds });
    expect([endpoint.url.href, endpoint.signingRegion]).toEqual([`https://${host}/`, signingRegion]);
  });

  test('credentials 45: GovCloud has its own', () =>
    expect(route53Endpoint({ Region: 'us-gov-west-1' }).url.host).toBe('route53.us-gov.amazonaws.com'));
});

describe('a custom endpoint', () => {
  const Endpoint = 'https://dns.example.com/path';

  test('is taken as it is, and signed for the same region as the usual one', () => {
    const { url, signingRegion } = route53Endpoint({ Region: 'eu-west-1', Endpoint });
    expect([url.href, signingRegion]).toEqual([Endpoint, 'us-east-1']);
  });
  test('is ignored when it is told to be', () =>
    expect(route53Endpoint({ Region: 'eu-west-1', Endpoint }, true).url.host).toBe('route53.amazonaws.com'));
  test.each([{ UseFIPS: true }, { UseDualStack: true }])('excludes %j', (kind) =>
    expect(() => route53Endpoint({ Region: 'eu-west-1', Endpoint, ...kind })).toThrow('exclude each other'),
  );
});

test('there is no host without a region', () => expect(() => route53Endpoint({})).toThrow('no region'));
