import type { Logger } from '../system/logger.ts';
import type { AcmCalls } from './acm/acm-calls.ts';
import type { AwsCall } from './call.ts';
import type { PcaCalls } from './clients.ts';
import type { Credentials, CredentialSupply } from './credential-cache.ts';
import { createRequestHandler } from './request-handler.ts';
import type { AwsNetwork } from './network.ts';
import type { Route53Calls } from './route53/route53-calls.ts';
import type { ClientSettings, SdkSettings } from './sdk-settings.ts';
import type { StsCalls } from './sts-calls.ts';

/** The SDK, loaded when it is first needed. */
export interface Sdk {
  createSts(region: string, credentials?: CredentialSupply): Promise<StsCalls>;
  /** For calls that nobody signs; one client for a region. */
  unsignedSts(region: string): Promise<StsCalls>;
  createPca(region: string, credentials: CredentialSupply): Promise<PcaCalls>;
  createAcm(region: string, credentials: CredentialSupply): Promise<AcmCalls>;
  createRoute53(region: string, credentials: CredentialSupply): Promise<Route53Calls>;
  /** The default chain, for the controller's own identity. */
  createDefaultChain(region: string): Promise<() => Promise<Credentials>>;
  close(): void;
}

export function createSdk(options: {
  readonly call: AwsCall;
  readonly logger: Pick<Logger, 'warn'>;
  readonly version: string;
  readonly network: AwsNetwork;
}): Sdk {
  const { call, logger, version, network } = options;
  const requestHandler = createRequestHandler(network.proxies);
  const settings = (region: string): ClientSettings => ({
    region,
    requestHandler,
    // Repeating is decided where it is known what a repetition costs, and no worker sleeps inside a client.
    maxAttempts: 1,
    customUserAgent: [['aws-privateca-issuer', version]],
    ...(network.useFips && { useFipsEndpoint: true }),
    ...(network.useDualStack && { useDualstackEndpoint: true }),
    ignoreConfiguredEndpointUrls: network.ignoreEndpointUrls,
  });
  const signing = (region: string, credentials?: CredentialSupply): SdkSettings => ({
    ...settings(region),
    credentials: credentials ? forClient(credentials) : noCredentials,
  });
  const createSts: Sdk['createSts'] = async (region, credentials) => {
    const { createStsCalls } = await import('./sts-calls.ts');
    return createStsCalls(signing(region, credentials), call);
  };
  const unsigned = new Map<string, Promise<StsCalls>>();
  const unsignedSts: Sdk['unsignedSts'] = (region) => {
    const known = unsigned.get(region) ?? createSts(region);
    unsigned.set(region, known);
    return known;
  };
  return {
    createSts,
    unsignedSts,
    createPca: async (region, credentials) => {
      const { createPcaCalls } = await import('./clients.ts');
      return createPcaCalls(signing(region, credentials), call);
    },
    createAcm: async (region, credentials) => {
      const { createAcmCalls } = await import('./acm/create-acm-calls.ts');
      return createAcmCalls(signing(region, credentials), call);
    },
    createRoute53: async (region, credentials) => {
      const { createRoute53Calls } = await import('./route53/create-route53-calls.ts');
      return createRoute53Calls(signing(region, credentials), call);
    },
    createDefaultChain: async (region) => {
      const { createDefaultChain } = await import('./default-chain.ts');
      return createDefaultChain({
        settings: settings(region),
        warn: (message) => logger.warn({}, message),
        assumeRole: async (source, input) => (await createSts(region, source)).assumeRole(input),
        assumeRoleWithWebIdentity: async (input) => (await unsignedSts(region)).assumeRoleWithWebIdentity(input),
      });
    },
    close: () => requestHandler.destroy(),
  };
}

const longAgo = new Date(0);

/** Said to have ended, so that a client asks each time: its own cache would keep them beyond a refusal, or for ever. */
function forClient(supply: CredentialSupply): () => Promise<Credentials> {
  return async () => ({ ...(await supply.get()), expiration: longAgo });
}

/** A client without credentials must never find some by itself. */
async function noCredentials(): Promise<never> {
  throw new Error('this client has no credentials');
}
