import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ContainerCredentialServer, TunnelProxy } from '../../test/support/credential-servers.ts';
import { createTlsIdentity } from '../../test/support/tls-identity.ts';
import { WireServer } from '../../test/support/wire-server.ts';

const host = 'sts.eu-west-1.amazonaws.com';
const identity = createTlsIdentity('aws', [host]);
const arn = 'arn:aws:iam::111122223333:user/x';
const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
  <Arn>${arn}</Arn><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

let folder: string;
let server: WireServer;
let proxy: TunnelProxy;
let agent: ContainerCredentialServer;
let environment: Record<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  await writeFile(join(folder, 'ca.pem'), identity.cert);
  server = new WireServer(identity);
  for (let count = 0; count < 2; count++) {
    server.answer((response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(answer));
  }
  const { port } = await server.listen();
  proxy = new TunnelProxy(Number(port));
  const { host: address } = await proxy.listen();
  agent = new ContainerCredentialServer(() => ({
    ...{ accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' },
    expiration: new Date(Date.now() + 3_600_000),
  }));
  agent.token = 'pod';
  environment = {
    ...{ HTTPS_PROXY: `http://user:password@${address}`, HTTP_PROXY: `http://${address}` },
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${(await agent.listen()).origin}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'pod',
  };
});
afterEach(async () => {
  await Promise.all([server.close(), proxy.close(), agent.close()]);
  await rm(folder, { recursive: true });
});

/** NODE_EXTRA_CA_CERTS is read when a process starts: so in one of its own. */
const callAws = (env: Record<string, string>) =>
  promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', 'test/support/call-aws.ts'], { env });

test('AWS is called through the proxy, by one tunnel that is kept, under a CA of one’s own; the agent of the node is not', async () => {
  const { stdout } = await callAws(environment);
  expect(JSON.parse(stdout)).toEqual([arn, arn]);
  expect(proxy.tunnels).toEqual([`${host}:443`]);
  expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:password').toString('base64')}`]);
  expect(server.requests.map(({ headers }) => headers.host)).toEqual([host, host]);
  expect(server.connections).toBe(1);
  expect(agent.shown).toEqual(['pod']);
});

test('NO_PROXY leaves the proxy out', async () => {
  // An address that nobody listens on: without the proxy there is no way to it, with it there would be.
  const endpoint = { AWS_ENDPOINT_URL_STS: 'https://127.0.0.1:1' };
  await expect(callAws({ ...environment, ...endpoint, NO_PROXY: '127.0.0.0/8' })).rejects.toThrow('ECONNREFUSED');
  expect(proxy.tunnels).toEqual([]);
});
