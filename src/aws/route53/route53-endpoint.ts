import { partitionOf } from '../partitions.ts';
import { EndpointError, type EndpointParameters } from '../pca-endpoint.ts';

/** Where the one Route 53 of a partition is signed for. */
const signingRegions: Readonly<Record<string, string>> = {
  aws: 'us-east-1',
  'aws-cn': 'cn-northwest-1',
  'aws-eusc': 'eusc-de-east-1',
  'aws-iso': 'us-iso-east-1',
  'aws-iso-b': 'us-isob-east-1',
  'aws-iso-e': 'eu-isoe-west-1',
  'aws-iso-f': 'us-isof-south-1',
  'aws-us-gov': 'us-gov-west-1',
};

/** By the partition's id. */
export const signingRegionOf = (partition: string): string => signingRegions[partition] ?? 'us-east-1';

export interface Route53Endpoint {
  readonly url: URL;
  readonly signingRegion: string;
}

/**
 * The endpoint of Route 53, one for a partition. Behind a custom endpoint is the same service: the client would sign for
 * the caller's region there, which Route 53 does not take. https://docs.aws.amazon.com/general/latest/gr/r53.html
 */
export function route53Endpoint(parameters: EndpointParameters, ignoreConfigured = false): Route53Endpoint {
  const { Region: region, UseFIPS: fips, UseDualStack: dualStack } = parameters;
  if (!region) throw new EndpointError('no region');
  const { id, dnsSuffix, dualStackDnsSuffix } = partitionOf(region);
  const signingRegion = signingRegionOf(id);
  const endpoint = ignoreConfigured ? undefined : parameters.Endpoint;
  if (endpoint) {
    if (fips) throw new EndpointError('FIPS endpoints and a custom endpoint exclude each other');
    if (dualStack) throw new EndpointError('dual-stack endpoints and a custom endpoint exclude each other');
    return { url: new URL(endpoint), signingRegion };
  }
  // All hosts of GovCloud are FIPS hosts, and named for it; the one of `aws` is for the whole partition.
  const isGov = id === 'aws-us-gov';
  const name = `route53${fips && !isGov ? '-fips' : ''}`;
  const scope = isGov ? '.us-gov' : dualStack ? '.global' : '';
  return { url: new URL(`https://${name}${scope}.${dualStack ? dualStackDnsSuffix : dnsSuffix}`), signingRegion };
}
