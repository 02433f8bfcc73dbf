import { findEndpointFaults, ownRegion } from './aws/environment.ts';
import type { AwsNetwork } from './aws/network.ts';
import type { AcmRates } from './aws/paced.ts';
import { readProxySettings } from './aws/proxy-settings.ts';
import type { ShimSettings } from './controllers/ingress-shim/shim-plan.ts';
import { flagTable } from './flag-table.ts';
import type { FlagValues } from './flags/flag.ts';
import { renderHelp } from './flags/help.ts';
import type { Environment } from './flags/read.ts';
import { readFlags } from './flags/read.ts';
import type { ListenAddress } from './flags/values.ts';
import type { LogOptions } from './log-options.ts';

export type { ListenAddress } from './flags/values.ts';

/** Everything that can be set from outside. Durations are milliseconds; undefined is "not given". */
export interface Config {
  readonly servers: {
    /** Undefined: not served. */
    readonly metrics: ListenAddress | undefined;
    readonly probes: ListenAddress | undefined;
  };
  readonly kubernetes: {
    readonly kubeconfig: string | undefined;
    /** The environment variable POD_NAMESPACE. */
    readonly podNamespace: string | undefined;
  };
  readonly leaderElection: {
    readonly enabled: boolean;
    /** Undefined: the controller's own. */
    readonly namespace: string | undefined;
  };
  readonly issuers: {
    readonly recheckIntervalMs: number;
    /** Undefined: the controller's own. */
    readonly clusterResourceNamespace: string | undefined;
    /** Which kinds may use the controller's own AWS credentials. */
    readonly ambientCredentials: { readonly AWSPCAIssuer: boolean; readonly AWSPCAClusterIssuer: boolean };
  };
  readonly requests: {
    /** False: requests are signed without having been approved. */
    readonly approvalNeeded: boolean;
    readonly maxConcurrentReconciles: number;
  };
  readonly aws: {
    /** Calls per second, account and region; undefined: not paced. */
    readonly rates: {
      readonly issueCertificate: number | undefined;
      readonly getCertificate: number | undefined;
      readonly describeCertificateAuthority: number | undefined;
      /** ACM's ACME control plane: what reads, what changes something, and what changes domain validations. */
      readonly acm: AcmRates;
      /** FinalizeOrder of ACM's ACME endpoints; 0: not paced. */
      readonly acmFinalize: number;
      /** All of an account's calls, whatever the region; 0: not paced. */
      readonly route53: number;
    };
    readonly network: AwsNetwork;
    /** Whether FIPS endpoints are asked for, by the flag or by AWS_USE_FIPS_ENDPOINT. */
    readonly wantsFips: boolean;
    /** The controller's own: AWS_REGION, else AWS_DEFAULT_REGION. */
    readonly region: string | undefined;
  };
  readonly dns01: {
    /** Addresses, with or without ports; empty: the name servers that Route 53 tells of each zone. */
    readonly nameServers: readonly string[];
  };
  /** Undefined: no Certificates are made for annotated objects. */
  readonly ingressShim: ShimSettings | undefined;
  readonly logging: LogOptions;
  /** Sentences for the log: what is suspicious in the environment. */
  readonly warnings: readonly string[];
}

export type ConfigResult =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' }
  /** Every fault that was found, a sentence each. */
  | { readonly kind: 'error'; readonly messages: readonly string[] };

const usage = `Usage: manager [flags]

Signs the CertificateRequests of cert-manager through AWS Private CA.

A flag takes one dash or two, and its value after "=" or as the next argument; one that is true or false stands alone or
takes "=false". An environment variable can give it too: AWSPCA_ and the flag in capitals, with "_" for "-", such as
AWSPCA_LEADER_ELECT=true. The flag wins.`;

/**
 * What the command line (without the program's own name) and the environment ask for. The only place that reads either;
 * the AWS SDK and the Kubernetes client read their own variables (AWS_…, KUBECONFIG), of which this reads what they ignore.
 */
export function parseConfig(argv: readonly string[], environment: Environment): ConfigResult {
  const { values, given, faults, warnings } = readFlags(flagTable, argv, environment);
  if (values.help || values.h) return { kind: 'help', text: renderHelp(usage, flagTable) };
  if (values.version) return { kind: 'version' };
  const { network, faults: networkFaults } = readAwsNetwork(values, environment);
  const messages = [...faults, ...networkFaults];
  if (messages.length > 0) return { kind: 'error', messages };
  return {
    kind: 'config',
    config: { ...arrange(values, network, environment), logging: decideLogging(values, given), warnings },
  };
}

