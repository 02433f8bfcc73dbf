import type { ProxySettings } from './proxy-settings.ts';

/** Which hosts of AWS are called, and by which way. */
export interface AwsNetwork {
  readonly proxies: ProxySettings;
  /** False: what AWS_USE_FIPS_ENDPOINT and the shared config file say. */
  readonly useFips: boolean;
  /** False: what AWS_USE_DUALSTACK_ENDPOINT and the shared config file say. */
  readonly useDualStack: boolean;
  /** True: AWS_ENDPOINT_URL and its like are to be ignored. */
  readonly ignoreEndpointUrls: boolean;
}
