import { readdir, readFile } from 'node:fs/promises';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { imageEnvironment } from '../test/support/image.ts';
import { describeMachine } from './machine.ts';
import { describeCommand, keep, print } from './page.ts';
import { type CpuProfile, type FindSource, type ProfileSummary, summarizeProfile } from './profile-summary.ts';
import { playBurst } from './scenarios/burst.ts';
import { Stage, type World } from './stage.ts';
import type { Subject } from './subjects.ts';
import { renderRows } from './table.ts';

const bundle = new URL('../dist/', import.meta.url);
const SHOWN = { modules: 15, functions: 25 };

interface BurstProfile extends ProfileSummary {
  /** Of the whole process. */
  readonly cpuMs: number;
}

export async function runProfile(world: World, subject: Subject): Promise<void> {
  const profile = renderProfile(await profileBurst(world, subject));
  print(profile);
  const machine = await describeMachine(world.plane, undefined);
  await keep('profile', `${describeCommand(['--profile'])}. ${machine}.\n\n${profile}`);
}

/** Plays the burst under V8's profiler: what runs from the first approval until the last request is Ready. */
async function profileBurst(world: World, subject: Subject): Promise<BurstProfile> {
  const folder = join(world.plane.folder, 'cpu-profile');
  const environment = {
    NODE_OPTIONS: `${imageEnvironment()['NODE_OPTIONS'] ?? ''} --cpu-prof --cpu-prof-dir=${folder}`,
  };
  const moment = { from: 0, to: 0 };
  let cpuMs = 0;
  await Stage.play(world, subject, 'profile', async (stage) => {
    const { started, lastReadyAt, ...used } = await playBurst(stage, { environment });
    cpuMs = used.cpuMs;
    // The profile's clock is that of hrtime, in microseconds.
    const now = Number(process.hrtime.bigint() / 1000n);
    const since = (at: number): number => now - (performance.now() - at) * 1000;
    [moment.from, moment.to] = [since(started), since(lastReadyAt)];
    return {};
  });
  // Written when the process ended.
  const [file = ''] = await readdir(folder);
  const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
  return { cpuMs, ...summarizeProfile(profile, await readSources(), moment) };
}

async function readSources(): Promise<FindSource> {
  const files = (await readdir(bundle, { recursive: true })).filter((name) => name.endsWith('.js'));
  const maps = await Promise.all(files.map(async (name) => [new URL(name, bundle).href, await readMap(name)] as const));
  const byUrl = new Map(maps);
  return ({ url, lineNumber, columnNumber }) => {
    const entry = byUrl.get(url)?.findEntry(lineNumber, columnNumber);
    return entry && 'originalSource' in entry ? entry.originalSource : undefined;
  };
}

async function readMap(name: string): Promise<SourceMap> {
  const map: unknown = JSON.parse(await readFile(new URL(`${name}.map`, bundle), 'utf8'));
  return new SourceMap(map as ConstructorParameters<typeof SourceMap>[0]);
}

function renderProfile({ cpuMs, busyMs, functions, modules }: BurstProfile): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  const moduleRows = modules.slice(0, SHOWN.modules).map(({ name, share, withBuiltIns }) => {
    return [`\`${name}\``, percent(share), percent(withBuiltIns)];
  });
  const functionRows = functions.slice(0, SHOWN.functions).map(({ name, share }) => [`\`${name}\``, percent(share)]);
  return [
    `1,000 certificates took ${Math.round(cpuMs)} ms of CPU in all threads, with the profiler on; for ${Math.round(busyMs)} ms by ` +
      `the clock the thread of JavaScript did not idle, which is what the shares are of.`,
    renderRows(['Package or folder', 'Self time', 'With what it calls in Node.js and V8'], moduleRows),
    renderRows(['Function', 'Self time'], functionRows),
  ].join('\n\n');
}
