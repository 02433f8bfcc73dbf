import { createHash } from 'node:crypto';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { type CredentialOperation, toAwsError } from './errors.ts';

/** Where credentials come from before any role is assumed. */
export type CredentialSource =
  /** The AWS SDK's default chain: environment, shared files, IRSA, EKS Pod Identity, instance metadata. */
  | { readonly kind: 'ambient' }
  | {
      readonly kind: 'static';
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** What a person calls it: `Secret <namespace>/<name>`. */
      readonly origin: string;
    };

/** Everything that decides which identity AWS sees. */
export interface IdentitySpec {
  readonly source: CredentialSource;
  /** ARN of a role to assume with the source's credentials. */
  readonly role?: string;
  readonly region: string;
}

/** Stable in every trail and message; the name that the Go issuer uses too. */
export const roleSessionName = 'aws-privateca-issuer';

/** Two specs with the same key make the same identity. A digest, because it is made from secrets. */
export function identityKey({ source, role, region }: IdentitySpec): string {
  const secret = source.kind === 'static' ? [source.accessKeyId, source.secretAccessKey] : [];
  return createHash('sha256')
    .update(JSON.stringify([source.kind, ...secret, role ?? null, region]))
    .digest('hex');
}

/** Tells a person where the credentials come from, without telling anything of them. */
export function describeSource({ source, role }: IdentitySpec): string {
  const base = source.kind === 'static' ? source.origin : 'ambient credentials of the controller';
  return role === undefined ? base : `role ${role} assumed with ${base}`;
}

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
  if (spec.role === undefined) return source;
  const assumed = fromTemporaryCredentials({
    masterCredentials: source,
    params: { RoleArn: spec.role, RoleSessionName: roleSessionName },
    clientConfig,
  });
  return named('AssumeRole', assumed);
}

/** The provider, with errors of AWS named after its own call rather than the one that it makes credentials for. */
function named(operation: CredentialOperation, provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  return async (...parameters) => {
    try {
      return await provider(...parameters);
    } catch (error) {
      const isAnswered = typeof error === 'object' && error !== null && '$metadata' in error;
      throw isAnswered ? toAwsError(operation, error) : error;
    }
  };
}

function sourceProvider(
  { source }: IdentitySpec,
  clientConfig: ClientSettings & { readonly region: string },
): AwsCredentialIdentityProvider {
  // In a cluster, the one AWS service that the default chain itself calls is STS, with the ServiceAccount's token.
  if (source.kind === 'ambient') return named('AssumeRoleWithWebIdentity', fromNodeProviderChain({ clientConfig }));
  const { accessKeyId, secretAccessKey } = source;
  return async () => ({ accessKeyId, secretAccessKey });
}
