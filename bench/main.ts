// npm run bench: this controller and the one in Go through the same scenarios, by turns, on one control plane.
import { readFile, writeFile } from 'node:fs/promises';
import { type ControlPlane, startControlPlane } from '../test/cluster/control-plane.ts';
import { runEntry, say } from '../test/cluster/entry.ts';
import { BuildFailed, MissingPrerequisite } from '../test/cluster/programs/missing-prerequisite.ts';
import { CONTROL_PLANE_PROGRAMS } from '../test/cluster/programs/program-table.ts';
import { ensurePrograms } from '../test/cluster/programs/programs.ts';
import { compare } from './compare.ts';
import { mintPool } from './csr-pool.ts';
import { describeMachine } from './machine.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { measureParts, PART_NAMES } from './parts/index.ts';
import { profileBurst, renderProfile } from './profile.ts';
import { SCENARIO_NAMES } from './scenarios/index.ts';
import type { World } from './stage.ts';
import { startSeparateStandIn } from './stand-in.ts';
import { GO_TITLE, goSubject, ourSubject } from './subjects.ts';
import { type Column, renderTable, replaceBetweenMarkers } from './table.ts';

const page = new URL('../docs/benchmarks.md', import.meta.url);

await runEntry(async () => {
  const options = parseOptions(process.argv.slice(2), { scenarios: SCENARIO_NAMES, parts: PART_NAMES });
  if (typeof options === 'string') {
    say(`${options}\n${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const environment = process.env;
  const programs = await ensurePrograms(CONTROL_PLANE_PROGRAMS, { log: say, environment });
  if (options.parts.length > 0) return measureParts(options.parts, programs);
  const goIssuer = options.skipGo || options.profile ? 'left out' : await findGoIssuer(environment);
  const plane = await startControlPlane({ programs, log: say, gatewayApi: false });
  try {
    await runBench(plane, goIssuer, options);
  } finally {
    await plane.stop();
  }
});

/** Its path, or why there is none. */
async function findGoIssuer(environment: NodeJS.ProcessEnv): Promise<{ readonly path: string } | string> {
  try {
    return { path: (await ensurePrograms(['go-issuer'], { log: say, environment }))['go-issuer'] };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite) && !(error instanceof BuildFailed)) throw error;
    say(error.message);
    return error instanceof MissingPrerequisite ? 'Go is not there' : 'does not build here';
  }
}

async function runBench(
  plane: ControlPlane,
  goIssuer: { readonly path: string } | string,
  options: BenchOptions,
): Promise<void> {
  const standIn = await startSeparateStandIn(plane);
  const world: World = { plane, ...standIn, pool: mintPool(500) };
  const ours = await ourSubject(plane, standIn);
  if (options.profile) {
    const profile = renderProfile(await profileBurst(world, ours));
    process.stdout.write(`${profile}\n`);
    const today = new Date().toISOString().slice(0, 10);
    await keep(
      'profile',
      `\`npm run bench -- --profile\`, ${today}. ${await describeMachine(plane, undefined)}.\n\n${profile}`,
    );
    return;
  }
  const theirs = typeof goIssuer === 'string' ? undefined : await goSubject(plane, standIn, goIssuer.path);
  const samples = await compare(world, theirs ? [ours, theirs] : [ours], options);
  const columns: [Column, Column] = [
    { title: ours.title, samples: samples.get(ours) ?? {} },
    {
      title: GO_TITLE,
      samples: (theirs && samples.get(theirs)) ?? {},
      ...(typeof goIssuer === 'string' && { missing: goIssuer }),
    },
  ];
  const machine = await describeMachine(plane, typeof goIssuer === 'string' ? undefined : goIssuer.path);
  const table = renderTable(...columns);
  process.stdout.write(`${table}\n`);
  // A part of the table must not take the place of the whole one.
  if (options.only === undefined) await keep('comparison', `${describeRun(options, machine)}\n\n${table}`);
}

function describeRun({ rounds, skipGo }: BenchOptions, machine: string): string {
  const command = ['npm run bench', ...(rounds === 3 && !skipGo ? [] : ['--'])];
  if (rounds !== 3) command.push(`--rounds ${rounds}`);
  if (skipGo) command.push('--skip-go');
  const times = rounds === 1 ? 'one round' : `${rounds} rounds, medians (lowest to highest)`;
  return `\`${command.join(' ')}\`, ${new Date().toISOString().slice(0, 10)}: ${times}. ${machine}.`;
}

async function keep(name: string, content: string): Promise<void> {
  await writeFile(page, replaceBetweenMarkers(await readFile(page, 'utf8'), name, content));
}
