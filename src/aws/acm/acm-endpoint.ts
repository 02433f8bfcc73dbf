import { EndpointError, type EndpointParameters } from '../pca-endpoint.ts';
import { partitionOf } from '../partitions.ts';

/** Which of ACM's two services an operation belongs to: the older one, or ACME's control plane. */
export interface AcmEndpointParameters extends EndpointParameters {
  readonly ServiceType?: string | undefined;
}

/** Where ACM has ACME endpoints. https://docs.aws.amazon.com/acm/latest/userguide/acme.html */
const withAcme: ReadonlySet<string> = new Set(['aws', 'aws-us-gov']);

/**
 * The endpoint of ACM. As the client knows it itself, which would tell neither what cannot be, nor by which setting.
 * https://docs.aws.amazon.com/general/latest/gr/acm.html
 */
export function acmEndpoint(parameters: AcmEndpointParameters, ignoreConfigured = false): URL {
  const { Region: region, UseFIPS: fips, UseDualStack: dualStack, ServiceType: service } = parameters;
  const endpoint = ignoreConfigured ? undefined : parameters.Endpoint;
  if (endpoint) return customEndpoint(endpoint, parameters);
  if (!region) throw new EndpointError('no region');
  const { id, dnsSuffix, dualStackDnsSuffix } = partitionOf(region);
  if (service === 'ACM-ACME') {
    if (!withAcme.has(id))
      throw new EndpointError(`ACM has no ACME endpoints in partition ${id} (region ${region})`, 'NoAcmeInPartition');
    if (fips) throw new EndpointError('ACM has no FIPS endpoints for its ACME operations', 'NoFipsEndpoint');
    return new URL(`https://acm-acme.${region}.${dualStackDnsSuffix}`);
  }
  const saysFips = fips && (id !== 'aws-us-gov' || dualStack);
  return new URL(`https://acm${saysFips ? '-fips' : ''}.${region}.${dualStack ? dualStackDnsSuffix : dnsSuffix}`);
}

function customEndpoint(endpoint: string, { UseFIPS: fips, UseDualStack: dualStack }: AcmEndpointParameters): URL {
  if (fips) throw new EndpointError('FIPS endpoints and a custom endpoint exclude each other');
  if (dualStack) throw new EndpointError('dual-stack endpoints and a custom endpoint exclude each other');
  return new URL(endpoint);
}
