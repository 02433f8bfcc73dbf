import { isIPv6 } from 'node:net';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import {
  CredentialCache,
  type Credentials,
  KubeConfigError,
  type KubeConnectionSource,
  type ReadFile,
} from './connection-source.ts';

/** https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: ReadFile;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether the kubelet told this process where its API server is. */
export function isInCluster(environment: InClusterOptions['environment']): boolean {
  return Boolean(environment.KUBERNETES_SERVICE_HOST) && Boolean(environment.KUBERNETES_SERVICE_PORT);
}

/** The API server and the service account of the Pod this process runs in. Throws KubeConfigError. */
export async function loadInClusterConfig(options: InClusterOptions): Promise<KubeConnectionSource> {
  const cache = new CredentialCache({ ...options, read: () => readCredentials(options.readFile) });
  await cache.get();
  return {
    server: serverUrl(options.environment),
    namespace: await readNamespace(options),
    origin: 'in-cluster',
    credentials: () => cache.get(),
    forget: () => cache.forget(),
  };
}

function serverUrl({
  KUBERNETES_SERVICE_HOST: host = '',
  KUBERNETES_SERVICE_PORT: port = '',
}: InClusterOptions['environment']): URL {
  const text = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (URL.canParse(text)) return new URL(text);
  throw new KubeConfigError(`KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT give no usable address: ${text}`);
}

async function readCredentials(readFile: ReadFile): Promise<Credentials> {
  const [token, ca] = await Promise.all([
    readPart(readFile, `${DIRECTORY}/token`),
    readPart(readFile, `${DIRECTORY}/ca.crt`),
  ]);
  return { tls: { ca }, headers: { authorization: `Bearer ${token.trim()}` } };
}

async function readPart(readFile: ReadFile, path: string): Promise<string> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new KubeConfigError(
      `${path} cannot be read: give the Pod a service account token (automountServiceAccountToken) or use --kubeconfig`,
      { cause },
    );
  }
}

async function readNamespace({ readFile, logger }: InClusterOptions): Promise<string | undefined> {
  try {
    return (await readFile(`${DIRECTORY}/namespace`)).trim() || undefined;
  } catch (error) {
    logger.debug({ error }, 'the service account has no namespace file');
    return undefined;
  }
}
