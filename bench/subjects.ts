import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import type { PolicyRule, TestUser } from '../test/cluster/access/users.ts';
import type { ControlPlane } from '../test/cluster/control-plane.ts';
import { findFreePorts } from '../test/cluster/free-ports.ts';
import type { SupervisedProcess } from '../test/cluster/supervisor/supervisor.ts';
import { defaultUser, installController, startController } from '../test/support/controller.ts';
import type { SeparateStandIn } from './stand-in.ts';

export interface StartOptions {
  /** As fast as it can: no pace of its own, neither toward AWS nor toward the API server. */
  readonly unlimited?: boolean;
  readonly leaderElect?: boolean;
  /** Laid over the usual one. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A controller that is measured. Started by `start`, which does not wait for it to be ready. */
export interface Subject {
  readonly title: string;
  /** In names of processes and namespaces. */
  readonly short: string;
  readonly userName: string;
  start(options?: StartOptions): Promise<SupervisedProcess>;
}

/** The bundle with what the image sets and examples/permissions.yaml grants. */
export async function ourSubject(plane: ControlPlane, { aws, identity }: SeparateStandIn): Promise<Subject> {
  const user = await installController(plane, defaultUser);
  let processes = 0;
  return {
    ...{ title: 'This controller', short: 'ours', userName: user.userName },
    start: async ({ unlimited, leaderElect, environment } = {}) => {
      const { process } = await startController((spec) => plane.startProcess(spec), plane, {
        name: `ours-${++processes}`,
        environment: { ...aws.environment(identity), ...environment },
        args: [
          ...(unlimited ? ['--pca-issue-rate=0', '--pca-get-rate=0', '--pca-describe-rate=0'] : []),
          ...(leaderElect ? ['--leader-elect'] : []),
        ],
        as: user,
        awaitReady: false,
      });
      return process;
    },
  };
}

export const GO_TITLE = 'Go v1.12.0';
const namespace = 'aws-privateca-issuer-go';

/**
 * Outside a pod it has no way to learn the namespace of its Lease but this file, which it finds in a /run of its own.
 * https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/manager#Options (LeaderElectionNamespace)
 */
const IN_POD =
  'mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io/serviceaccount && ' +
  `printf %s ${namespace} > /run/secrets/kubernetes.io/serviceaccount/namespace && exec "$0" "$@"`;

/** The controller in Go, with the roles of its own repository. */
export async function goSubject(
  plane: ControlPlane,
  { aws, identity }: SeparateStandIn,
  program: string,
): Promise<Subject> {
  const user = await installGoIssuer(plane, join(dirname(program), 'rbac'));
  let processes = 0;
  return {
    ...{ title: GO_TITLE, short: 'go', userName: user.userName },
    start: async ({ unlimited, leaderElect, environment } = {}) => {
      const [metrics, probes] = await findFreePorts(2);
      const args = [
        `--kubeconfig=${user.kubeconfigPath}`,
        `--metrics-bind-address=127.0.0.1:${metrics}`,
        `--health-probe-bind-address=127.0.0.1:${probes}`,
        ...(unlimited ? ['--disable-client-side-rate-limiting'] : []),
        ...(leaderElect ? ['--leader-elect'] : []),
      ];
      const inPod = ['--user', '--map-root-user', '--mount', 'sh', '-c', IN_POD, program];
      return plane.startProcess({
        name: `go-${++processes}`,
        ...(leaderElect ? { command: 'unshare', args: [...inPod, ...args] } : { command: program, args }),
        environment: { ...aws.environment(identity), ...environment },
      });
    },
  };
}

async function installGoIssuer(plane: ControlPlane, folder: string): Promise<TestUser> {
  const rules = async (file: string): Promise<PolicyRule[]> =>
    (parse(await readFile(join(folder, file), 'utf8')) as { rules: PolicyRule[] }).rules;
  await plane.demand('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
  });
  return plane.user('aws-privateca-issuer', {
    namespace,
    rules: await rules('role.yaml'),
    namespaceRules: { [namespace]: await rules('leader_election_role.yaml') },
  });
}
