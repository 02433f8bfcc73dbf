import { ADDRCONFIG, promises as resolver } from 'node:dns';
import { createAcmeClient } from './acme/acme-client.ts';
import { createAcmeHttp } from './acme/http.ts';
import { createHttpPools } from './acme/http-pools.ts';
import type { Issuer } from './api/awspca.ts';
import type { AwsClients } from './aws/clients.ts';
import type { Pacer } from './aws/pacing.ts';
import { createNameServers, namedServers } from './aws/route53/name-servers.ts';
import { createRecords } from './aws/route53/records.ts';
import { createZones } from './aws/route53/zones.ts';
import type { Config } from './config.ts';
import type { AcmServices, AcmSignerSpec } from './controllers/acm-issuers/acm-services.ts';
import { createClusterIdentity } from './controllers/acm-issuers/cluster-identity.ts';
import type { PlanZoneIdentity } from './controllers/acm-issuers/plan-domains.ts';
import type { CredentialPolicy } from './controllers/issuers/plan-credentials.ts';
import { planRoute53 } from './controllers/issuers/plan-route53.ts';
import type { KubeClient } from './kube/client.ts';
import { AcmSigner } from './signers/acm/acm-signer.ts';
import { AcmeQuota, acmRates, directoryRates } from './signers/acm/acme-quota.ts';
import { askNameServerBy } from './signers/acm/ask-name-server.ts';
import { resolveCnameBy } from './signers/acm/follow-cname.ts';
import type { Clock } from './system/clock.ts';
import type { Logger } from './system/logger.ts';

export interface AcmServicesOptions {
  readonly config: Config;
  readonly version: string;
  readonly client: KubeClient;
  readonly aws: AwsClients;
  readonly policy: CredentialPolicy;
  readonly listIssuers: () => readonly Issuer[];
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What all issuers of public certificates share: connections, zones and records, the pace of an account's calls. */
export function createAcmServices(options: AcmServicesOptions): AcmServices & { close(): void } {
  const { config, version, client, aws, policy, listIssuers, pacer, clock, logger } = options;
  const { rates, region, wantsFips, network } = config.aws;
  const { nameServers: named } = config.dns01;
  const zones = createZones({ clock });
  const userAgent = `aws-privateca-issuer/${version}`;
  const pools = createHttpPools((caPem) => createAcmeHttp({ caPem, network, userAgent }));
  return {
    ...{ client, aws, clock, logger, listIssuers, rates: rates.acm },
    dns: {
      ...{ zones, records: createRecords({ clock, zones }), pacer, rate: rates.route53 },
      nameServers: named.length > 0 ? namedServers(named) : createNameServers({ clock }),
    },
    planning: {
      policy,
      environment: { ownRegion: region, useFips: wantsFips },
      planZoneIdentity: (issuer) => planZoneIdentity(issuer, options),
    },
    cluster: createClusterIdentity(client),
    // By the resolvers of the controller's own pod.
    resolveCname: resolveCnameBy(resolver),
    askNameServer: askNameServerBy({
      // With the dot it is whole: no search domain of the pod is tried before.
      lookup: (name) => resolver.lookup(`${name}.`, { all: true, hints: ADDRCONFIG }),
      createResolver: () => new resolver.Resolver({ timeout: 2_000, tries: 1 }),
    }),
    connectAcme: ({ directoryUrl, caPem }, key, accountUrl) =>
      createAcmeClient({ directoryUrl, http: pools.get(caPem), clock, key, accountUrl }),
    createSigner: (spec) => createSigner(spec, options),
    close: () => pools.close(),
  };
}

function planZoneIdentity(issuer: Issuer, { policy, config }: AcmServicesOptions): PlanZoneIdentity {
  return (domain, field) => {
    const surroundings = { policy, ownRegion: config.aws.region };
    const { regionNote: note, ...identity } = planRoute53(issuer, domain, field, surroundings);
    return { ...identity, ...(note !== undefined && { note }) };
  };
}

function createSigner(spec: AcmSignerSpec, { config, pacer, clock, logger }: AcmServicesOptions): AcmSigner {
  const { account, region, issuerKey, provider, client, domains, allowedKeyAlgorithms } = spec;
  const rates = provider === 'acm' ? { ...acmRates, FinalizeOrder: config.aws.rates.acmFinalize } : directoryRates;
  const quota = new AcmeQuota({ pacer, rates, account, region, issuerKey });
  const settings = { provider, client, domains, allowedKeyAlgorithms, quota };
  return new AcmSigner({ settings, clock, logger });
}
