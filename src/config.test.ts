import { describe, expect, test } from '@jest/globals';
import type { Config } from './config.ts';
import { parseConfig } from './config.ts';
import { flagTable } from './flag-table.ts';
import type { Environment } from './flags/read.ts';

function configOf(argv: readonly string[], environment: Environment = {}): Config {
  const result = parseConfig(argv, environment);
  if (result.kind !== 'config') throw new Error(JSON.stringify(result));
  return result.config;
}

const defaults: Config = {
  servers: { metrics: { host: '', port: 8080 }, probes: { host: '', port: 8081 } },
  kubernetes: { kubeconfig: undefined, podNamespace: undefined },
  leaderElection: { enabled: false, namespace: undefined },
  issuers: {
    recheckIntervalMs: 300_000,
    clusterResourceNamespace: undefined,
    ambientCredentials: { AWSPCAIssuer: false, AWSPCAClusterIssuer: true },
  },
  requests: { approvalNeeded: true, maxConcurrentReconciles: 32 },
  aws: {
    rates: {
      ...{ issueCertificate: 25, getCertificate: 75, describeCertificateAuthority: 20 },
      acm: { read: 30, write: 20, validation: 5 },
      ...{ acmFinalize: 1, route53: 5 },
    },
    network: { proxies: {}, useFips: false, useDualStack: false, ignoreEndpointUrls: false },
    wantsFips: false,
    region: undefined,
  },
  dns01: { nameServers: [] },
  ingressShim: {
    mode: 'auto',
    strictParity: false,
    defaultIssuer: { name: '', kind: 'Issuer', group: 'cert-manager.io' },
    autoCertificateAnnotations: ['kubernetes.io/tls-acme'],
    extraCertificateAnnotations: [],
    extraProtocols: [],
  },
  logging: { level: 'info', encoder: 'json', stacktraceLevel: 'error', timeEncoding: 'rfc3339nano' },
  warnings: [],
};

test('defaults', () => {
  expect(configOf([])).toEqual(defaults);
});

test('FIPS that the SDK is told of in its own way is known too', () => {
  const { network, wantsFips } = configOf([], { AWS_USE_FIPS_ENDPOINT: 'true' }).aws;
  expect({ useFips: network.useFips, wantsFips }).toEqual({ useFips: false, wantsFips: true });
});

test('the ingress-shim switched off, a group and a list emptied', () => {
  expect(configOf(['--ingress-shim=off']).ingressShim).toBeUndefined();
  const { ingressShim } = configOf(['--default-issuer-group=', '--auto-certificate-annotations=']);
  expect(ingressShim).toMatchObject({ defaultIssuer: { group: '' }, autoCertificateAnnotations: [] });
});

test('a list that is given in pieces is one list, and replaces the default', () => {
  const argv = ['--auto-certificate-annotations=a,b', '--auto-certificate-annotations', 'c'];
  const environment = { AWSPCA_AUTO_CERTIFICATE_ANNOTATIONS: 'd' };
  expect(configOf(argv, environment).ingressShim?.autoCertificateAnnotations).toEqual(['a', 'b', 'c']);
  expect(configOf([], environment).ingressShim?.autoCertificateAnnotations).toEqual(['d']);
});

test.each([
  ['--default-issuer-kind=', 'must not be empty'],
  ['--ingress-shim=on', 'must be auto, all or off'],
  ['--extra-certificate-annotations=a"b', 'bare " in non-quoted-field'],
])('%s is refused', (argument, fault) => {
  const result = parseConfig([argument], {});
  expect(result).toMatchObject({ kind: 'error', messages: [expect.stringContaining(fault)] });
});

