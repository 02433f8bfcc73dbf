import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram, type BuildPlan } from './build-program.ts';
import { withBuildLock } from './build-lock.ts';
import { cacheKey } from './cache-key.ts';
import { MissingPrerequisite } from './missing-prerequisite.ts';
import { goRelease, requireGo } from './prerequisites.ts';
import { linkerFlags, RECIPES, type ProgramName } from './program-table.ts';
import { elapsed, withProgress, type Log } from './progress.ts';

export interface EnsureOptions {
  readonly log: Log;
  /** Read for PATH, HOME, XDG_CACHE_HOME, KUBEBUILDER_ASSETS and Go's own variables. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Paths of executables by name. */
export type Programs<N extends ProgramName = ProgramName> = Readonly<Record<N, string>>;

const FIRST_BUILD = 'the first time this takes minutes, about 8 for a whole control plane on 2 cores';
const TOOLCHAIN = fileURLToPath(new URL('../toolchain', import.meta.url));

/**
 * Builds what is not in the cache yet and says where each program is. Throws MissingPrerequisite (one sentence for the
 * user) or BuildFailed.
 */
export async function ensurePrograms<N extends ProgramName>(
  names: readonly N[],
  options: EnsureOptions,
): Promise<Programs<N>> {
  const ready = prebuiltPrograms(names, options.environment);
  const wanted = names.filter((name) => !(name in ready));
  const plans = wanted.length === 0 ? [] : await planBuilds(wanted, options);
  if (plans.some(isMissing)) await buildMissing(plans, options);
  const built = plans.map((plan) => [plan.name, join(plan.target, plan.name)] as const);
  return Object.fromEntries([...Object.entries(ready), ...built]) as Programs<N>;
}

/** Where built programs are kept: under XDG_CACHE_HOME, or ~/.cache. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  // An empty value counts as not set: https://specifications.freedesktop.org/basedir/latest/
  const home = environment['XDG_CACHE_HOME'] || join(environment['HOME'] || homedir(), '.cache');
  return join(home, 'aws-privateca-issuer', 'toolchain');
}

function prebuiltPrograms(names: readonly ProgramName[], environment: NodeJS.ProcessEnv): Record<string, string> {
  const folder = environment['KUBEBUILDER_ASSETS'];
  if (!folder) return {};
  if (!existsSync(folder)) {
    const message = `KUBEBUILDER_ASSETS names ${folder}, which does not exist: correct it or unset it to have the programs built.`;
    throw new MissingPrerequisite('assets-missing', message);
  }
  const found = names.filter((name) => RECIPES[name].prebuilt && existsSync(join(folder, name)));
  return Object.fromEntries(found.map((name) => [name, join(folder, name)]));
}

async function planBuilds(names: readonly ProgramName[], options: EnsureOptions): Promise<BuildPlan[]> {
  await requireGo(options.environment);
  const planning = Promise.all(names.map((name) => planBuild(name, options.environment)));
  return withProgress(options.log, 'finding the Go release that the modules ask for', planning);
}

async function planBuild(name: ProgramName, environment: NodeJS.ProcessEnv): Promise<BuildPlan> {
  const recipe = RECIPES[name];
  const moduleFolder = join(TOOLCHAIN, recipe.module);
  const [files, go] = await Promise.all([readFiles(moduleFolder), goRelease(moduleFolder, environment)]);
  const flags = ['-trimpath', '-ldflags', linkerFlags(recipe, files['go.mod'] ?? '')];
  const { companions } = recipe;
  const key = cacheKey({ program: name, files, flags, companions, goVersion: go.version, platform: go.platform });
  return { name, recipe, moduleFolder, flags, target: join(cacheFolder(environment), `${name}-${key}`) };
}

async function readFiles(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return Object.fromEntries(names.map((name, i) => [name, contents[i] ?? '']));
}

async function buildMissing(plans: readonly BuildPlan[], { log, environment }: EnsureOptions): Promise<void> {
  const cache = cacheFolder(environment);
  await mkdir(cache, { recursive: true });
  await withBuildLock(join(cache, 'build.lock'), log, async () => {
    // Asked again under the lock: the process that held it may have built them.
    const missing = plans.filter(isMissing);
    if (missing.length === 0) return;
    log(`Building once: ${missing.map((plan) => plan.name).join(', ')} (${FIRST_BUILD}).`);
    for (const [i, plan] of missing.entries())
      await buildOne(plan, `${i + 1} of ${missing.length}`, { log, environment });
  });
}

async function buildOne(plan: BuildPlan, position: string, { log, environment }: EnsureOptions): Promise<void> {
  const start = performance.now();
  log(`Building ${plan.name} (${position}) …`);
  await withProgress(log, `building ${plan.name} (${position})`, buildProgram(plan, environment));
  log(`Built ${plan.name} in ${elapsed(performance.now() - start)}.`);
}

function isMissing(plan: BuildPlan): boolean {
  return !existsSync(join(plan.target, plan.name));
}
