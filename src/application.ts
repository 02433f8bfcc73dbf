import { shimAccessNeeds } from './access-needs.ts';
import { awspcaClusterIssuers, awspcaIssuers, type AWSPCAClusterIssuer, type AWSPCAIssuer } from './api/awspca.ts';
import type { CertificateRequest } from './api/certificate-request.ts';
import { createAwsCall } from './aws/call.ts';
import { createAwsClients } from './aws/create-aws-clients.ts';
import { Pacer } from './aws/pacing.ts';
import type { Config } from './config.ts';
import {
  connectRequestController,
  createWakeRequests,
  requestWatch,
} from './controllers/certificate-requests/request-controller.ts';
import { RequestMemories } from './controllers/certificate-requests/request-memory.ts';
import { createRequestReconciler } from './controllers/certificate-requests/request-reconciler.ts';
import { RequestWriter } from './controllers/certificate-requests/request-writer.ts';
import { createAcmReconciler } from './controllers/acm-issuers/acm-reconciler.ts';
import { createIngressShim } from './controllers/ingress-shim/ingress-shim.ts';
import { dispatchIssuers } from './controllers/issuers/dispatch-issuers.ts';
import { IdentityUsers } from './controllers/issuers/identity-users.ts';
import { connectIssuerController, createIssuerLookup } from './controllers/issuers/issuer-controller.ts';
import { createIssuerReconciler, type SignerSpec } from './controllers/issuers/issuer-reconciler.ts';
import { IssuerWriter } from './controllers/issuers/issuer-writer.ts';
import { IssuerRegistry } from './controllers/issuers/registry.ts';
import { createAcmServices } from './create-acm-services.ts';
import type { KubeClient } from './kube/client.ts';
import { createInformer } from './kube/create-informer.ts';
import { keyOf } from './kube/objects.ts';
import { type Controller, createController } from './runtime/controller.ts';
import type { FlushingEventRecorder } from './runtime/event-recorder.ts';
import type { LeaderElector } from './runtime/leader-elector.ts';
import type { ManagedController, ManagedInformer } from './runtime/managed.ts';
import type { Metrics } from './server/metrics.ts';
import { IssuingTime } from './signers/pca/issuing-time.ts';
import { PcaSigner } from './signers/pca/pca-signer.ts';
import { PcaQuota } from './signers/pca/quota.ts';
import type { Clock } from './system/clock.ts';
import type { Logger } from './system/logger.ts';
import type { Random } from './system/random.ts';

/** What the composition root hands in. */
export interface ApplicationOptions {
  readonly config: Config;
  readonly version: string;
  readonly ownNamespace: string;
  readonly client: KubeClient;
  readonly events: FlushingEventRecorder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly createId: () => string;
  readonly elector: LeaderElector | undefined;
  /** Aborted: calls to AWS that only read end. */
  readonly stopReading: AbortSignal;
}

/** The controllers and what feeds them. */
export interface Application {
  readonly informers: readonly ManagedInformer[];
  readonly controllers: readonly ManagedController[];
  close(): void;
}

/** After a call to the API server that failed: soon again, and never long. */
const backoff = { baseMs: 50, maxMs: 30_000, jitter: 0.2 };
/** Checks of issuers under way at once: they are rare, and the quota of DescribeCertificateAuthority is small. */
const issuerWorkers = 8;

