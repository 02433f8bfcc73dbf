import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClusterAccess, type ConnectionFacts, type ControlPlanePrograms } from './access/cluster-access.ts';
import { writeKubeconfig } from './access/kubeconfig.ts';
import type { Log } from './programs/progress.ts';
import {
  certManagerCommand,
  CLIENT_RANK,
  controllerManagerCommand,
  type CertManagerOptions,
} from './servers/command-lines.ts';
import { applyCrdFolders } from './servers/custom-resources.ts';
import { BUILT_IN_USERS, planLayout, writeLayout, type Layout } from './servers/layout.ts';
import { KeptRunning } from './servers/kept-running.ts';
import { ServerEnded, ServerPair } from './servers/server-pair.ts';
import { Supervisor, type ProcessSpec, type SupervisedProcess } from './supervisor/supervisor.ts';
import { eventually } from './wait.ts';

export interface ControlPlaneOptions {
  /** From ensurePrograms(CONTROL_PLANE_PROGRAMS, …). */
  readonly programs: ControlPlanePrograms;
  /** Told when a controller ended that nobody stopped; it is started again. */
  readonly log?: Log;
  /** Starts cert-manager's controllers, too. Its CRDs are there in any case. */
  readonly certManager?: CertManagerOptions;
  /** False: the CRDs of the Gateway API are missing, until `installGatewayApi`. Default true. */
  readonly gatewayApi?: boolean;
  /** Folders with CRDs to create beside cert-manager's. Default: this project's. */
  readonly crdFolders?: readonly string[];
  /** Further flags for the API server. */
  readonly apiServerArguments?: readonly string[];
}

const OWN_CRDS = fileURLToPath(new URL('../../crds', import.meta.url));
const ATTEMPTS = 3;

/**
 * Starts etcd, kube-apiserver and kube-controller-manager in a temporary folder of their own, listening on loopback
 * only, with cert-manager's CRDs. They end with `stop`, or else with this process, however it ends.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const supervisor = await Supervisor.start(join(tmpdir(), 'aws-privateca-issuer-'));
  try {
    const { layout, servers } = await startServers(supervisor, options);
    const plane = new ControlPlane(
      await describeConnection(layout, options.programs),
      supervisor,
      servers,
      layout,
      options.log,
    );
    await plane.prepare(options);
    return plane;
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

interface StartedServers {
  readonly layout: Layout;
  readonly servers: ServerPair;
}

/** Somebody may take a free port before its server does: then once more, with others. */
async function startServers(supervisor: Supervisor, options: ControlPlaneOptions): Promise<StartedServers> {
  for (let attempt = 1; ; attempt++) {
    const layout = await planLayout(supervisor.folder);
    await writeLayout(layout);
    const servers = new ServerPair(supervisor, options.programs, layout, options.apiServerArguments ?? []);
    try {
      await servers.start();
      return { layout, servers };
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof ServerEnded) || !error.isPortTaken) throw error;
      await servers.stop();
    }
  }
}

async function describeConnection(layout: Layout, programs: ControlPlanePrograms): Promise<ConnectionFacts> {
  const { url, folder, caFile, auditLog } = layout;
  const adminKubeconfigPath = join(folder, 'admin.kubeconfig');
  const adminToken = layout.tokens.admin;
  await writeKubeconfig(adminKubeconfigPath, { url, caFile, user: BUILT_IN_USERS.admin, token: adminToken });
  return { url, folder, caFile, adminKubeconfigPath, adminToken, auditLogPath: auditLog, programs };
}

/** A running control plane and the means to disturb it. */
export class ControlPlane extends ClusterAccess {
  readonly #supervisor: Supervisor;
  readonly #servers: ServerPair;
  readonly #layout: Layout;
  readonly #log: Log;
  #certManager: KeptRunning | undefined;

  constructor(
    facts: ConnectionFacts,
    supervisor: Supervisor,
    servers: ServerPair,
    layout: Layout,
    log: Log = () => undefined,
  ) {
    super(facts);
    this.#supervisor = supervisor;
    this.#servers = servers;
    this.#layout = layout;
    this.#log = log;
  }

