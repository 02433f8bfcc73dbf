import type { FlagTable } from './flags/flag.ts';
import { booleanFlag, commandFlag, listFlag, valueFlag } from './flags/flag.ts';
import type { Parsed } from './flags/parsed.ts';
import { faulty, parsed } from './flags/parsed.ts';
import {
  durationAtLeast,
  nonEmptyText,
  oneOf,
  parseListenAddress,
  parseNameServers,
  parseNamespace,
  parseRate,
  parseStringSlice,
  wholeNumber,
} from './flags/values.ts';
import type { LogLevel, TimeEncoding } from './log-options.ts';

const requests = 'Signing';
const aws = 'AWS';
const shim = 'Ingress-shim';
const kubernetes = 'Kubernetes';
const servers = 'Servers';
const logging = 'Logging';
const other = 'Other';

const anyText = (text: string): Parsed<string> => parsed(text);

/** zap knows `debug`, `info`, `error`, `panic`, and numbers for ever finer lines, of which there is one grade here. */
function parseZapLevel(text: string): Parsed<LogLevel> {
  if (/^\+?0*[1-9]\d*$/.test(text)) return parsed('debug');
  const word = oneOf(['debug', 'info', 'error', 'panic'])(text);
  return word.ok ? word : faulty(`${word.fault}, or a whole number above 0`);
}

const timeEncodings = ['epoch', 'millis', 'nano', 'iso8601', 'rfc3339', 'rfc3339nano'] as const;

/** `nanos` is what zap's options really take, `nano` what their help says. */
function parseTimeEncoding(text: string): Parsed<TimeEncoding> {
  return text.toLowerCase() === 'nanos' ? parsed('nano') : oneOf(timeEncodings)(text);
}

const namespaceDefault = "Default: the controller's own namespace.";

