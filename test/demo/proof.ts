import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { DemoFailed } from './play.ts';

const run = promisify(execFile);

/** The three entries of a TLS Secret, as PEM. */
export interface TlsSecret {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** `roots`: PEM, whom to trust in the place of an empty ca.crt, as that of public certificates is. */
export async function readTlsSecret(
  plane: ControlPlane,
  namespace: string,
  name: string,
  roots?: string,
): Promise<TlsSecret> {
  const { stdout } = await plane.kubectl(['get', 'secret', '-n', namespace, name, '-o', 'json']);
  const { data } = JSON.parse(stdout) as { data: Record<string, string> };
  const entry = (key: string): string => {
    const value = data[key];
    if (value === undefined) throw new DemoFailed(`Secret ${namespace}/${name} has no ${key}`);
    return Buffer.from(value, 'base64').toString('utf8');
  };
  return { certificate: entry('tls.crt'), key: entry('tls.key'), authority: roots ?? entry('ca.crt') };
}

/** What openssl says of the chain from ca.crt down; rejects when it does not verify. */
export async function verifyWithOpenssl(secret: TlsSecret, folder: string): Promise<string> {
  const [authority, certificate] = [join(folder, 'ca.crt'), join(folder, 'tls.crt')];
  await writeFile(authority, secret.authority);
  await writeFile(certificate, secret.certificate);
  const verified = await run('openssl', ['verify', '-CAfile', authority, '-untrusted', certificate, certificate]);
  const fields = ['-subject', '-issuer', '-dates', '-ext', 'subjectAltName,extendedKeyUsage'];
  const shown = await run('openssl', ['x509', '-in', certificate, '-noout', ...fields]);
  return `${verified.stdout}${shown.stdout}`;
}

/** A TLS handshake between a server with the Secret and a client that trusts ca.crt alone. */
export async function handShake(secret: TlsSecret, serverName: string): Promise<string> {
  const server = createServer({ cert: secret.certificate, key: secret.key }, (socket) => socket.end('hello'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  try {
    return await greet(port, secret.authority, serverName);
  } finally {
    server.close();
  }
}

function greet(port: number, ca: string, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername, ca });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { name, version } = socket.getCipher();
      const summary = `${socket.getProtocol() ?? version}, ${name}, server ${servername} authorized: ${socket.authorized}`;
      socket.end();
      socket.once('close', () => resolve(summary));
      socket.resume();
    });
  });
}
