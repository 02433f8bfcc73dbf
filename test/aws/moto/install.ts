import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release that the comparison in README.md describes. */
export const MOTO_VERSION = '5.2.5';

/** Why moto cannot be used on this machine; undefined when it can. */
export function missingForMoto(): string | undefined {
  const { status } = spawnSync('python3', ['--version']);
  if (status !== 0) return 'python3 not found';
  const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))';
  if (spawnSync('python3', ['-c', check]).status === 0) return undefined;
  return 'python3 is older than 3.10 or lacks venv and pip';
}

/** Python with moto in it, from the cache folder, where it is installed on first use (about 320 MB). */
export async function pythonWithMoto(environment: NodeJS.ProcessEnv, report: (line: string) => void): Promise<string> {
  const folder = join(cacheHome(environment), 'aws-privateca-issuer', `moto-${MOTO_VERSION}`);
  const python = join(folder, 'bin', 'python');
  if (existsSync(python)) return python;
  report(`Installing moto ${MOTO_VERSION} into ${folder}; this happens once and takes about two minutes.`);
  await install(folder);
  return python;
}

function cacheHome({ XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): string {
  // The XDG base directory specification treats an empty variable like an unset one.
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== '') return XDG_CACHE_HOME;
  return join(HOME ?? homedir(), '.cache');
}

/** Renamed into place whole, so that an interrupted or parallel installation harms nothing. */
async function install(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await mkdir(dirname(folder), { recursive: true });
  try {
    await run('python3', ['-m', 'venv', draft]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await run(join(draft, 'bin', 'python'), [...pip, `moto[server]==${MOTO_VERSION}`]);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another installation may have been the first to finish.
    if (!existsSync(folder)) throw error;
  }
}