describe('each flag lands in its place', () => {
  const { ambientCredentials } = defaults.issuers;
  const { acm } = defaults.aws.rates;
  const shim = defaults.ingressShim as NonNullable<Config['ingressShim']>;
  const cases: [string, Partial<Config>][] = [
    ['-disable-approved-check', { requests: { ...defaults.requests, approvalNeeded: false } }],
    ['--max-concurrent-reconciles=4', { requests: { ...defaults.requests, maxConcurrentReconciles: 4 } }],
    ['--issuer-recheck-interval=1m30s', { issuers: { ...defaults.issuers, recheckIntervalMs: 90_000 } }],
    ['--cluster-resource-namespace=ns', { issuers: { ...defaults.issuers, clusterResourceNamespace: 'ns' } }],
    [
      '--issuer-ambient-credentials',
      { issuers: { ...defaults.issuers, ambientCredentials: { ...ambientCredentials, AWSPCAIssuer: true } } },
    ],
    [
      '--cluster-issuer-ambient-credentials=false',
      { issuers: { ...defaults.issuers, ambientCredentials: { ...ambientCredentials, AWSPCAClusterIssuer: false } } },
    ],
    ['--pca-issue-rate=0', { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, issueCertificate: undefined } } }],
    ['--route53-rate=0', { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, route53: 0 } } }],
    ['--dns01-nameservers=192.0.2.1,192.0.2.2:54', { dns01: { nameServers: ['192.0.2.1', '192.0.2.2:54'] } }],
    ['--acm-finalize-rate=0.5', { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, acmFinalize: 0.5 } } }],
    ['--acm-read-rate=2.5', { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, acm: { ...acm, read: 2.5 } } } }],
    [
      '--acm-write-rate=2.5',
      { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, acm: { ...acm, write: 2.5 } } } },
    ],
    [
      '--acm-validation-rate=2.5',
      { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, acm: { ...acm, validation: 2.5 } } } },
    ],
    ['--pca-get-rate=7.5', { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, getCertificate: 7.5 } } }],
    [
      '--pca-describe-rate=1',
      { aws: { ...defaults.aws, rates: { ...defaults.aws.rates, describeCertificateAuthority: 1 } } },
    ],
    [
      '--use-fips-endpoint',
      { aws: { ...defaults.aws, network: { ...defaults.aws.network, useFips: true }, wantsFips: true } },
    ],
    [
      '--use-dualstack-endpoint',
      { aws: { ...defaults.aws, network: { ...defaults.aws.network, useDualStack: true } } },
    ],
    ['--ingress-shim=all', { ingressShim: { ...shim, mode: 'all' } }],
    ['--ingress-shim-strict-parity', { ingressShim: { ...shim, strictParity: true } }],
    ['--default-issuer-name=a', { ingressShim: { ...shim, defaultIssuer: { ...shim.defaultIssuer, name: 'a' } } }],
    ['--default-issuer-kind=A', { ingressShim: { ...shim, defaultIssuer: { ...shim.defaultIssuer, kind: 'A' } } }],
    ['--default-issuer-group=a', { ingressShim: { ...shim, defaultIssuer: { ...shim.defaultIssuer, group: 'a' } } }],
    ['--auto-certificate-annotations=a/b,c', { ingressShim: { ...shim, autoCertificateAnnotations: ['a/b', 'c'] } }],
    [
      '--extra-certificate-annotations="a,b",c',
      { ingressShim: { ...shim, extraCertificateAnnotations: ['a,b', 'c'] } },
    ],
    ['--gateway-api-extra-protocols=DTLS', { ingressShim: { ...shim, extraProtocols: ['DTLS'] } }],
    ['--kubeconfig=/k', { kubernetes: { ...defaults.kubernetes, kubeconfig: '/k' } }],
    ['--leader-elect', { leaderElection: { ...defaults.leaderElection, enabled: true } }],
    ['--leader-election-namespace=ns', { leaderElection: { ...defaults.leaderElection, namespace: 'ns' } }],
    ['--disable-client-side-rate-limiting', {}],
    ['--metrics-bind-address=0', { servers: { ...defaults.servers, metrics: undefined } }],
    [
      '--health-probe-bind-address=127.0.0.1:0',
      { servers: { ...defaults.servers, probes: { host: '127.0.0.1', port: 0 } } },
    ],
    ['--log-level=warn', { logging: { ...defaults.logging, level: 'warn' } }],
    ['--zap-devel', { logging: { ...defaults.logging, level: 'debug', encoder: 'console', stacktraceLevel: 'warn' } }],
    ['--zap-encoder=console', { logging: { ...defaults.logging, encoder: 'console' } }],
    ['--zap-log-level=error', { logging: { ...defaults.logging, level: 'error' } }],
    ['--zap-stacktrace-level=panic', { logging: { ...defaults.logging, stacktraceLevel: 'panic' } }],
    ['--zap-time-encoding=epoch', { logging: { ...defaults.logging, timeEncoding: 'epoch' } }],
  ];

  test.each(cases)('%s', (argument, expected) => {
    expect(configOf([argument])).toEqual({ ...defaults, ...expected });
  });

  test.each(cases)('%s, by its environment variable', (argument, expected) => {
    const [, flag = '', value = 'true'] = /^--?([^=]+)(?:=(.*))?$/.exec(argument) ?? [];
    const variable = `AWSPCA_${flag.toUpperCase().replaceAll('-', '_')}`;
    expect(configOf([], { [variable]: value })).toEqual({ ...defaults, ...expected });
  });

  test('no flag is left out of this list', () => {
    const commands = ['help', 'h', 'version'];
    const covered = cases.map(([argument]) => argument.replace(/^-+/, '').replace(/=.*/, ''));
    expect([...covered, ...commands].sort()).toEqual(Object.keys(flagTable).sort());
  });
});

