import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import { accessNeeds } from './access-needs.ts';
import { createApplication } from './application.ts';
import { type Config, parseConfig } from './config.ts';
import { loadKubeConfig } from './kube/config.ts';
import { errorCode } from './kube/error-code.ts';
import { KubeConfigError, type KubeConnectionSource } from './kube/connection-source.ts';
import { renderRule, reviewAccess } from './kube/access-review.ts';
import type { KubeClient } from './kube/client.ts';
import { createKubeClient } from './kube/rest-client.ts';
import { createLogger, standardError } from './logging.ts';
import { decideOwnNamespace } from './own-namespace.ts';
import { createEventRecorder } from './runtime/event-recorder.ts';
import { createLeaderElector, type LeaderElector } from './runtime/leader-elector.ts';
import { createManager, type Ending, type Manager } from './runtime/manager.ts';
import { createPing } from './server/health.ts';
import { ListenError } from './server/http-server.ts';
import { createMetrics, type Metrics } from './server/metrics.ts';
import { createMetricsServer } from './server/metrics-server.ts';
import { createProbeServer } from './server/probe-server.ts';
import { describeClash, type GivenAddress, type ListenAddress } from './server/listen-address.ts';
import { systemClock } from './system/clock.ts';
import type { Logger } from './system/logger.ts';
import { version } from './version.ts';

/** The Lease of aws-privateca-issuer: while both run, during an upgrade, only one of them signs. */
const leaseName = 'b858308c.awspca.cert-manager.io';
const reportingController = 'awspcaissuer-controller';
const serviceAccountNamespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const userAgent = `aws-privateca-issuer/${version}`;

/** A start that cannot succeed; `message` is all that its reader needs. */
class StartError extends Error {
  override readonly name = 'StartError';
}

const clock = systemClock;
const random = Math.random;
const createId = randomUUID;

process.exitCode = await main();
// What is still open now, an abandoned socket say, must not keep the process.
process.exit();

async function main(): Promise<number> {
  const parsed = parseConfig(process.argv.slice(2), process.env);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(parsed.text);
      return 0;
    case 'version':
      process.stdout.write(`${version}\n`);
      return 0;
    case 'error':
      process.stderr.write(`${parsed.messages.join('\n')}\nSee --help.\n`);
      return 2;
    case 'config':
      return run(parsed.config);
  }
}

async function run(config: Config): Promise<number> {
  const logger = createLogger({ ...config.logging, destination: standardError(), clock }).child({ logger: 'manager' });
  for (const warning of config.warnings) logger.warn({}, warning);
  logger.info({ version, node: process.version }, 'starting');
  try {
    const ending = await start(config, logger);
    return report(ending, logger);
  } catch (error) {
    // These say all there is to say; where in the program they were found helps nobody.
    const isPlain = error instanceof StartError || error instanceof KubeConfigError;
    logger.error(isPlain ? {} : { error }, error instanceof Error ? error.message : 'the start failed');
    return 1;
  }
}

function report({ cause, detail, error, unfinished }: Ending, logger: Logger): number {
  if (error instanceof ListenError) logger.error({}, error.message);
  else if (cause === 'requested') logger.info({ unfinished }, 'stopped');
  else logger.error({ cause, error, unfinished }, detail);
  return cause === 'requested' ? 0 : 1;
}

