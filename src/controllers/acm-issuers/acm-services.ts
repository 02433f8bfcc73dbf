import type { AccountKey } from '../../acme/account-key.ts';
import type { AcmeClient } from '../../acme/acme-client.ts';
import type { AwsClients } from '../../aws/clients.ts';
import type { IdentitySpec } from '../../aws/identity.ts';
import type { AcmRates } from '../../aws/paced.ts';
import type { Issuer } from '../../api/awspca.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { AskNameServer } from '../../signers/acm/ask-name-server.ts';
import type { ResolveCname } from '../../signers/acm/follow-cname.ts';
import type { AcmDomain } from '../../signers/acm/settings.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Clock } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import type { SharedDns } from './domain-records.ts';
import type { AssertedRecord, ToldAcm } from './ensure-domains.ts';
import type { AcmPlanOptions } from './plan-acm-issuer.ts';
import type { ResumedReads } from './resumed-reads.ts';

/** What one ACME server is reached with. */
export interface AcmeServer {
  readonly directoryUrl: string;
  /** PEM: CAs to trust beside the usual ones. */
  readonly caPem: string | undefined;
}

/** Everything that makes one signer of public certificates different from another. */
export interface AcmSignerSpec {
  readonly issuerKey: string;
  readonly provider: 'acm' | 'rfc8555';
  /** Of a registered account. */
  readonly client: AcmeClient;
  readonly domains: readonly AcmDomain[];
  readonly allowedKeyAlgorithms: readonly string[];
  /** Whose quotas: the AWS account and region of the endpoint; elsewhere the host of the directory, and ''. */
  readonly account: string;
  readonly region: string;
}

/** What checks of issuers of public certificates work with. */
export interface AcmServices {
  readonly client: KubeClient;
  readonly aws: AwsClients;
  readonly dns: SharedDns;
  readonly rates: AcmRates;
  readonly planning: AcmPlanOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connectAcme: (server: AcmeServer, key: AccountKey, accountUrl: string | undefined) => AcmeClient;
  /** The cluster's identity; throws ClusterUnknown. */
  readonly cluster: () => Promise<string>;
  readonly listIssuers: () => readonly Issuer[];
  /** Asks the public DNS. */
  readonly resolveCname: ResolveCname;
  /** Asks one name server itself. */
  readonly askNameServer: AskNameServer;
  readonly createSigner: (spec: AcmSignerSpec) => Signer;
}

/** One check of one issuer. */
export interface AcmRun {
  readonly services: AcmServices;
  readonly issuer: Issuer;
  readonly issuerKey: string;
  /** Told of each identity before it is used. */
  readonly using: (spec: IdentitySpec) => void;
  /** How often ACM gave up on each domain since it last was VALID. */
  readonly failures: Map<string, number>;
  /** Domains whose record was written and is not known to be on all name servers. */
  readonly writing: Set<string>;
  /** Domains whose record stood while others had to wait. */
  readonly asserted: Map<string, AssertedRecord>;
  /** What ACM was told last of each domain. */
  readonly told: Map<string, ToldAcm>;
  /** What the last check read at ACM, where it was held back. */
  readonly reads: ResumedReads;
  /** Signing failed in a way that a missing record would explain: a record that cannot be asserted is a fault then. */
  readonly isSuspect: boolean;
}