describe('logging', () => {
  test.each([
    [['--zap-log-level=debug'], { level: 'debug' }],
    [['--zap-log-level=5'], { level: 'debug' }],
    [['--zap-log-level=PANIC'], { level: 'panic' }],
    [['--log-level=error', '--zap-log-level=debug'], { level: 'error' }],
    [['--zap-devel', '--zap-log-level=info'], { level: 'info', encoder: 'console', stacktraceLevel: 'warn' }],
    [['--zap-devel', '--zap-encoder=json'], { level: 'debug', encoder: 'json', stacktraceLevel: 'warn' }],
    [['--zap-devel', '--zap-stacktrace-level=error'], { level: 'debug', encoder: 'console', stacktraceLevel: 'error' }],
    [['--zap-devel', '--log-level=info'], { level: 'info', encoder: 'console', stacktraceLevel: 'warn' }],
    [['--zap-time-encoding=nanos'], { timeEncoding: 'nano' }],
    [['--zap-time-encoding=RFC3339'], { timeEncoding: 'rfc3339' }],
  ])('%j', (argv, expected) => {
    expect(configOf(argv).logging).toEqual({ ...defaults.logging, ...expected });
  });
  test.each(['0', '-1', 'warn', '1.5', ''])('--zap-log-level=%s is refused', (value) => {
    expect(parseConfig([`--zap-log-level=${value}`], {})).toEqual({
      kind: 'error',
      messages: [
        `invalid value "${value}" for flag --zap-log-level: must be debug, info, error or panic, or a whole number above 0`,
      ],
    });
  });
});

describe('the environment', () => {
  test('gives the namespace of the pod', () => {
    expect(configOf([], { POD_NAMESPACE: 'ns' }).kubernetes.podNamespace).toBe('ns');
    expect(configOf([], { POD_NAMESPACE: '' }).kubernetes.podNamespace).toBeUndefined();
  });
  test('a misspelt variable is reported and stops nothing', () => {
    expect(configOf([], { AWSPCA_LEADER_ELEKT: 'true' }).warnings).toEqual([
      "environment variable AWSPCA_LEADER_ELEKT is no flag's; did you mean AWSPCA_LEADER_ELECT?",
    ]);
  });
});

describe('what is asked instead', () => {
  test.each([['--help'], ['-help'], ['-h'], ['--h'], ['--help=true']])('%s', (argument) => {
    const result = parseConfig([argument, '--nonsense', '--version'], {});
    expect(result).toMatchObject({
      kind: 'help',
      text: expect.stringContaining('--leader-election-namespace NAMESPACE\n'),
    });
  });
  test('version', () => {
    expect(parseConfig(['--version', '--nonsense'], {})).toEqual({ kind: 'version' });
  });
});

test('faults come all together', () => {
  expect(
    parseConfig(['--leader-elekt', '--metrics-bind-address=8080', '-kubeconfig'], { AWSPCA_LOG_LEVEL: 'loud' }),
  ).toEqual({
    kind: 'error',
    messages: [
      'unknown flag --leader-elekt; did you mean --leader-elect?',
      'flag --kubeconfig needs a value',
      'invalid value "8080" for flag --metrics-bind-address: must be host:port, :port for all interfaces, or 0 to switch the server off',
      'invalid value "loud" for environment variable AWSPCA_LOG_LEVEL: must be debug, info, warn or error',
    ],
  });
});

describe('variables of the network', () => {
  test.each([
    ['AWS_REGION', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }],
    ['AWS_DEFAULT_REGION alone', { AWS_DEFAULT_REGION: 'eu-west-1' }],
  ])('%s', (_, environment) => expect(configOf([], environment).aws.region).toBe('eu-west-1'));

  test('a proxy, which by itself changes nothing else', () => {
    const { proxies, ...rest } = configOf([], { HTTPS_PROXY: 'http://proxy:3128' }).aws.network;
    expect(proxies.HTTPS_PROXY).toBe('http://proxy:3128');
    expect(rest).toEqual({ useFips: false, useDualStack: false, ignoreEndpointUrls: false });
  });

  test('every fault is told at once, those of the flags too', () =>
    expect(
      parseConfig(['--pca-get-rate=x', '--use-fips-endpoint'], { HTTP_PROXY: '://', AWS_ENDPOINT_URL: 'x' }),
    ).toEqual({
      kind: 'error',
      messages: [
        expect.stringContaining('--pca-get-rate'),
        expect.stringContaining('HTTP_PROXY'),
        expect.stringContaining('AWS_ENDPOINT_URL is no URL'),
        expect.stringContaining('--use-fips-endpoint and AWS_ENDPOINT_URL exclude each other'),
      ],
    }));
});
