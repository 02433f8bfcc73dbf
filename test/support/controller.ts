import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClusterAccess } from '../cluster/access/cluster-access.ts';
import type { TestUser } from '../cluster/access/users.ts';
import type { ProcessSpec, SupervisedProcess } from '../cluster/supervisor/supervisor.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { eventually } from '../cluster/wait.ts';

const bundle = fileURLToPath(new URL('../../dist/manager.js', import.meta.url));
const permissions = fileURLToPath(new URL('../../examples/permissions.yaml', import.meta.url));

export interface ControllerOptions {
  /** Names the process and its log. */
  readonly name?: string;
  /** For the AWS SDK. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly args?: readonly string[];
  /** Default: with everything that examples/permissions.yaml grants. */
  readonly user?: ControllerUser;
  /** Instead of `user`: permissions and kubeconfig that are there already. */
  readonly as?: TestUser;
  /** False: resolves as soon as the process runs. Default true. */
  readonly awaitReady?: boolean;
}

/** A ServiceAccount in the controller's namespace and the ClusterRoles of examples/permissions.yaml that it holds. */
export interface ControllerUser {
  readonly name: string;
  readonly clusterRoles: readonly string[];
}

/** The bundled controller as its own process, with the rights of examples/permissions.yaml and no others. */
export interface RunningController {
  readonly process: SupervisedProcess;
  readonly metricsUrl: string;
  readonly probesUrl: string;
  readonly userName: string;
  log(): Promise<string>;
}

export const controllerUser = 'system:serviceaccount:aws-privateca-issuer:aws-privateca-issuer';

const namespace = 'aws-privateca-issuer';
/** With everything that examples/permissions.yaml grants. */
export const defaultUser: ControllerUser = {
  name: 'aws-privateca-issuer',
  clusterRoles: ['aws-privateca-issuer', 'aws-privateca-issuer-secrets', 'aws-privateca-issuer-ingress-shim'],
};

/** Creates what examples/permissions.yaml describes, and a user that holds as much of it as it says. */
export async function installController(
  cluster: ClusterAccess,
  { name, clusterRoles }: ControllerUser,
): Promise<TestUser> {
  const applied = await cluster.kubectl(['apply', '--server-side', '-f', permissions]);
  if (applied.exitCode !== 0) throw new Error(applied.stderr);
  return cluster.user(name, { namespace, clusterRoles });
}

/** Starts it, and resolves when it is ready, unless `awaitReady` is false. */
export async function startController(
  startProcess: (spec: ProcessSpec) => Promise<SupervisedProcess>,
  cluster: ClusterAccess,
  options: ControllerOptions,
): Promise<RunningController> {
  const user = options.as ?? (await installController(cluster, options.user ?? defaultUser));
  const [metrics, probes] = await findFreePorts(2);
  const { name = 'aws-privateca-issuer', environment, args = [] } = options;
  const started = await startProcess({
    name,
    command: process.execPath,
    args: [
      bundle,
      `--kubeconfig=${user.kubeconfigPath}`,
      `--metrics-bind-address=127.0.0.1:${metrics}`,
      `--health-probe-bind-address=127.0.0.1:${probes}`,
      ...args,
    ],
    environment: { ...environment, POD_NAMESPACE: namespace, NODE_OPTIONS: null },
    rank: 3,
  });
  const controller = {
    process: started,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    probesUrl: `http://127.0.0.1:${probes}`,
    userName: user.userName,
    log: () => readFile(started.logPath, 'utf8'),
  };
  if (options.awaitReady !== false) await awaitReady(controller);
  return controller;
}

/** Rejects, with what it said, when it ends instead. */
export async function awaitReady(controller: RunningController): Promise<void> {
  let hasEnded = false;
  void controller.process.exited.then(() => (hasEnded = true));
  const isReady = async (): Promise<boolean> => {
    if (hasEnded) throw new Error(`the controller ended at once:\n${await controller.log()}`);
    const answer = await fetch(`${controller.probesUrl}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  };
  await eventually(isReady, { what: 'the controller is ready', everyMs: 20 });
}
