import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findFreePorts } from '../cluster/free-ports.ts';
import { ensurePrograms } from '../cluster/programs/programs.ts';
import { Supervisor } from '../cluster/supervisor/supervisor.ts';
import { createTlsIdentity } from '../support/tls-identity.ts';
import { untilAnswers } from './until-answers.ts';

export interface PebbleOptions {
  /** Whether accounts need a binding. */
  readonly externalAccountBinding?: boolean;
  /** Where challenges are looked up, `127.0.0.1:port`. */
  readonly dnsServer?: string;
  /** Challenges pass without being looked at. */
  readonly alwaysValid?: boolean;
  /** How many of a hundred good nonces are refused; Pebble's own default is 5. */
  readonly nonceReject?: number;
  /** With what chance, of a hundred, a valid authorization serves a further order. Default 0, which for Pebble is 1. */
  readonly authorizationReuse?: number;
  /** Names for which it refuses orders, and those below them. */
  readonly blockedDomains?: readonly string[];
  /** Seconds, of orders that are processed and authorizations that are pending. Pebble's own default is 3 and 5. */
  readonly retryAfter?: { readonly authorization: number; readonly order: number };
}

/** A running Pebble (https://github.com/letsencrypt/pebble): a real ACME server whose certificates nobody trusts. */
export interface Pebble {
  readonly directoryUrl: string;
  /** Of the CA of its own server certificate. */
  readonly caPem: string;
  /** Of the root of the certificates that it issues: another one each time that it starts. */
  roots(): Promise<string>;
  /** Of the binding, whether it is demanded or not. */
  readonly keyId: string;
  readonly macKey: string;
  /** The process's own id, for tests that look whether it has gone. */
  readonly pid: number;
  stop(): Promise<void>;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Starts Pebble on free ports of 127.0.0.1, in a folder of its own. It ends with `stop`, or with this process. */
export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const { pebble } = await ensurePrograms(['pebble'], { log: say, environment: process.env });
  const supervisor = await Supervisor.start(join(tmpdir(), 'pebble-'));
  try {
    return await start(pebble, supervisor, options);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
}

async function start(command: string, supervisor: Supervisor, options: PebbleOptions): Promise<Pebble> {
  const [port = 0, managementPort = 0, httpPort = 0, tlsPort = 0] = await findFreePorts(4);
  const identity = createTlsIdentity('pebble');
  const binding = { keyId: 'key-1', macKey: randomBytes(32).toString('base64url') };
  const config = configOf(options, { port, managementPort, httpPort, tlsPort }, binding);
  const inFolder = (name: string): string => join(supervisor.folder, name);
  await Promise.all([
    writeFile(inFolder('cert.pem'), identity.cert),
    writeFile(inFolder('key.pem'), identity.key, { mode: 0o600 }),
    writeFile(inFolder('config.json'), JSON.stringify(config), { mode: 0o600 }),
  ]);
  const dns = options.dnsServer === undefined ? [] : ['-dnsserver', options.dnsServer];
  const args = ['-config', 'config.json', ...dns];
  const process = await supervisor.start({ name: 'pebble', command, args, environment: environmentOf(options) });
  const get = (url: string): Promise<string> => fetchText(url, identity.cert);
  const directoryUrl = `https://127.0.0.1:${port}/dir`;
  const roots = (): Promise<string> => get(`https://127.0.0.1:${managementPort}/roots/0`);
  await untilAnswers(process, async () => Promise.all([get(directoryUrl), roots()]));
  return { directoryUrl, caPem: identity.cert, roots, ...binding, pid: process.pid, stop: () => supervisor.stop() };
}

function configOf(
  { externalAccountBinding = false, blockedDomains = [], retryAfter }: PebbleOptions,
  ports: Readonly<Record<'port' | 'managementPort' | 'httpPort' | 'tlsPort', number>>,
  { keyId, macKey }: { readonly keyId: string; readonly macKey: string },
): object {
  return {
    pebble: {
      listenAddress: `127.0.0.1:${ports.port}`,
      managementListenAddress: `127.0.0.1:${ports.managementPort}`,
      ...{ certificate: 'cert.pem', privateKey: 'key.pem', httpPort: ports.httpPort, tlsPort: ports.tlsPort },
      externalAccountBindingRequired: externalAccountBinding,
      externalAccountMACKeys: { [keyId]: macKey },
      domainBlocklist: blockedDomains,
      ...(retryAfter && { retryAfter: { authz: retryAfter.authorization, order: retryAfter.order } }),
    },
  };
}

function environmentOf({ alwaysValid = false, nonceReject, authorizationReuse = 0 }: PebbleOptions) {
  return {
    PEBBLE_VA_NOSLEEP: '1',
    PEBBLE_VA_ALWAYS_VALID: alwaysValid ? '1' : '0',
    PEBBLE_AUTHZREUSE: String(authorizationReuse),
    PEBBLE_WFE_NONCEREJECT: nonceReject === undefined ? null : String(nonceReject),
  };
}

/** One GET on a connection of its own. */
function fetchText(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, agent: false }, (answer) => void text(answer).then(resolve, reject));
    outgoing.on('error', reject).end();
  });
}
