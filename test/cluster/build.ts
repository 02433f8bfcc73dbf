// node test/cluster/build.ts [program…]: builds the control plane's programs, or those named, and prints where they are.
import { runEntry, say } from './entry.ts';
import { CONTROL_PLANE_PROGRAMS, RECIPES, type ProgramName } from './programs/program-table.ts';
import { ensurePrograms } from './programs/programs.ts';

const isProgram = (name: string): name is ProgramName => Object.hasOwn(RECIPES, name);

await runEntry(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !isProgram(name));
  if (unknown.length > 0) {
    say(`Unknown program: ${unknown.join(', ')}. Known are ${Object.keys(RECIPES).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const names = asked.length === 0 ? CONTROL_PLANE_PROGRAMS : asked.filter(isProgram);
  const programs = await ensurePrograms(names, { log: say, environment: process.env });
  for (const path of Object.values(programs)) process.stdout.write(`${path}\n`);
});