  /** What startControlPlane does once the API server answers. */
  async prepare(options: ControlPlaneOptions): Promise<void> {
    const certManagerCrds = join(dirname(options.programs['cert-manager']), 'crds');
    const gatewayApi = options.gatewayApi === false ? [] : [this.#gatewayApiCrds];
    // Before the controller manager starts: its garbage collector looks for new resources only every 30 s.
    await applyCrdFolders(this, [certManagerCrds, ...gatewayApi, ...(options.crdFolders ?? [OWN_CRDS])]);
    await this.#startControllerManager();
    await this.#createNamespaces();
    if (options.certManager) await this.startCertManager(options.certManager);
  }

  /** Creates the CRDs of Gateway and ListenerSet in a control plane that was started without them. */
  installGatewayApi(): Promise<void> {
    return applyCrdFolders(this, [this.#gatewayApiCrds]);
  }

  get #gatewayApiCrds(): string {
    return join(dirname(this.facts.programs['cert-manager']), 'gateway-api-crds');
  }

  /** A folder that is gone when the control plane is stopped. */
  get folder(): string {
    return this.#layout.folder;
  }

  stopApiServer(): Promise<void> {
    return this.#servers.stopApiServer();
  }

  /** Resolves when it is ready. Same address, same certificate, same data. */
  startApiServer(): Promise<void> {
    return this.#servers.startApiServer();
  }

  async restartApiServer(): Promise<void> {
    await this.stopApiServer();
    await this.startApiServer();
  }

  /** Resolves when the API server is ready again (if it runs). */
  restartEtcd(): Promise<void> {
    return this.#servers.restartEtcd();
  }

  /** Resolves with the process once it runs; its controllers need about two seconds more. */
  async startCertManager(options: CertManagerOptions = {}): Promise<Pick<KeptRunning, 'pid'>> {
    if (this.#certManager) throw new Error('cert-manager is running');
    const kubeconfig = await this.#kubeconfig('certManager');
    this.#certManager = await this.#keepRunning(certManagerCommand(this.facts.programs, kubeconfig, options));
    return this.#certManager;
  }

  async stopCertManager(): Promise<void> {
    const running = this.#certManager;
    this.#certManager = undefined;
    await running?.stop();
  }

  /** Starts a program that must not outlive this control plane: a controller, a stand-in. Ended before the servers. */
  startProcess(spec: ProcessSpec): Promise<SupervisedProcess> {
    return this.#supervisor.start({ rank: CLIENT_RANK, ...spec });
  }

  /** Ends every process and removes the folder. May be called again. */
  stop(): Promise<void> {
    this.close();
    return this.#supervisor.stop();
  }

  async #startControllerManager(): Promise<void> {
    const kubeconfig = await this.#kubeconfig('controllerManager');
    await this.#keepRunning(controllerManagerCommand(this.facts.programs, this.#layout, kubeconfig));
  }

  #keepRunning(spec: ProcessSpec): Promise<KeptRunning> {
    return KeptRunning.start(this.#supervisor, spec, this.#log);
  }

  async #kubeconfig(user: keyof typeof BUILT_IN_USERS): Promise<string> {
    const path = join(this.folder, `${user}.kubeconfig`);
    const token = this.#layout.tokens[user];
    await writeKubeconfig(path, { url: this.url, caFile: this.#layout.caFile, user: BUILT_IN_USERS[user], token });
    return path;
  }

  /** cert-manager keeps what belongs to cluster issuers in its namespace; `default` is made by the API server. */
  async #createNamespaces(): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'cert-manager' } };
    await this.demand('POST', '/api/v1/namespaces', { body });
    const isThere = async (): Promise<boolean> =>
      (await this.request('GET', '/api/v1/namespaces/default')).status === 200;
    await eventually(isThere, { what: 'the namespace default' });
  }
}
