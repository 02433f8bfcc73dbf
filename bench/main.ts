// npm run bench: this controller and the one in Go through the same scenarios, by turns, on one control plane.
import { type ControlPlane, startControlPlane } from '../test/cluster/control-plane.ts';
import { runEntry, say } from '../test/cluster/entry.ts';
import { BuildFailed, MissingPrerequisite } from '../test/cluster/programs/missing-prerequisite.ts';
import { CONTROL_PLANE_PROGRAMS } from '../test/cluster/programs/program-table.ts';
import { ensurePrograms } from '../test/cluster/programs/programs.ts';
import { mintPool } from './csr-pool.ts';
import { type BenchOptions, parseOptions, USAGE } from './options.ts';
import { measureParts, PART_NAMES } from './parts/index.ts';
import { runProfile } from './profile.ts';
import { type Opponent, runComparison } from './run-comparison.ts';
import { SCENARIO_NAMES } from './scenarios/index.ts';
import type { World } from './stage.ts';
import { startSeparateStandIn } from './stand-in.ts';
import { goSubject, ourSubject } from './subjects.ts';

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
  const goIssuer = options.skipGo || options.profile ? { missing: 'left out' } : await findGoIssuer(environment);
  const plane = await startControlPlane({ programs, log: say, gatewayApi: false });
  try {
    await runBench(plane, goIssuer, options);
  } finally {
    await plane.stop();
  }
});

type GoIssuer = { readonly program: string } | { readonly missing: string };

async function findGoIssuer(environment: NodeJS.ProcessEnv): Promise<GoIssuer> {
  try {
    return { program: (await ensurePrograms(['go-issuer'], { log: say, environment }))['go-issuer'] };
  } catch (error) {
    if (!(error instanceof MissingPrerequisite) && !(error instanceof BuildFailed)) throw error;
    say(error.message);
    return { missing: error instanceof MissingPrerequisite ? 'Go is not there' : 'does not build here' };
  }
}

async function runBench(plane: ControlPlane, goIssuer: GoIssuer, options: BenchOptions): Promise<void> {
  const standIn = await startSeparateStandIn(plane);
  const world: World = { plane, ...standIn, pool: mintPool(500) };
  const ours = await ourSubject(plane, standIn);
  if (options.profile) return runProfile(world, ours);
  const theirs: Opponent =
    'missing' in goIssuer ? goIssuer : { ...goIssuer, subject: await goSubject(plane, standIn, goIssuer.program) };
  await runComparison(world, ours, theirs, options);
}
