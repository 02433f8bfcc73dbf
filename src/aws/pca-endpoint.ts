import { partitionOf } from './partitions.ts';

/** What decides the host, as the SDK puts it together from constructor, environment and shared config file. */
export interface EndpointParameters {
  readonly Region?: string | undefined;
  readonly UseFIPS?: boolean | undefined;
  readonly UseDualStack?: boolean | undefined;
  /** AWS_ENDPOINT_URL_ACM_PCA, AWS_ENDPOINT_URL, or `endpoint_url` of the profile. */
  readonly Endpoint?: string | undefined;
}

/** No host can be told for these settings. Named as the SDK names its own, where it is nothing more particular. */
export class EndpointError extends Error {
  override readonly name: 'EndpointError' | 'NoFipsEndpoint' | 'NoAcmeInPartition';

  constructor(message: string, name: EndpointError['name'] = 'EndpointError') {
    super(message);
    this.name = name;
  }
}

/**
 * The endpoint of ACM PCA. The client for it is of 2024 and knows neither the European Sovereign Cloud nor all dual-stack
 * hosts; so it is told. https://docs.aws.amazon.com/general/latest/gr/pca.html
 */
export function pcaEndpoint(parameters: EndpointParameters): URL {
  const { Region: region, UseFIPS: fips, UseDualStack: dualStack, Endpoint: endpoint } = parameters;
  if (endpoint) {
    if (fips) throw new EndpointError('FIPS endpoints and a custom endpoint exclude each other');
    if (dualStack) throw new EndpointError('dual-stack endpoints and a custom endpoint exclude each other');
    return new URL(endpoint);
  }
  if (!region) throw new EndpointError('no region');
  const { id, dnsSuffix, dualStackDnsSuffix } = partitionOf(region);
  // All hosts of GovCloud are FIPS hosts; only the dual-stack ones say so.
  const saysFips = fips && (id !== 'aws-us-gov' || dualStack);
  return new URL(`https://acm-pca${saysFips ? '-fips' : ''}.${region}.${dualStack ? dualStackDnsSuffix : dnsSuffix}`);
}
