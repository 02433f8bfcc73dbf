import type { RequestOptions } from 'node:https';
import { dirname } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import {
  CredentialCache,
  type Credentials,
  KubeConfigError,
  type KubeConnectionSource,
  type ReadFile,
  type TlsOptions,
} from './connection-source.ts';
import { errorCode } from './error-code.ts';

export interface KubeconfigOptions {
  /** Merged as kubectl does: the first file that defines a name or the current context wins. */
  readonly paths: readonly string[];
  /** Whether a path that does not exist is passed over, as for a list in KUBECONFIG. */
  readonly skipMissing: boolean;
  readonly readFile: ReadFile;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The current context of kubeconfig files, with all that @kubernetes/client-node understands: client certificates,
 * tokens, basic auth, exec plugins. Throws KubeConfigError.
 */
export async function loadKubeconfigFiles(options: KubeconfigOptions): Promise<KubeConnectionSource> {
  const files = options.paths.join(', ');
  const first = await mergeFiles(options);
  const { server, namespace } = describeContext(first, files);
  // Kept from read to read, because it remembers what exec plugins answered, until the API server refuses it.
  let config: KubeConfig | undefined = first;
  const read = async (): Promise<Credentials> => readCredentials((config ??= await mergeFiles(options)), files);
  const cache = new CredentialCache({ ...options, read });
  const forget = (): void => {
    config = undefined;
    cache.forget();
  };
  return { server, namespace, origin: files, credentials: () => cache.get(), forget };
}

async function mergeFiles(options: KubeconfigOptions): Promise<KubeConfig> {
  const configs = await Promise.all(options.paths.map((path) => loadFile(path, options)));
  const [first, ...rest] = configs.filter((config) => config !== undefined);
  if (first === undefined) throw new KubeConfigError(`no kubeconfig file is there: ${options.paths.join(', ')}`);
  for (const next of rest) mergeInto(first, next);
  return first;
}

async function loadFile(path: string, { readFile, skipMissing }: KubeconfigOptions): Promise<KubeConfig | undefined> {
  // Loaded only here: this import brings undici and every generated API, about 80 MB that a Pod never needs.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const text = await readText(path, readFile, skipMissing);
  if (text === undefined) return undefined;
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (error) {
    throw notAKubeconfig(path, error);
  }
  config.makePathsAbsolute(dirname(path));
  return config;
}

/** Says where the YAML breaks, if that is known; the parser's own message quotes the file, which holds secrets. */
function notAKubeconfig(path: string, error: unknown): KubeConfigError {
  const mark = error instanceof Error && 'mark' in error ? (error.mark as { line?: number } | undefined) : undefined;
  const place = mark?.line === undefined ? '' : ` (line ${mark.line + 1})`;
  return new KubeConfigError(`${path} is not a kubeconfig file: it is no YAML or JSON of kind Config${place}`);
}

async function readText(path: string, readFile: ReadFile, skipMissing: boolean): Promise<string | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    if (skipMissing && isMissing(cause)) return undefined;
    throw new KubeConfigError(`the kubeconfig file ${path} ${isMissing(cause) ? 'does not exist' : 'cannot be read'}`, {
      cause,
    });
  }
}

const isMissing = (error: unknown): boolean => errorCode(error) === 'ENOENT';

function mergeInto(target: KubeConfig, next: KubeConfig): void {
  const absentFrom =
    (present: readonly { name: string }[]) =>
    ({ name }: { name: string }): boolean =>
      !present.some((entry) => entry.name === name);
  target.clusters.push(...next.clusters.filter(absentFrom(target.clusters)));
  target.users.push(...next.users.filter(absentFrom(target.users)));
  target.contexts.push(...next.contexts.filter(absentFrom(target.contexts)));
  target.currentContext ||= next.currentContext;
}

function describeContext(config: KubeConfig, files: string): { server: URL; namespace: string | undefined } {
  // The declared type leaves out that a file may have no current-context.
  const name = (config.currentContext as string | undefined) ?? '';
  if (name === '')
    throw new KubeConfigError(`${files} has no current-context: set one with kubectl config use-context`);
  const context = config.getContextObject(name);
  if (context === null) throw new KubeConfigError(`${files} has no context ${name}, which is its current-context`);
  const cluster = config.getCluster(context.cluster);
  if (cluster === null)
    throw new KubeConfigError(`${files} has no cluster ${context.cluster}, which context ${name} names`);
  if (!URL.canParse(cluster.server))
    throw new KubeConfigError(`${files}: cluster ${cluster.name} has no usable server URL`);
  if (cluster.proxyUrl)
    throw new KubeConfigError(`${files}: cluster ${cluster.name} has a proxy-url, which is not supported`);
  if (context.user && config.getUser(context.user) === null)
    throw new KubeConfigError(`${files} has no user ${context.user}, which context ${name} names`);
  return { server: new URL(cluster.server), namespace: context.namespace };
}

async function readCredentials(config: KubeConfig, files: string): Promise<Credentials> {
  // client-node refuses plain http, which `kubectl proxy` serves on loopback, unless verification is switched off.
  config.clusters = config.clusters.map((c) => (c.server.startsWith('http:') ? { ...c, skipTLSVerify: true } : c));
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw new KubeConfigError(`${files}: the credentials of context ${config.currentContext} cannot be had`, { cause });
  }
  return { tls: tlsOptionsOf(options), headers: headersOf(options) };
}

function tlsOptionsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): TlsOptions {
  return {
    ...(isPem(ca) ? { ca } : {}),
    ...(isPem(cert) ? { cert } : {}),
    ...(isPem(key) ? { key } : {}),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

const isPem = (value: unknown): value is string | Buffer => typeof value === 'string' || Buffer.isBuffer(value);

function headersOf({ headers, auth }: RequestOptions): Record<string, string> {
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const basic = auth ? [['authorization', `Basic ${Buffer.from(auth).toString('base64')}`]] : [];
  return Object.fromEntries([...named, ...basic]) as Record<string, string>;
}
