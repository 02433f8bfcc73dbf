import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { GetCertificateCommand, RevokeCertificateCommand } from '@aws-sdk/client-acm-pca';
import { afterAll, expect, test } from '@jest/globals';
import { pcaClient } from '../aws/testing/clients.ts';
import { createRequest, decode } from './support/requests.ts';
import { applyObject, awaitRequest, createTenant, sharedIssuer } from './support/shared-issuer.ts';

const issuer = sharedIssuer();
const { plane, aws } = issuer;
const page = path.join(import.meta.dirname, '../../docs/find-a-certificate.md');
afterAll(() => plane.close());

/** The page's commands word for word, but for the names that a reader puts in and for what needs AWS's own program. */
async function commandsOf(names: Readonly<Record<string, string>>): Promise<string> {
  const blocks = (await readFile(page, 'utf8')).matchAll(/```sh\n(.*?)```/gs);
  const script = [...blocks].map(([, block = '']) => block).filter((block) => !block.startsWith('aws '));
  const replaced = Object.entries(names).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    script.join('\n'),
  );
  return `set -eu -o pipefail\n${replaced}\nprintf '%s\\n' "$ARN" "$CA" "$SERIAL"\n`;
}

test('docs/find-a-certificate.md finds ARN and serial, and AWS knows both', async () => {
  const tenant = await createTenant(issuer, 'find');
  await createRequest(plane, tenant, 'web-7');
  const request = await awaitRequest(plane, tenant.namespace, 'web-7', 'Issued');
  await applyObject(plane, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'site-tls', namespace: tenant.namespace },
    data: { 'tls.crt': request.status?.certificate },
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'find-'));
  await symlink(process.env['KUBECTL'] ?? 'kubectl', path.join(folder, 'kubectl'));
  const script = await commandsOf({ NAMESPACE: tenant.namespace, REQUEST: 'web-7', SECRET: 'site-tls' });
  const environment = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: environment });
  await rm(folder, { recursive: true });

  const [arn = '', ca = '', serial = ''] = stdout.trim().split('\n').slice(-3);
  const [bill] = (await aws.billed()).filter(
    ({ certificateAuthorityArn }) => certificateAuthorityArn === tenant.authority.arn,
  );
  expect({ arn, ca }).toEqual({ arn: bill?.certificateArn, ca: tenant.authority.arn });
  expect(serial.toLowerCase()).toBe(bill?.serial);
  expect(stdout).toContain(`serial=${serial}`);

  const client = pcaClient({ endpoint: aws.endpoint, identity: tenant.identity });
  const named = { CertificateAuthorityArn: ca };
  const { Certificate = '' } = await client.send(new GetCertificateCommand({ ...named, CertificateArn: arn }));
  expect(decode(request.status?.certificate)).toContain(Certificate.trim());
  await client.send(
    new RevokeCertificateCommand({ ...named, CertificateSerial: serial, RevocationReason: 'KEY_COMPROMISE' }),
  );
  client.destroy();
});
