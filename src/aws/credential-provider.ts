import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { fromNodeProviderChain, fromTemporaryCredentials, fromWebToken } from '@aws-sdk/credential-providers';
import type { IdentitySpec } from './identity.ts';

type AwsCredentialIdentityProvider = ReturnType<typeof fromNodeProviderChain>;

/** How the STS clients inside the providers call: as our own clients do. */
export interface ClientSettings {
  readonly requestHandler: NodeHttpHandler;
  readonly maxAttempts: number;
  readonly customUserAgent: [name: string, version: string][];
}

/** A provider for the SDK's clients, which cache what it returns until shortly before it expires. */
export function createCredentialProvider(spec: IdentitySpec, settings: ClientSettings): AwsCredentialIdentityProvider {
  const clientConfig = { ...settings, region: spec.region };
  const source = sourceProvider(spec, clientConfig);
  return spec.roles.reduce(
    (masterCredentials, { arn, externalId }) =>
      fromTemporaryCredentials({
        masterCredentials,
        params: {
          RoleArn: arn,
          RoleSessionName: spec.roleSessionName,
          ...(externalId !== undefined && { ExternalId: externalId }),
        },
        clientConfig,
      }),
    source,
  );
}

function sourceProvider(
  { source, roleSessionName }: IdentitySpec,
  clientConfig: ClientSettings & { readonly region: string },
): AwsCredentialIdentityProvider {
  switch (source.kind) {
    case 'ambient':
      return fromNodeProviderChain({ clientConfig });
    case 'static': {
      const { accessKeyId, secretAccessKey, sessionToken } = source;
      return async () => ({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) });
    }
    case 'webIdentity':
      return async () => {
        const webIdentityToken = await source.requestToken();
        return fromWebToken({ roleArn: source.role, roleSessionName, webIdentityToken, clientConfig })();
      };
  }
}
