import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { type Credentials, type CredentialSupply, fixedCredentials } from './credential-cache.ts';
import { defaultRoleSessionName } from './identity.ts';
import type { ClientSettings } from './sdk-settings.ts';
import type { StsCalls } from './sts-calls.ts';

/** What the SDK asks for where a profile, or IRSA, names a role. */
interface RoleParameters {
  readonly RoleArn?: string;
  readonly RoleSessionName?: string;
  readonly ExternalId?: string;
  readonly WebIdentityToken?: string;
  readonly DurationSeconds?: number;
}

/**
 * The default chain of the SDK, in its order: environment, profile (SSO, process, roles), IRSA, EKS Pod Identity or ECS,
 * instance metadata. Each call of what is returned reads its source anew. Roles on the way are assumed by our own calls,
 * which are counted, have a deadline, and say what failed.
 */
export function createDefaultChain(options: {
  readonly settings: ClientSettings;
  /** What the SDK finds odd about the environment, in one line. */
  readonly warn: (message: string) => void;
  readonly assumeRole: (source: CredentialSupply, input: Parameters<StsCalls['assumeRole']>[0]) => Promise<Credentials>;
  readonly assumeRoleWithWebIdentity: StsCalls['assumeRoleWithWebIdentity'];
}): () => Promise<Credentials> {
  const { settings, warn, assumeRole, assumeRoleWithWebIdentity } = options;
  const chain = fromNodeProviderChain({
    // For SSO; the calls to STS are ours.
    clientConfig: settings,
    ignoreCache: true,
    logger: { ...silent, warn: (message: unknown) => warn(String(message).replace(/\s+/g, ' ').trim()) },
    roleAssumer: (source: Credentials, parameters: RoleParameters) => {
      const { ExternalId: externalId } = parameters;
      const input = { ...toInput(parameters), ...(externalId !== undefined && { externalId }) };
      return assumeRole(fixedCredentials(source), input);
    },
    // The token is that of a file, and some end it with a newline.
    roleAssumerWithWebIdentity: (parameters: RoleParameters) =>
      assumeRoleWithWebIdentity({ ...toInput(parameters), token: (parameters.WebIdentityToken ?? '').trim() }),
  });
  return () => chain({ forceRefresh: true });
}

const nothing = (): void => undefined;
const silent = { trace: nothing, debug: nothing, info: nothing, error: nothing };

function toInput({ RoleArn = '', RoleSessionName, DurationSeconds }: RoleParameters) {
  // Where nobody names the session, the SDK makes up a name, which would be another one in each message and trail.
  const isNamed = RoleSessionName !== undefined && !/^aws-sdk-js-(?:session-)?\d+$/.test(RoleSessionName);
  return {
    role: RoleArn,
    roleSessionName: isNamed ? RoleSessionName : defaultRoleSessionName,
    ...(DurationSeconds !== undefined && { durationSeconds: DurationSeconds }),
  };
}
