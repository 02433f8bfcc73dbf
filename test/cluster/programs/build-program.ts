import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Supervisor, type ProcessSpec } from '../supervisor/supervisor.ts';
import { BuildFailed } from './missing-prerequisite.ts';
import { GO_ENVIRONMENT, goEnvironment } from './prerequisites.ts';
import type { Companion, ProgramName, Recipe } from './program-table.ts';

/** One program to build, everything about it decided. */
export interface BuildPlan {
  readonly name: ProgramName;
  readonly recipe: Recipe;
  /** Where the module lies. */
  readonly moduleFolder: string;
  readonly flags: readonly string[];
  /** The folder to make; the program has its own name in it. */
  readonly target: string;
}

type Overlay = NonNullable<ProcessSpec['environment']>;

/** Builds in a temporary folder beside the target, which then takes its place in one step. */
export async function buildProgram(plan: BuildPlan, environment: NodeJS.ProcessEnv): Promise<void> {
  const supervisor = await Supervisor.start(`${plan.target}.building-`);
  try {
    const draft = join(supervisor.folder, 'out');
    const scratch = join(supervisor.folder, 'go');
    await Promise.all([mkdir(draft), mkdir(scratch)]);
    await compile(plan, supervisor, draft, { ...goEnvironment(environment), ...GO_ENVIRONMENT, GOTMPDIR: scratch });
    for (const companion of plan.recipe.companions ?? []) await addCompanion(plan, companion, draft, environment);
    await putInPlace(draft, plan.target);
  } finally {
    await supervisor.stop();
  }
}

async function compile(plan: BuildPlan, supervisor: Supervisor, draft: string, environment: Overlay): Promise<void> {
  const build = await supervisor.start({
    name: 'build',
    command: 'go',
    args: ['build', ...plan.flags, '-o', join(draft, plan.name), plan.recipe.goPackage],
    environment,
    workingFolder: plan.moduleFolder,
  });
  const exit = await build.exited;
  if (exit.code === 0) return;
  const said = (await readFile(build.logPath, 'utf8')).trim().split('\n').slice(-15).join('\n');
  throw new BuildFailed(`go build of ${plan.name} failed (${exit.signal ?? `exit ${exit.code}`}):\n${said}`);
}

async function addCompanion(plan: BuildPlan, companion: Companion, draft: string, environment: NodeJS.ProcessEnv) {
  const options = { cwd: plan.moduleFolder, env: goEnvironment(environment) };
  const { stdout } = await promisify(execFile)('go', ['list', '-m', '-f', '{{.Dir}}', companion.goModule], options);
  const source = join(stdout.trim(), companion.folder);
  const isWanted = (file: string): boolean => companion.endings.some((ending) => file.endsWith(ending));
  const files = (await readdir(source)).filter(isWanted);
  await mkdir(join(draft, companion.as));
  await Promise.all(files.map((file) => copyFile(join(source, file), join(draft, companion.as, file))));
}

async function putInPlace(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    // Somebody else finished the same build; theirs is as good.
    if (!['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
