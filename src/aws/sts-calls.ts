import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type Credentials as StsCredentials,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { Stopping } from '../system/stopping.ts';
import type { AwsCall } from './call.ts';
import type { Credentials } from './credential-cache.ts';
import { atHop, type CredentialHop, toAwsError } from './errors.ts';
import { required } from './required.ts';
import type { SdkSettings } from './sdk-settings.ts';

export interface AssumeRoleInput {
  readonly role: string;
  readonly roleSessionName: string;
  /** Seconds; undefined: STS's own default, an hour. */
  readonly durationSeconds?: number;
}

/** The calls to STS under one principal, or under none, in one region. Each throws AwsError. */
export interface StsCalls {
  assumeRole(input: AssumeRoleInput & { readonly externalId?: string }): Promise<Credentials>;
  /** Signed by nobody: the token is the proof. */
  assumeRoleWithWebIdentity(input: AssumeRoleInput & { readonly token: string }): Promise<Credentials>;
  getCallerIdentity(): Promise<{ arn: string; account: string }>;
}

export function createStsCalls(settings: SdkSettings, call: AwsCall): StsCalls {
  const sts = new STSClient(settings);
  return {
    assumeRole: ({ role, roleSessionName, durationSeconds, externalId }) =>
      onTheWay({ role, operation: 'AssumeRole' }, () =>
        call('sts', 'AssumeRole', async (options) => {
          const input = {
            ...{ RoleArn: role, RoleSessionName: roleSessionName, DurationSeconds: durationSeconds },
            ExternalId: externalId,
          };
          return toCredentials((await sts.send(new AssumeRoleCommand(input), options)).Credentials);
        }),
      ),
    assumeRoleWithWebIdentity: ({ role, roleSessionName, durationSeconds, token }) =>
      onTheWay({ role, operation: 'AssumeRoleWithWebIdentity' }, () =>
        call('sts', 'AssumeRoleWithWebIdentity', async (options) => {
          const input = {
            ...{ RoleArn: role, RoleSessionName: roleSessionName, DurationSeconds: durationSeconds },
            WebIdentityToken: token,
          };
          return toCredentials((await sts.send(new AssumeRoleWithWebIdentityCommand(input), options)).Credentials);
        }),
      ),
    getCallerIdentity: () =>
      call('sts', 'GetCallerIdentity', async (options) => {
        const output = await sts.send(new GetCallerIdentityCommand({}), options);
        return { arn: required(output.Arn, 'Arn'), account: required(output.Account, 'Account') };
      }),
  };
}

/** Whoever waits for these credentials learns where the way ended. */
async function onTheWay<T>(hop: CredentialHop, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (thrown) {
    if (thrown instanceof Stopping) throw thrown;
    throw atHop(toAwsError(hop.operation, thrown), hop);
  }
}

function toCredentials(credentials: StsCredentials | undefined): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = required(credentials, 'Credentials');
  return {
    accessKeyId: required(AccessKeyId, 'AccessKeyId'),
    secretAccessKey: required(SecretAccessKey, 'SecretAccessKey'),
    ...(SessionToken !== undefined && { sessionToken: SessionToken }),
    ...(Expiration && { expiration: Expiration }),
  };
}
