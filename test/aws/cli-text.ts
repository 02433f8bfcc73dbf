import type { Authority, DnsAddress } from './model.ts';

export interface Started {
  readonly endpoint: string;
  readonly region: string;
  readonly authorities: readonly Authority[];
  /** Undefined: no DNS server was asked for. */
  readonly dns?: DnsAddress;
}

/** What a person needs to try the controller against the stand-in. */
export function describeStart(
  { endpoint, region, authorities, dns }: Started,
  environment: Record<string, string>,
): string {
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}='${value}'`);
  const cas = authorities.map(({ arn, type, keyAlgorithm }) => `  ${arn}  (${type}, ${keyAlgorithm})`);
  return [
    `A stand-in for AWS listens at ${endpoint} (this machine only). Ctrl-C ends it.`,
    '\nCertificate authorities:',
    ...cas,
    ...(dns ? [`\nDNS of its public hosted zones: ${dns.address}`] : []),
    '\n1. Point the AWS SDK at it, in the shell that will run the controller:',
    ...exports,
    '\n2. Create a cluster and install cert-manager and this project’s CRDs and RBAC there:',
    'kind create cluster',
    'kubectl apply -f https://github.com/cert-manager/cert-manager/releases/latest/download/cert-manager.yaml',
    'kubectl apply -f crds/',
    '\n3. Run the controller on this machine (a pod could not reach 127.0.0.1), with the cluster’s kubeconfig:',
    'npm run build && node dist/manager.js -disable-approved-check',
    '\n4. Apply an issuer:',
    "kubectl apply -f - <<'EOF'",
    manifestOf(authorities.at(-1)?.arn ?? '', region),
    'EOF',
    `\nWhat was called and billed: curl -s -X POST ${endpoint}/_control/calls`,
    `                            curl -s -X POST ${endpoint}/_control/billed`,
  ].join('\n');
}

function manifestOf(arn: string, region: string): string {
  return [
    'apiVersion: awspca.cert-manager.io/v1beta1',
    'kind: AWSPCAClusterIssuer',
    'metadata:',
    '  name: stand-in',
    'spec:',
    `  arn: ${arn}`,
    `  region: ${region}`,
  ].join('\n');
}
