import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import { acmOperations } from './acm/acm-calls.ts';
import type { AwsCall } from './call.ts';
import type { AwsApi, AwsClients } from './clients.ts';
import { type CallNames, type CallsOnly, forward } from './forward.ts';
import { identityKey, type IdentitySpec, rolesOf } from './identity.ts';
import type { AwsNetwork } from './network.ts';
import type { Principal } from './principal.ts';
import { Principals } from './principals.ts';
import { route53Operations } from './route53/route53-calls.ts';
import { createSdk, type Sdk } from './sdk.ts';

export interface AwsClientsOptions {
  readonly call: AwsCall;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly version: string;
  readonly network: AwsNetwork;
  /** Where the controller's own credentials are fetched; undefined: in the region of the issuer that needs them first. */
  readonly ownRegion: string | undefined;
}

export function createAwsClients({ clock, ownRegion, ...options }: AwsClientsOptions): AwsClients {
  const sdk = createSdk(options);
  const principals = new Principals(sdk, clock, ownRegion);
  const known = new Map<string, AwsApi>();
  return {
    get(spec) {
      const key = identityKey(spec);
      const api = known.get(key) ?? createAwsApi(spec, principals.acquire(spec), sdk);
      known.set(key, api);
      return api;
    },
    forget(spec) {
      known.delete(identityKey(spec));
      principals.release(spec);
    },
    close: () => sdk.close(),
  };
}

function createAwsApi(spec: IdentitySpec, principal: Principal, sdk: Sdk): AwsApi {
  const { region } = spec;
  const sts = () => principal.sts(region);
  let loading: ReturnType<Sdk['createPca']> | undefined;
  const pca = () => (loading ??= sdk.createPca(region, principal));
  return {
    region,
    roles: rolesOf(spec),
    issueCertificate: (input) => principal.perform(async () => (await pca()).issueCertificate(input)),
    getCertificate: (authorityArn, certificateArn) =>
      principal.perform(async () => (await pca()).getCertificate(authorityArn, certificateArn)),
    describeCertificateAuthority: (arn) =>
      principal.perform(async () => (await pca()).describeCertificateAuthority(arn)),
    getCertificateAuthorityCertificate: (arn) =>
      principal.perform(async () => (await pca()).getCertificateAuthorityCertificate(arn)),
    getCallerIdentity: () => principal.perform(async () => (await sts()).getCallerIdentity()),
    acm: loaded(principal, acmOperations, () => sdk.createAcm(region, principal)),
    route53: loaded(principal, route53Operations, () => sdk.createRoute53(region, principal)),
  };
}

/** Calls under a principal whose client is loaded with the first of them. */
function loaded<T extends CallsOnly<T>>(principal: Principal, names: CallNames<T>, load: () => Promise<T>): T {
  let loading: Promise<T> | undefined;
  return forward<T>(names, (_, __, send) => principal.perform(async () => send(await (loading ??= load()))));
}