/** Connects informers, reconcilers and signers. Everything runs once the manager runs what is returned. */
export function createApplication(options: ApplicationOptions): Application {
  const { client, clock, random, logger, metrics, config, events } = options;
  const feed = { client, clock, random, logger };
  const requests = createInformer<CertificateRequest>({ ...feed, ...requestWatch });
  const issuers = createInformer<AWSPCAIssuer>({ ...feed, resource: awspcaIssuers });
  const clusterIssuers = createInformer<AWSPCAClusterIssuer>({ ...feed, resource: awspcaClusterIssuers });
  const stores = { AWSPCAIssuer: issuers, AWSPCAClusterIssuer: clusterIssuers };
  const findIssuer = createIssuerLookup(stores);

  const aws = createAwsClients({
    call: createAwsCall(clock, metrics.aws, { stopReading: options.stopReading }),
    clock,
    logger,
    version: options.version,
    network: config.aws.network,
    ownRegion: config.aws.region,
  });
  const registry = new IssuerRegistry();
  const mayRun = (): boolean => holdsLease(options);
  const pacer = createPacer(options);
  const pca = createPcaSigners(options, pacer);
  const run = { clock, random, logger, createId: options.createId, metrics: metrics.controller, backoff, mayRun };

  const policy = {
    issuerAmbientCredentials: config.issuers.ambientCredentials.AWSPCAIssuer,
    clusterIssuerAmbientCredentials: config.issuers.ambientCredentials.AWSPCAClusterIssuer,
    clusterResourceNamespace: config.issuers.clusterResourceNamespace ?? options.ownNamespace,
  };
  const listIssuers = () => [...issuers.store.list(), ...clusterIssuers.store.list()];
  const acmServices = createAcmServices({ ...options, aws, policy, listIssuers, pacer });
  const issuing = {
    writer: new IssuerWriter(client, events, logger),
    identities: new IdentityUsers(aws),
    registry,
    wakeRequests: (issuerKey: string) => wakeRequests(issuerKey),
    random,
    recheckIntervalMs: config.issuers.recheckIntervalMs,
    readyGauge: metrics.issuance.issuerReady,
  };
  const issuerReconciler = dispatchIssuers({
    client,
    writer: issuing.writer,
    findIssuer,
    pca: createIssuerReconciler({
      ...issuing,
      ...{ client, aws, policy, findIssuer, clock },
      createSigner: pca.createSigner,
      quotaOf: pca.quotaOf,
    }),
    acm: createAcmReconciler({ ...issuing, services: acmServices }),
  });
  const issuerController = createController({
    ...run,
    name: 'issuer',
    concurrency: issuerWorkers,
    reconcile: issuerReconciler.reconcile,
  });

  const inCharge = { sinceMs: clock.now() };
  const requestController = createController({
    ...run,
    name: 'certificaterequest',
    concurrency: config.requests.maxConcurrentReconciles,
    reconcile: createRequestReconciler({
      signing: {
        writer: new RequestWriter(client, events),
        clock,
        random,
        approvalRequired: config.requests.approvalNeeded,
        inChargeSinceMs: () => inCharge.sinceMs,
        mayCall: mayRun,
        billed: metrics.issuance.billed,
        billingAvoided: metrics.issuance.billingAvoided,
        issued: metrics.issuance.issued,
        reportIssuerFault: (issuerKey, credentialsRefused) => {
          issuerReconciler.reportFault(issuerKey, credentialsRefused);
          issuerController.enqueue(issuerKey);
        },
      },
      memories: new RequestMemories(),
      findRequest: (key) => requests.store.get(key),
      findIssuer: (kind, name) => stores[kind].store.get(keyOf(name)),
      findSigner: (issuer) => registry.find(issuer),
    }),
  });
  // Who asks for a thousand certificates waits for them, not for being told of them.
  events.giveWayTo(() => requestController.waiting > 0);
  const wakeRequests = createWakeRequests(requestController, requests);

  const issuerLists = [
    { name: 'awspcaissuers', informer: issuers },
    { name: 'awspcaclusterissuers', informer: clusterIssuers },
  ];
  return {
    informers: [{ name: 'certificaterequests', informer: requests }, ...issuerLists],
    controllers: [
      {
        ...startingNow(issuerController, () => connectIssuerController(issuerController, [issuers, clusterIssuers])),
        // Ten thousand requests take seconds to come, and issuers can be checked meanwhile.
        lists: issuerLists,
      },
      startingNow(requestController, () => {
        inCharge.sinceMs = clock.now();
        connectRequestController(requestController, requests, [issuers, clusterIssuers]);
      }),
      ...ingressShim(options),
    ],
    close: () => {
      acmServices.close();
      aws.close();
    },
  };
}

/** It is no part of what the process waits for to be ready: it may lack its permissions. */
function ingressShim(options: ApplicationOptions): readonly Pick<Controller, 'name' | 'run'>[] {
  const { config, metrics } = options;
  const { ingressShim: settings } = config;
  if (!settings) return [];
  const shim = { settings, accessNeeds: shimAccessNeeds, metrics: metrics.controller, shimMetrics: metrics.shim };
  const controller = createIngressShim({ ...options, ...shim, mayRun: () => holdsLease(options) });
  // Whoever creates thousands of objects waits for their Certificates, not for being told of them.
  options.events.giveWayTo(() => controller.waiting > 0);
  return [controller];
}

/** How long a lease must still hold for a call to be begun under it. */
const callMarginMs = 1_000;

const holdsLease = ({ elector }: ApplicationOptions): boolean => elector?.isLeaderFor(callMarginMs) ?? true;

/**
 * Controllers start when this process has become the one in charge, and are connected then: an informer tells whoever comes
 * late what there is. Before, a queue that nobody works off would keep the key of every object that ever came and went.
 */
function startingNow(controller: Controller, started: () => void): Pick<Controller, 'name' | 'run'> {
  return {
    name: controller.name,
    run: (stop, abandon) => {
      started();
      return controller.run(stop, abandon);
    },
  };
}

/** The pace of all calls, whichever issuer makes them. */
function createPacer({ clock, metrics }: ApplicationOptions): Pacer {
  const pacer = new Pacer(clock);
  metrics.aws.onCollect(() => {
    metrics.aws.waiting.reset();
    for (const { scope, calls } of pacer.waiting()) metrics.aws.waiting.set({ ...scope }, calls);
  });
  return pacer;
}

/** What all signers of AWS Private CA share: the pace of an account's calls, and how long a CA takes. */
function createPcaSigners(
  { config, clock }: ApplicationOptions,
  pacer: Pacer,
): {
  createSigner: (spec: SignerSpec) => PcaSigner;
  quotaOf: (region: string, account: string | undefined, issuerKey: string) => PcaQuota;
} {
  const issuingTimes = new Map<string, IssuingTime>();
  const { issueCertificate, getCertificate, describeCertificateAuthority } = config.aws.rates;
  const rates = {
    IssueCertificate: issueCertificate ?? 0,
    GetCertificate: getCertificate ?? 0,
    DescribeCertificateAuthority: describeCertificateAuthority ?? 0,
  };
  // The quota is the caller's, who is not known before the first check; an ARN could name anybody.
  const quotaOf = (region: string, account = 'not known yet', issuerKey: string): PcaQuota =>
    new PcaQuota({ pacer, rates, account, region, issuerKey });
  return {
    quotaOf,
    createSigner: ({ plan, api, account, authority, issuerKey }) => {
      const issuingTime = issuingTimes.get(plan.arn) ?? new IssuingTime();
      issuingTimes.set(plan.arn, issuingTime);
      const settings = { ...plan, authorityArn: plan.arn };
      const quota = quotaOf(api.region, account, issuerKey);
      return new PcaSigner({ api, authority, settings, quota, issuingTime, clock });
    },
  };
}
