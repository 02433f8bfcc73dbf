import { readFile as readFileFromDisk } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import { KubeConfigError, type KubeConnectionSource, type ReadFile } from './connection-source.ts';
import { isInCluster, loadInClusterConfig } from './in-cluster.ts';
import { loadKubeconfigFiles } from './kubeconfig.ts';

export interface LoadKubeConfigOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The --kubeconfig flag; empty counts as not given. */
  readonly kubeconfigPath?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Reads a text file; default: the disk. */
  readonly readFile?: ReadFile;
}

/**
 * Finds the API server in client-go's order: the flag, KUBECONFIG, the cluster this process runs in, ~/.kube/config.
 * Throws KubeConfigError.
 */
export async function loadKubeConfig(options: LoadKubeConfigOptions): Promise<KubeConnectionSource> {
  const { environment, clock, logger } = options;
  const readFile: ReadFile = options.readFile ?? ((path) => readFileFromDisk(path, 'utf8'));
  const access = { readFile, clock, logger };
  const listed = environment.KUBECONFIG?.split(delimiter).filter((path) => path !== '') ?? [];
  if (options.kubeconfigPath)
    return loadKubeconfigFiles({ ...access, paths: [options.kubeconfigPath], skipMissing: false });
  if (listed.length > 0) return loadKubeconfigFiles({ ...access, paths: listed, skipMissing: listed.length > 1 });
  if (isInCluster(environment)) return loadInClusterConfig({ ...access, environment });
  const home = environment.HOME ?? environment.USERPROFILE;
  if (!home) throw new KubeConfigError(NOTHING_CONFIGURED);
  return loadKubeconfigFiles({ ...access, paths: [join(home, '.kube', 'config')], skipMissing: false });
}

const NOTHING_CONFIGURED =
  'no Kubernetes API server is configured: run inside a cluster, give --kubeconfig, or set KUBECONFIG';
