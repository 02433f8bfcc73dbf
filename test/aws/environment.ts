import type { Identity } from './model.ts';

/** Environment variables with which the AWS SDK talks to the stand-in as this identity, and to nothing else. */
export function environmentFor(endpoint: string, identity: Identity, region = 'us-east-1'): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    ...(identity.sessionToken !== undefined && { AWS_SESSION_TOKEN: identity.sessionToken }),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
