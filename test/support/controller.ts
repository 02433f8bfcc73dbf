import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ClusterAccess } from '../cluster/access/cluster-access.ts';
import type { TestUser } from '../cluster/access/users.ts';
import type { ProcessSpec, SupervisedProcess } from '../cluster/supervisor/supervisor.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { eventually } from '../cluster/wait.ts';
import { imageEnvironment, imageNodeOptions } from './image.ts';
import type { MemoryGroup } from './memory-group.ts';

const bundle = fileURLToPath(new URL('../../dist/manager.js', import.meta.url));
const permissions = ['permissions.yaml', 'permissions-acm.yaml'].map((file) =>
  fileURLToPath(new URL(`../../examples/${file}`, import.meta.url)),
);

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
  /** Its memory is limited as a container's. */
  readonly memoryGroup?: MemoryGroup;
}

/** A ServiceAccount in the controller's namespace and the ClusterRoles of the examples that it holds. */
export interface ControllerUser {
  readonly name: string;
  readonly clusterRoles: readonly string[];
}

/** The bundled controller as its own process, with the rights of the examples that its user holds, and no others. */
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
/** With what examples/permissions-acm.yaml grants, too. */
export const acmUser: ControllerUser = {
  ...defaultUser,
  clusterRoles: [...defaultUser.clusterRoles, 'aws-privateca-issuer-acm'],
};

/** Creates what the permissions of the examples describe, and a user that holds as much of it as it says. */
export async function installController(
  cluster: ClusterAccess,
  { name, clusterRoles }: ControllerUser,
): Promise<TestUser> {
  const files = permissions.flatMap((file) => ['-f', file]);
  const applied = await cluster.kubectl(['apply', '--server-side', ...files]);
  if (applied.exitCode !== 0) throw new Error(applied.stderr);
  return cluster.user(name, { namespace, clusterRoles });
}

const ATTEMPTS = 3;

/** Starts it, and resolves when it is ready, unless `awaitReady` is false. What does not become ready is ended. */
export async function startController(
  startProcess: (spec: ProcessSpec) => Promise<SupervisedProcess>,
  cluster: ClusterAccess,
  options: ControllerOptions,
): Promise<RunningController> {
  const user = options.as ?? (await installController(cluster, options.user ?? defaultUser));
  for (let attempt = 1; ; attempt++) {
    const ports = await findFreePorts(2);
    const controller = await launch(startProcess, user, options, ports);
    if (options.awaitReady === false) return controller;
    try {
      await awaitReady(controller);
      return controller;
    } catch (error) {
      await controller.process.stop();
      // Somebody may take a free port before the controller does: then once more, with others.
      if (attempt === ATTEMPTS || !(await saysThatTaken(controller, ports))) throw error;
    }
  }
}

async function launch(
  startProcess: (spec: ProcessSpec) => Promise<SupervisedProcess>,
  user: TestUser,
  { name = 'aws-privateca-issuer', environment, args = [], memoryGroup }: ControllerOptions,
  [metrics, probes]: readonly number[],
): Promise<RunningController> {
  const run = {
    command: process.execPath,
    args: [
      ...imageNodeOptions(),
      bundle,
      `--kubeconfig=${user.kubeconfigPath}`,
      `--metrics-bind-address=127.0.0.1:${metrics}`,
      `--health-probe-bind-address=127.0.0.1:${probes}`,
      ...args,
    ],
  };
  const started = await startProcess({
    name,
    ...(memoryGroup?.enter(run) ?? run),
    environment: { ...imageEnvironment(), ...environment, POD_NAMESPACE: namespace },
    rank: 3,
  });
  return {
    process: started,
    metricsUrl: `http://127.0.0.1:${metrics}/metrics`,
    probesUrl: `http://127.0.0.1:${probes}`,
    userName: user.userName,
    log: () => readFile(started.logPath, 'utf8'),
  };
}

async function saysThatTaken(controller: RunningController, ports: readonly number[]): Promise<boolean> {
  const log = await controller.log();
  return ports.some((port) => log.includes(`:${port}: the port is taken`));
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
