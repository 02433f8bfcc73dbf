import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { MissingPrerequisite, type PrerequisiteCode } from './missing-prerequisite.ts';

const run = promisify(execFile);

/** Since 1.21 Go fetches the newer release that a module asks for: https://go.dev/doc/toolchain */
const OLDEST_GO = { major: 1, minor: 21 };

/**
 * Flags of our own, whatever the user has set: the same flags everywhere make Go's build cache fit. A module of ours
 * lies in a git repository, whose state must neither enter the program nor stop the build.
 */
export const GO_ENVIRONMENT = {
  GOTOOLCHAIN: 'auto',
  GOFLAGS: '-mod=readonly -buildvcs=false',
  CGO_ENABLED: '0',
  GOWORK: 'off',
  GOOS: null,
  GOARCH: null,
} as const;

export interface GoRelease {
  readonly version: string;
  readonly platform: string;
}

/** Throws MissingPrerequisite unless a Go is there that can fetch the release our modules ask for. */
export async function requireGo(environment: NodeJS.ProcessEnv): Promise<void> {
  const missing = 'Go is not installed: install Go 1.21 or newer from https://go.dev/dl/ and put it on the PATH.';
  const said = await output('go', ['version'], tmpdir(), goEnvironment(environment), 'go-missing', missing);
  const problem = describeOldGo(said);
  if (problem !== undefined) throw new MissingPrerequisite('go-too-old', problem);
}

/** Throws MissingPrerequisite unless openssl can be run. */
export async function requireOpenssl(environment: NodeJS.ProcessEnv): Promise<void> {
  const missing = 'openssl is not installed: install the package "openssl" and put it on the PATH.';
  await output('openssl', ['version'], tmpdir(), environment, 'openssl-missing', missing);
}

/** The Go that builds the module in this folder, fetched first if the module asks for a newer one. */
export async function goRelease(moduleFolder: string, environment: NodeJS.ProcessEnv): Promise<GoRelease> {
  const options = { cwd: moduleFolder, env: goEnvironment(environment) };
  const { stdout } = await run('go', ['env', 'GOVERSION', 'GOOS', 'GOARCH'], options);
  const [version = '', system = '', architecture = ''] = stdout.trim().split('\n');
  return { version, platform: `${system}/${architecture}` };
}

/** A sentence when `go version` names a release older than 1.21; nothing when it is new enough. */
export function describeOldGo(said: string): string | undefined {
  const match = /\bgo(\d+)\.(\d+)/.exec(said);
  // A development build names no release; it is newer than any.
  if (!match) return undefined;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > OLDEST_GO.major || (major === OLDEST_GO.major && minor >= OLDEST_GO.minor)) return undefined;
  return `Go ${major}.${minor} is too old: install Go 1.21 or newer from https://go.dev/dl/ and put it first on the PATH.`;
}

/** The environment in which every go command of ours runs. */
export function goEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const merged: Record<string, string | null | undefined> = { ...environment, ...GO_ENVIRONMENT };
  const isGiven = (entry: [string, string | null | undefined]): entry is [string, string] =>
    typeof entry[1] === 'string';
  return Object.fromEntries(Object.entries(merged).filter(isGiven));
}

async function output(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  code: PrerequisiteCode,
  missing: string,
): Promise<string> {
  try {
    return (await run(command, args, { cwd, env })).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new MissingPrerequisite(code, missing);
    throw error;
  }
}