/** Every flag of the controller, in the order of --help and docs/flags.md. */
export const flagTable = {
  'disable-approved-check': booleanFlag(
    requests,
    'false',
    'Sign CertificateRequests without waiting for their Approved condition. A denied request is never signed.',
  ),
  'issuer-recheck-interval': valueFlag(
    requests,
    'DURATION',
    '5m',
    'How often an issuer and its CA are checked again when nothing changes.',
    durationAtLeast('1s', 1000),
  ),
  'cluster-resource-namespace': valueFlag(
    requests,
    'NAMESPACE',
    '',
    `Where an AWSPCAClusterIssuer finds a Secret or ServiceAccount whose namespace it does not give. ${namespaceDefault}`,
    parseNamespace,
  ),
  'max-concurrent-reconciles': valueFlag(
    requests,
    'NUMBER',
    '32',
    'How many CertificateRequests are worked on at the same time.',
    wholeNumber(1, 10_000),
  ),
  'cluster-issuer-ambient-credentials': booleanFlag(
    aws,
    'true',
    "Allow AWSPCAClusterIssuers to use the controller's own AWS credentials.",
  ),
  'issuer-ambient-credentials': booleanFlag(
    aws,
    'false',
    "Allow AWSPCAIssuers to use the controller's own AWS credentials.",
  ),
  'pca-issue-rate': valueFlag(
    aws,
    'RATE',
    '25',
    'IssueCertificate calls per second of all issuers in an account and region; the quota of AWS. 0: not limited here.',
    parseRate,
  ),
  'pca-get-rate': valueFlag(
    aws,
    'RATE',
    '75',
    'GetCertificate calls per second of all issuers in an account and region; the quota of AWS. 0: not limited here.',
    parseRate,
  ),
  'pca-describe-rate': valueFlag(
    aws,
    'RATE',
    '20',
    'DescribeCertificateAuthority calls per second of all issuers in an account and region; the quota of AWS. 0: not limited here.',
    parseRate,
  ),
  'acm-read-rate': valueFlag(
    aws,
    'RATE',
    '30',
    "Calls per second of all issuers in an account and region that read ACM's ACME endpoints; the quota of AWS. 0: not limited here.",
    parseRate,
  ),
  'acm-write-rate': valueFlag(
    aws,
    'RATE',
    '20',
    "Calls per second of all issuers in an account and region that change ACM's ACME endpoints; the quota of AWS. 0: not limited here.",
    parseRate,
  ),
  'acm-validation-rate': valueFlag(
    aws,
    'RATE',
    '5',
    'Calls per second of all issuers in an account and region that change domain validations of ACM; the quota of AWS. 0: not limited here.',
    parseRate,
  ),
  'acm-finalize-rate': valueFlag(
    aws,
    'RATE',
    '1',
    'Certificates per second that all issuers in an account and region ask an ACME endpoint of ACM for; the quota of AWS. 0: not limited here.',
    parseRate,
  ),
  'route53-rate': valueFlag(
    aws,
    'RATE',
    '5',
    'Calls per second of all issuers to Route 53 in an account, below the quota of AWS, which others use too. 0: not limited here.',
    parseRate,
  ),
  'dns01-nameservers': listFlag(
    aws,
    'ADDRESSES',
    '',
    "Name servers that are asked in the place of a zone's own where dns01.checkNameServers is set: IP addresses, each with a port after it or not. Default: those of the zone, by Route 53.",
    parseNameServers,
  ),
  'use-fips-endpoint': booleanFlag(
    aws,
    'false',
    'Call the FIPS endpoints of AWS. Not together with a custom endpoint (AWS_ENDPOINT_URL).',
  ),
  'use-dualstack-endpoint': booleanFlag(
    aws,
    'false',
    'Call the dual-stack endpoints of AWS, which answer on IPv6 too. Not together with a custom endpoint (AWS_ENDPOINT_URL).',
  ),
  'ingress-shim': valueFlag(
    shim,
    'MODE',
    'auto',
    'Make Certificates for annotated Ingresses, Gateways and ListenerSets: auto for those whose issuer is an AWSPCAIssuer or AWSPCAClusterIssuer, all in the place of the ingress-shim of cert-manager, or off.',
    oneOf(['auto', 'all', 'off']),
  ),
  'ingress-shim-strict-parity': booleanFlag(
    shim,
    'false',
    "Do as cert-manager's ingress-shim does, also where this one would do better.",
  ),
  'default-issuer-name': valueFlag(
    shim,
    'NAME',
    '',
    'The issuer of an annotated object that names none. Default: none.',
    anyText,
  ),
  'default-issuer-kind': valueFlag(
    shim,
    'KIND',
    'Issuer',
    'The kind of the issuer of an annotated object that gives none.',
    nonEmptyText,
  ),
  'default-issuer-group': valueFlag(
    shim,
    'GROUP',
    'cert-manager.io',
    'The API group of the issuer of an annotated object that gives none.',
    anyText,
  ),
  'auto-certificate-annotations': listFlag(
    shim,
    'ANNOTATIONS',
    'kubernetes.io/tls-acme',
    'Annotations of an Ingress that ask for a certificate when they are true.',
    parseStringSlice,
  ),
  'extra-certificate-annotations': listFlag(
    shim,
    'ANNOTATIONS',
    '',
    'Annotations that are copied from an annotated object to its Certificates.',
    parseStringSlice,
  ),
  'gateway-api-extra-protocols': listFlag(
    shim,
    'PROTOCOLS',
    '',
    'Protocols of listeners that carry TLS, beside HTTPS and TLS.',
    parseStringSlice,
  ),
  kubeconfig: valueFlag(
    kubernetes,
    'FILE',
    '',
    'The kubeconfig to use. Default: that of KUBECONFIG, else the ServiceAccount of the pod, else ~/.kube/config.',
    anyText,
  ),
  'leader-elect': booleanFlag(
    kubernetes,
    'false',
    'Work only while holding a Lease, so that of several replicas one is active.',
  ),
  'leader-election-namespace': valueFlag(
    kubernetes,
    'NAMESPACE',
    '',
    `The namespace of the Lease. ${namespaceDefault}`,
    parseNamespace,
  ),
  'disable-client-side-rate-limiting': booleanFlag(
    kubernetes,
    'false',
    'Accepted for compatibility, without effect: calls to the Kubernetes API are not limited on this side.',
  ),
  'metrics-bind-address': valueFlag(
    servers,
    'ADDRESS',
    ':8080',
    'Where /metrics is served: host:port, :port for all interfaces, or 0 for nowhere.',
    parseListenAddress,
  ),
  'health-probe-bind-address': valueFlag(
    servers,
    'ADDRESS',
    ':8081',
    'Where /healthz and /readyz are served: host:port, :port for all interfaces, or 0 for nowhere.',
    parseListenAddress,
  ),
  'log-level': valueFlag(
    logging,
    'LEVEL',
    'info',
    'Write lines of this level and above: debug, info, warn or error. Goes before --zap-log-level.',
    oneOf(['debug', 'info', 'warn', 'error']),
  ),
  'zap-devel': booleanFlag(
    logging,
    'false',
    'Other defaults, for people: encoder console, level debug, stacks from level warn.',
  ),
  'zap-encoder': valueFlag(
    logging,
    'ENCODER',
    'json',
    'How lines are written: json or console.',
    oneOf(['json', 'console']),
  ),
  'zap-log-level': valueFlag(
    logging,
    'LEVEL',
    'info',
    'Write lines of this level and above: debug, info, error or panic (none). A number above 0 means debug.',
    parseZapLevel,
  ),
  'zap-stacktrace-level': valueFlag(
    logging,
    'LEVEL',
    'error',
    'Add the stack of an error to lines of this level and above: info, error or panic (none).',
    oneOf(['info', 'error', 'panic']),
  ),
  'zap-time-encoding': valueFlag(
    logging,
    'ENCODING',
    'rfc3339nano',
    'How the time of a line is written: epoch, millis, nano, iso8601, rfc3339 or rfc3339nano.',
    parseTimeEncoding,
  ),
  help: commandFlag(other, 'Show this text and end.'),
  h: commandFlag(other, 'The same as --help.'),
  version: commandFlag(other, 'Show the version and end.'),
} satisfies FlagTable;
