import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { describeStart } from './cli-text.ts';
import { connectAwsStandIn, type Authority, type DnsAddress, type Identity } from './index.ts';
import { fetchCertificate, issue, pcaClient } from './testing/clients.ts';
import { makeCsr } from './testing/csr.ts';

interface Announcement {
  readonly endpoint: string;
  readonly identity: Identity;
  readonly authorities: readonly Authority[];
  readonly environment: Readonly<Record<string, string>>;
  readonly dns: DnsAddress;
}

test('runs as a process of its own, is driven over HTTP, and ends on SIGTERM', async () => {
  const program = [join(import.meta.dirname, 'cli.ts'), '--json', '--region', 'eu-west-1', '--dns-port', '0'];
  const child = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { endpoint, identity, authorities, environment, dns } = JSON.parse(line) as Announcement;
    expect(environment).toMatchObject({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-west-1' });
    const client = pcaClient({ endpoint, identity, region: 'eu-west-1' });
    const CertificateAuthorityArn = authorities[1]?.arn ?? '';
    const arn = await issue(client, { CertificateAuthorityArn, csr: makeCsr(), SigningAlgorithm: 'SHA256WITHRSA' });
    expect((await fetchCertificate(client, arn)).chain).toContain(authorities[0]?.certificatePem);
    expect(await connectAwsStandIn(endpoint).billed()).toMatchObject([{ certificateArn: arn }]);
    expect(await connectAwsStandIn(endpoint).startDnsServer()).toEqual(dns);
    client.destroy();
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code).toBe(0);
});

test('tells a person which variables to set and which issuer to apply', () => {
  const authority = { arn: 'arn:ca', type: 'root', keyAlgorithm: 'RSA_2048' } as Authority;
  const started = { endpoint: 'http://127.0.0.1:1', region: 'eu-west-1', authorities: [authority] };
  const text = describeStart(started, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
  expect(text).toContain("export AWS_ENDPOINT_URL='http://127.0.0.1:1'");
  expect(text).not.toContain('DNS of its public hosted zones');
  const dns = { host: '127.0.0.1', port: 5353, address: '127.0.0.1:5353' };
  expect(describeStart({ ...started, dns }, {})).toContain('DNS of its public hosted zones: 127.0.0.1:5353');
  expect(text).toContain('kind: AWSPCAClusterIssuer');
  expect(text).toContain('  arn: arn:ca\n  region: eu-west-1');
});
