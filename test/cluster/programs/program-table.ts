export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kubectl'
  | 'cert-manager'
  | 'pebble'
  | 'pebble-challtestsrv'
  | 'helm'
  | 'go-issuer';

/** How a program is built. `module` is a folder of test/cluster/toolchain. */
export interface Recipe {
  readonly module: string;
  readonly goPackage: string;
  /** Whether KUBEBUILDER_ASSETS may hold a ready one. */
  readonly prebuilt?: true;
  /** The Go module whose version is written into the program, so that it reports the release it was built from. */
  readonly stampedFrom?: string;
  /** Folders of Go modules that are kept beside the program. */
  readonly companions?: readonly Companion[];
}

/** The YAML files of a Go module's folder whose names end in one of `endings`, to be kept under the name `as`. */
export interface Companion {
  readonly goModule: string;
  readonly folder: string;
  readonly endings: readonly string[];
  readonly as: string;
}

const kubernetes = { module: 'kubernetes', stampedFrom: 'k8s.io/kubernetes' } as const;
const certManagerCrds = {
  goModule: 'github.com/cert-manager/cert-manager',
  folder: 'deploy/crds',
  endings: ['.yaml'],
  as: 'crds',
} as const;
/** Those of the kinds that ask for certificates. */
const gatewayApiCrds = {
  goModule: 'sigs.k8s.io/gateway-api',
  folder: 'config/crd/standard',
  endings: ['_gateways.yaml', '_listenersets.yaml'],
  as: 'gateway-api-crds',
} as const;
/** The controller that this project takes the place of, which the benchmarks run beside it. */
const goIssuer = 'github.com/cert-manager/aws-privateca-issuer';
const goIssuerRoles = { goModule: goIssuer, folder: 'config/rbac', endings: ['role.yaml'], as: 'rbac' } as const;

export const RECIPES: Readonly<Record<ProgramName, Recipe>> = {
  etcd: { module: 'etcd', goPackage: 'go.etcd.io/etcd/server/v3', prebuilt: true },
  'kube-apiserver': { ...kubernetes, goPackage: 'k8s.io/kubernetes/cmd/kube-apiserver', prebuilt: true },
  'kube-controller-manager': { ...kubernetes, goPackage: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  kubectl: { ...kubernetes, goPackage: 'k8s.io/kubernetes/cmd/kubectl', prebuilt: true },
  'cert-manager': { module: 'cert-manager', goPackage: '.', companions: [certManagerCrds, gatewayApiCrds] },
  pebble: { module: 'pebble', goPackage: 'github.com/letsencrypt/pebble/v2/cmd/pebble' },
  'pebble-challtestsrv': { module: 'pebble', goPackage: 'github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv' },
  helm: { module: 'helm', goPackage: 'helm.sh/helm/v4/cmd/helm' },
  'go-issuer': { module: 'aws-privateca-issuer', goPackage: goIssuer, companions: [goIssuerRoles] },
};

/** What demo and tests need; the others are built when somebody asks for them. */
export const CONTROL_PLANE_PROGRAMS = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kubectl',
  'cert-manager',
] as const satisfies readonly ProgramName[];

/** Linker flags: no symbol table, and the release as Kubernetes' own build writes it into its programs. */
export function linkerFlags(recipe: Recipe, goMod: string): string {
  const strip = '-s -w ';
  if (recipe.stampedFrom === undefined) return strip;
  const version = moduleVersion(goMod, recipe.stampedFrom);
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const stamp = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  return `${strip}${[stamp('gitVersion', version), stamp('gitMajor', major), stamp('gitMinor', minor)].join(' ')}`;
}

/** The version of a module that a go.mod file requires. */
export function moduleVersion(goMod: string, goModule: string): string {
  const words = goMod.split('\n').map((line) => line.trim().split(/\s+/));
  const version = words.flatMap((w) => (w[0] === 'require' ? [w.slice(1)] : [w])).find((w) => w[0] === goModule)?.[1];
  if (version === undefined) throw new Error(`go.mod does not require ${goModule}`);
  return version;
}
