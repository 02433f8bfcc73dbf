import { describe, expect, test } from '@jest/globals';
import { pcaEndpoint } from './pca-endpoint.ts';

describe('hosts of ACM PCA', () => {
  test.each([
    [
      'eu-west-1',
      'acm-pca.eu-west-1.amazonaws.com',
      'acm-pca.eu-west-1.api.aws',
      'acm-pca-fips.eu-west-1.amazonaws.com',
    ],
    [
      'mx-central-1',
      'acm-pca.mx-central-1.amazonaws.com',
      'acm-pca.mx-central-1.api.aws',
      'acm-pca-fips.mx-central-1.amazonaws.com',
    ],
    [
      'us-gov-west-1',
      'acm-pca.us-gov-west-1.amazonaws.com',
      'acm-pca.us-gov-west-1.api.aws',
      'acm-pca.us-gov-west-1.amazonaws.com',
    ],
    [
      'cn-north-1',
      'acm-pca.cn-north-1.amazonaws.com.cn',
      'acm-pca.cn-north-1.api.amazonwebservices.com.cn',
      'acm-pca-fips.cn-north-1.amazonaws.com.cn',
    ],
    [
      'eusc-de-east-1',
      'acm-pca.eusc-de-east-1.amazonaws.eu',
      'acm-pca.eusc-de-east-1.api.amazonwebservices.eu',
      'acm-pca-fips.eusc-de-east-1.amazonaws.eu',
    ],
    [
      'us-iso-east-1',
      'acm-pca.us-iso-east-1.c2s.ic.gov',
      'acm-pca.us-iso-east-1.api.aws.ic.gov',
      'acm-pca-fips.us-iso-east-1.c2s.ic.gov',
    ],
    [
      'us-isob-east-1',
      'acm-pca.us-isob-east-1.sc2s.sgov.gov',
      'acm-pca.us-isob-east-1.api.aws.scloud',
      'acm-pca-fips.us-isob-east-1.sc2s.sgov.gov',
    ],
    [
      'eu-isoe-west-1',
      'acm-pca.eu-isoe-west-1.cloud.adc-e.uk',
      'acm-pca.eu-isoe-west-1.api.cloud-aws.adc-e.uk',
      'acm-pca-fips.eu-isoe-west-1.cloud.adc-e.uk',
    ],
    [
      'us-isof-south-1',
      'acm-pca.us-isof-south-1.csp.hci.ic.gov',
      'acm-pca.us-isof-south-1.api.aws.hci.ic.gov',
      'acm-pca-fips.us-isof-south-1.csp.hci.ic.gov',
    ],
    [
      'new-region-1',
      'acm-pca.new-region-1.amazonaws.com',
      'acm-pca.new-region-1.api.aws',
      'acm-pca-fips.new-region-1.amazonaws.com',
    ],
  ])('%s', (Region, plain, dualStack, fips) => {
    expect(pcaEndpoint({ Region }).href).toBe(`https://${plain}/`);
    expect(pcaEndpoint({ Region, UseDualStack: true }).href).toBe(`https://${dualStack}/`);
    expect(pcaEndpoint({ Region, UseFIPS: true }).href).toBe(`https://${fips}/`);
    const both = `https://${dualStack.replace('acm-pca', 'acm-pca-fips')}/`;
    expect(pcaEndpoint({ Region, UseFIPS: true, UseDualStack: true }).href).toBe(both);
  });
});

describe('a custom endpoint', () => {
  const Endpoint = 'https://vpce-1.acm-pca.eu-west-1.vpce.amazonaws.com/path';

  test('is taken as it is', () => expect(pcaEndpoint({ Region: 'eu-west-1', Endpoint }).href).toBe(Endpoint));
  test.each([{ UseFIPS: true }, { UseDualStack: true }])('excludes %j', (kind) =>
    expect(() => pcaEndpoint({ Region: 'eu-west-1', Endpoint, ...kind })).toThrow('exclude each other'),
  );
});

test('there is no host without a region', () => expect(() => pcaEndpoint({})).toThrow('no region'));
