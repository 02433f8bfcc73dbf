import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { imageEnvironment } from '../test/support/controller.ts';
import {
  type CpuProfile,
  type FindSource,
  type ProfileSummary,
  type Share,
  summarizeProfile,
} from './profile-summary.ts';
import { playBurst } from './scenarios/burst.ts';
import { Stage, type World } from './stage.ts';
import type { Subject } from './subjects.ts';
import { renderRows } from './table.ts';

const sourceMap = new URL('../dist/manager.js.map', import.meta.url);
const SHOWN = { modules: 15, functions: 25 };

/** Plays the burst under V8's profiler: what runs from the first approval until the last request is Ready. */
export async function profileBurst(world: World, subject: Subject): Promise<ProfileSummary> {
  const folder = join(world.plane.folder, 'cpu-profile');
  const environment = {
    NODE_OPTIONS: `${imageEnvironment()['NODE_OPTIONS'] ?? ''} --cpu-prof --cpu-prof-dir=${folder}`,
  };
  const moment = { from: 0, to: 0 };
  await Stage.play(world, subject, 'profile', async (stage) => {
    const { started, lastReadyAt } = await playBurst(stage, { environment });
    // The profile's clock is that of hrtime, in microseconds.
    const now = Number(process.hrtime.bigint() / 1000n);
    const since = (at: number): number => now - (performance.now() - at) * 1000;
    [moment.from, moment.to] = [since(started), since(lastReadyAt)];
    return {};
  });
  // Written when the process ended.
  const [file = ''] = await readdir(folder);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  return summarizeProfile(profile, await readSources(), moment);
}

async function readSources(): Promise<FindSource> {
  const map = new SourceMap(
    JSON.parse(await readFile(sourceMap, 'utf8')) as ConstructorParameters<typeof SourceMap>[0],
  );
  return ({ lineNumber, columnNumber }) => {
    const entry = map.findEntry(lineNumber, columnNumber);
    return 'originalSource' in entry ? entry.originalSource : undefined;
  };
}

export function renderProfile({ busyMs, functions, modules }: ProfileSummary): string {
  const table = (title: string, shares: readonly Share[], shown: number): string =>
    renderRows(
      [title, 'Self time'],
      shares.slice(0, shown).map(({ name, share }) => [`\`${name}\``, `${(share * 100).toFixed(1)} %`]),
    );
  return [
    `${Math.round(busyMs)} ms in which JavaScript's thread was not idle, 1,000 certificates, with the profiler on.`,
    table('Package or folder', modules, SHOWN.modules),
    table('Function', functions, SHOWN.functions),
  ].join('\n\n');
}
