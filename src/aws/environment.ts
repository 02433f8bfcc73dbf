import type { AwsNetwork } from './network.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The region of the controller itself. The SDK for JavaScript ignores AWS_DEFAULT_REGION, which other tools know. */
export function ownRegion({ AWS_REGION, AWS_DEFAULT_REGION }: Environment): string | undefined {
  return AWS_REGION?.trim() || AWS_DEFAULT_REGION?.trim() || undefined;
}

/** For the services that are called. https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
const endpointVariables = [
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_ACM',
  'AWS_ENDPOINT_URL_ACM_PCA',
  'AWS_ENDPOINT_URL_ROUTE_53',
  'AWS_ENDPOINT_URL_STS',
] as const;

/** What no SDK can obey: a kind of host, and a host of one's own. A sentence each. */
export function findEndpointFaults(network: Omit<AwsNetwork, 'proxies'>, environment: Environment): string[] {
  if (network.ignoreEndpointUrls) return [];
  const kinds = [
    { given: network.useFips, flag: '--use-fips-endpoint', variable: 'AWS_USE_FIPS_ENDPOINT' },
    { given: network.useDualStack, flag: '--use-dualstack-endpoint', variable: 'AWS_USE_DUALSTACK_ENDPOINT' },
  ];
  const wanted = kinds.flatMap(({ given, flag, variable }) => {
    if (given) return [flag];
    return environment[variable] === 'true' ? [variable] : [];
  });
  const urls = endpointVariables.filter((name) => environment[name]);
  const malformed = urls.filter(
    (name) => !/^https?:/.test(environment[name] ?? '') || !URL.canParse(environment[name] ?? ''),
  );
  return [
    ...malformed.map((name) => `${name} is no URL. It looks like https://host.example.com`),
    ...wanted.flatMap((kind) =>
      urls.map(
        (name) => `${kind} and ${name} exclude each other: a custom endpoint is called as it is. Take one away.`,
      ),
    ),
  ];
}
