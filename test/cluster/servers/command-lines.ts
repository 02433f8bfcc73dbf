import type { ProcessSpec } from '../supervisor/supervisor.ts';
import type { ControlPlanePrograms } from '../access/cluster-access.ts';
import type { Layout } from './layout.ts';

// An API server that is asked to stop while its etcd is gone lingers: etcd goes last, the API server's clients first.
const RANKS = { etcd: 0, apiServer: 1, controllers: 2 } as const;
/** Processes of tests and demo: stopped before everything else. */
export const CLIENT_RANK = 3;

/** Data of a test need not survive a power failure: nothing is forced to disk. */
export function etcdCommand(programs: ControlPlanePrograms, layout: Layout): ProcessSpec {
  const client = `http://127.0.0.1:${layout.ports.etcd}`;
  const peer = `http://127.0.0.1:${layout.ports.etcdPeer}`;
  const args = [
    '--unsafe-no-fsync',
    `--data-dir=${layout.etcdData}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
  return { name: 'etcd', command: programs.etcd, args, rank: RANKS.etcd };
}

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/ */
export function apiServerCommand(programs: ControlPlanePrograms, layout: Layout, more: readonly string[]): ProcessSpec {
  const args = [
    `--etcd-servers=http://127.0.0.1:${layout.ports.etcd}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${layout.ports.apiServer}`,
    `--cert-dir=${layout.certificates}`,
    // A loopback address cannot be an endpoint of the service `kubernetes`; nobody here needs one.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${layout.tokenFile}`,
    `--service-account-issuer=${layout.url}`,
    `--service-account-key-file=${layout.signingPublicKey}`,
    `--service-account-signing-key-file=${layout.signingKey}`,
    `--audit-policy-file=${layout.auditPolicy}`,
    `--audit-log-path=${layout.auditLog}`,
    // Written before the answer goes out, and never rotated: counts are exact.
    '--audit-log-mode=blocking',
    '--audit-log-maxsize=100000',
    ...more,
  ];
  return { name: 'kube-apiserver', command: programs['kube-apiserver'], args, rank: RANKS.apiServer };
}

const CONTROLLERS = [
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
  'clusterrole-aggregation-controller',
];

/** The controllers that make owner references, namespaces and aggregated roles real; no nodes, no pods. */
export function controllerManagerCommand(
  programs: ControlPlanePrograms,
  layout: Layout,
  kubeconfig: string,
): ProcessSpec {
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${CONTROLLERS.join(',')}`,
    `--service-account-private-key-file=${layout.signingKey}`,
    '--leader-elect=false',
    '--secure-port=0',
  ];
  const command = programs['kube-controller-manager'];
  return { name: 'kube-controller-manager', command, args, rank: RANKS.controllers };
}

export interface CertManagerOptions {
  /**
   * Controllers to leave out, for example certificaterequests-approver to test waiting for approval. The Gateway API
   * shims are left out as long as they are named here; they need the Gateway API's CRDs. Default: both shims.
   */
  readonly skip?: readonly string[];
  /** Further flags of toolchain/cert-manager/main.go, for example `-default-issuer-kind=AWSPCAClusterIssuer`. */
  readonly flags?: readonly string[];
}

export const GATEWAY_SHIMS = ['gateway-shim', 'listenerset'] as const;

export function certManagerCommand(
  programs: ControlPlanePrograms,
  kubeconfig: string,
  { skip = GATEWAY_SHIMS, flags = [] }: CertManagerOptions,
): ProcessSpec {
  const args = [`-kubeconfig=${kubeconfig}`, `-skip=${skip.join(',')}`, ...flags];
  return { name: 'cert-manager', command: programs['cert-manager'], args, rank: RANKS.controllers };
}