type Values = FlagValues<typeof flagTable>;

function arrange(values: Values, network: AwsNetwork, environment: Environment): Omit<Config, 'logging' | 'warnings'> {
  return {
    servers: { metrics: values['metrics-bind-address'], probes: values['health-probe-bind-address'] },
    kubernetes: {
      kubeconfig: nonEmpty(values.kubeconfig),
      podNamespace: nonEmpty(environment.POD_NAMESPACE),
    },
    leaderElection: {
      enabled: values['leader-elect'],
      namespace: nonEmpty(values['leader-election-namespace']),
    },
    issuers: {
      recheckIntervalMs: values['issuer-recheck-interval'],
      clusterResourceNamespace: nonEmpty(values['cluster-resource-namespace']),
      ambientCredentials: {
        AWSPCAIssuer: values['issuer-ambient-credentials'],
        AWSPCAClusterIssuer: values['cluster-issuer-ambient-credentials'],
      },
    },
    requests: {
      approvalNeeded: !values['disable-approved-check'],
      maxConcurrentReconciles: values['max-concurrent-reconciles'],
    },
    aws: {
      rates: rates(values),
      network,
      wantsFips: network.useFips || environment.AWS_USE_FIPS_ENDPOINT === 'true',
      region: ownRegion(environment),
    },
    dns01: { nameServers: values['dns01-nameservers'] },
    ingressShim: ingressShim(values),
  };
}

function ingressShim(values: Values): ShimSettings | undefined {
  const mode = values['ingress-shim'];
  if (mode === 'off') return undefined;
  return {
    mode,
    strictParity: values['ingress-shim-strict-parity'],
    defaultIssuer: {
      name: values['default-issuer-name'],
      kind: values['default-issuer-kind'],
      group: values['default-issuer-group'],
    },
    autoCertificateAnnotations: values['auto-certificate-annotations'],
    extraCertificateAnnotations: values['extra-certificate-annotations'],
    extraProtocols: values['gateway-api-extra-protocols'],
  };
}

function rates(values: Values): Config['aws']['rates'] {
  const limited = (rate: number): number | undefined => (rate === 0 ? undefined : rate);
  return {
    issueCertificate: limited(values['pca-issue-rate']),
    getCertificate: limited(values['pca-get-rate']),
    describeCertificateAuthority: limited(values['pca-describe-rate']),
    acm: {
      read: values['acm-read-rate'],
      write: values['acm-write-rate'],
      validation: values['acm-validation-rate'],
    },
    acmFinalize: values['acm-finalize-rate'],
    route53: values['route53-rate'],
  };
}

/** What is wrong is told before anything is called: the SDK would say it at each call. */
function readAwsNetwork(
  values: Values,
  environment: Environment,
): { readonly network: AwsNetwork; readonly faults: readonly string[] } {
  const { proxies, faults } = readProxySettings(environment);
  const network = {
    proxies,
    useFips: values['use-fips-endpoint'],
    useDualStack: values['use-dualstack-endpoint'],
    ignoreEndpointUrls: environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS === 'true',
  };
  return { network, faults: [...faults, ...findEndpointFaults(network, environment)] };
}

/** `--zap-devel` changes defaults only: whatever else is given goes before it. */
function decideLogging(values: Values, given: ReadonlySet<keyof Values>): LogOptions {
  const developing = values['zap-devel'];
  const usual = developing
    ? ({ level: 'debug', encoder: 'console', stacktraceLevel: 'warn' } as const)
    : ({ level: 'info', encoder: 'json', stacktraceLevel: 'error' } as const);
  const zapLevel = given.has('zap-log-level') ? values['zap-log-level'] : usual.level;
  return {
    level: given.has('log-level') ? values['log-level'] : zapLevel,
    encoder: given.has('zap-encoder') ? values['zap-encoder'] : usual.encoder,
    stacktraceLevel: given.has('zap-stacktrace-level') ? values['zap-stacktrace-level'] : usual.stacktraceLevel,
    timeEncoding: values['zap-time-encoding'],
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