async function start(config: Config, logger: Logger): Promise<Ending> {
  const addresses = {
    metrics: given('metrics-bind-address', config.servers.metrics),
    probes: given('health-probe-bind-address', config.servers.probes),
  };
  const clash = describeClash(addresses.metrics, addresses.probes);
  if (clash !== undefined) throw new StartError(clash);

  const { kubeconfig: kubeconfigPath } = config.kubernetes;
  const source = await loadKubeConfig({ environment: process.env, kubeconfigPath, clock, logger });
  const metrics = createMetrics();
  const client = connect(source, metrics);
  const ownNamespace = await findOwnNamespace(config, source);
  const events = createEventRecorder({
    ...{ client, clock, random, logger, createId, reportingController, dropped: metrics.events },
    reportingInstance: `${reportingController}-${hostname()}`.slice(0, 128),
  });
  const elector = createElector(config, source, metrics, ownNamespace, logger);
  const reading = new AbortController();
  const application = createApplication({
    stopReading: reading.signal,
    ...{ config, version, ownNamespace, client, events, metrics, clock, random, createId, elector },
    logger: logger.child({ logger: 'controller' }),
  });
  const manager: Manager = createManager({
    servers: [
      createMetricsServer({ registry: metrics.registry, ...addresses.metrics }),
      createProbeServer({
        ...addresses.probes,
        checks: {
          healthz: [createPing('health')],
          readyz: [createPing('check'), { name: 'synced', check: () => manager.checkReady() }],
          livez: [createPing('ping'), { name: 'leader-election', check: () => elector?.checkHealth() }],
        },
      }),
    ],
    informers: application.informers,
    controllers: application.controllers,
    events,
    stopReading: () => reading.abort(),
    clock,
    logger,
    ...(elector ? { elector } : {}),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => manager.stop(signal));
  await reportMissingAccess(client, config, ownNamespace, logger);
  const ending = await manager.run();
  application.close();
  return ending;
}

function given(flag: string, address: ListenAddress | undefined): GivenAddress {
  return { address, flag: address ? `--${flag} ${address.host}:${address.port}` : `--${flag} 0` };
}

function connect(source: KubeConnectionSource, metrics: Metrics, suffix = ''): KubeClient {
  return createKubeClient({
    source,
    clock,
    userAgent: userAgent + suffix,
    onRequest: ({ code, method, host }) => metrics.restClientRequests.inc({ code, method, host }),
  });
}

async function findOwnNamespace(config: Config, source: KubeConnectionSource): Promise<string> {
  const { podNamespace } = config.kubernetes;
  const serviceAccountNamespace = podNamespace?.trim() ? undefined : await readServiceAccountNamespace();
  return decideOwnNamespace({ podNamespace, serviceAccountNamespace, kubeconfigNamespace: source.namespace });
}

async function readServiceAccountNamespace(): Promise<string | undefined> {
  return readFile(serviceAccountNamespaceFile, 'utf8').catch((error: unknown) => {
    // Outside a cluster there is no such file, which is nobody's fault.
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw new StartError(
      `${serviceAccountNamespaceFile} cannot be read (${errorCode(error) ?? 'unknown cause'}); set POD_NAMESPACE, or see to the permissions of the mounted token`,
      { cause: error },
    );
  });
}

function createElector(
  config: Config,
  source: KubeConnectionSource,
  metrics: Metrics,
  ownNamespace: string,
  logger: Logger,
): LeaderElector | undefined {
  if (!config.leaderElection.enabled) return undefined;
  return createLeaderElector({
    client: connect(source, metrics, ' leader-election'),
    lease: { namespace: config.leaderElection.namespace ?? ownNamespace, name: leaseName },
    identity: `${hostname()}_${createId()}`,
    clock,
    random,
    logger,
    isMaster: metrics.leaderElection,
  });
}

/** Names what is missing before it fails in the middle of something. The controller starts all the same: rights may come. */
async function reportMissingAccess(
  client: KubeClient,
  config: Config,
  ownNamespace: string,
  logger: Logger,
): Promise<void> {
  const leaseNamespace = config.leaderElection.namespace ?? ownNamespace;
  const needs = accessNeeds({ leaderElection: config.leaderElection.enabled, leaseNamespace });
  try {
    for (const need of await reviewAccess(client, needs, { timeoutMs: 5_000 })) {
      const place = need.namespace === undefined ? 'its ClusterRole' : `a Role in namespace ${need.namespace}`;
      logger.warn({ ...need, rule: renderRule(need) }, `the controller lacks a permission: add this rule to ${place}`);
    }
  } catch (error) {
    logger.warn({ error }, 'the permissions of the controller could not be checked');
  }
}
