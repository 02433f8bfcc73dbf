import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Credentials } from './credential-cache.ts';

/** What the SDK's clients have in common. */
export interface ClientSettings {
  readonly region: string;
  readonly requestHandler: NodeHttpHandler;
  readonly maxAttempts: number;
  readonly customUserAgent: [name: string, version: string][];
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  /** The older client does not know of AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. */
  readonly ignoreConfiguredEndpointUrls: boolean;
}

/** What a client of the SDK is made with. */
export interface SdkSettings extends ClientSettings {
  readonly credentials: () => Promise<Credentials>;
}
