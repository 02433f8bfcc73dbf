import { describe, expect, test } from '@jest/globals';
import { acmEndpoint } from './acm-endpoint.ts';

const acme = { ServiceType: 'ACM-ACME' };
const classic = { ServiceType: 'ACM' };

describe('the control plane of ACME', () => {
  test.each([
    ['eu-west-1', {}, 'acm-acme.eu-west-1.api.aws'],
    ['eu-west-1', { UseDualStack: true }, 'acm-acme.eu-west-1.api.aws'],
    ['us-gov-west-1', {}, 'acm-acme.us-gov-west-1.api.aws'],
    ['new-region-1', {}, 'acm-acme.new-region-1.api.aws'],
  ])('%s %j', (Region, kinds, host) =>
    expect(acmEndpoint({ Region, ...acme, ...kinds }).href).toBe(`https://${host}/`),
  );

  test.each([
    ['eu-west-1', { UseFIPS: true }, 'NoFipsEndpoint'],
    ['us-gov-west-1', { UseFIPS: true, UseDualStack: true }, 'NoFipsEndpoint'],
    ['cn-north-1', {}, 'NoAcmeInPartition'],
    ['eusc-de-east-1', { UseFIPS: true }, 'NoAcmeInPartition'],
    ['us-iso-east-1', {}, 'NoAcmeInPartition'],
  ])('%s %j is refused by name: %s', (Region, kinds, name) => {
    const refused = expect.objectContaining({ name }) as unknown as Error;
    expect(() => acmEndpoint({ Region, ...acme, ...kinds })).toThrow(refused);
  });
});

describe('tags, which the older service keeps', () => {
  test.each([
    ['eu-west-1', {}, 'acm.eu-west-1.amazonaws.com'],
    ['eu-west-1', { UseDualStack: true }, 'acm.eu-west-1.api.aws'],
    ['eu-west-1', { UseFIPS: true }, 'acm-fips.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', { UseFIPS: true }, 'acm.us-gov-west-1.amazonaws.com'],
    ['us-gov-west-1', { UseFIPS: true, UseDualStack: true }, 'acm-fips.us-gov-west-1.api.aws'],
    ['cn-north-1', {}, 'acm.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', {}, 'acm.eusc-de-east-1.amazonaws.eu'],
  ])('%s %j', (Region, kinds, host) =>
    expect(acmEndpoint({ Region, ...classic, ...kinds }).href).toBe(`https://${host}/`),
  );
});

describe('a custom endpoint', () => {
  const Endpoint = 'https://vpce-1.acm-acme.eu-west-1.vpce.amazonaws.com/path';

  test.each([acme, classic])('is taken as it is: %j', (service) =>
    expect(acmEndpoint({ Region: 'cn-north-1', Endpoint, ...service }).href).toBe(Endpoint),
  );
  test('is ignored when it is told to be', () =>
    expect(acmEndpoint({ Region: 'eu-west-1', Endpoint, ...acme }, true).host).toBe('acm-acme.eu-west-1.api.aws'));
  test.each([{ UseFIPS: true }, { UseDualStack: true }])('excludes %j', (kind) =>
    expect(() => acmEndpoint({ Region: 'eu-west-1', Endpoint, ...acme, ...kind })).toThrow('exclude each other'),
  );
});

test('there is no host without a region', () => expect(() => acmEndpoint(acme)).toThrow('no region'));
