import { say } from '../test/cluster/entry.ts';
import { METRICS, type MetricName } from './metrics.ts';
import type { BenchOptions } from './options.ts';
import { fillCluster } from './scenarios/full.ts';
import { SCENARIO_NAMES, SCENARIOS } from './scenarios/index.ts';
import { type Figures, type Scenario, Stage, type World } from './stage.ts';
import { type Sample, summarize } from './statistics.ts';
import type { Subject } from './subjects.ts';
import { describe } from './table.ts';

type Samples = Partial<Record<MetricName, Sample[]>>;

/** Plays every scenario with one controller after the other, round by round, so that neither has the warmer machine. */
export async function compare(
  world: World,
  subjects: readonly Subject[],
  { rounds, only = SCENARIO_NAMES }: BenchOptions,
): Promise<Map<Subject, Samples>> {
  const samples = new Map<Subject, Samples>(subjects.map((subject) => [subject, {}]));
  for (const name of SCENARIO_NAMES.filter((known) => only.includes(known))) {
    if (name === 'full') {
      say('filling the cluster …');
      await fillCluster(world.plane);
    }
    for (let round = 1; round <= rounds; round++)
      for (const [subject, kept] of samples)
        for (const scenario of SCENARIOS[name]) {
          const figures = await play(world, subject, name, scenario);
          say(`${name}, round ${round} of ${rounds}, ${subject.title}: ${describeFigures(figures)}`);
          for (const [metric, sample] of Object.entries(figures) as [MetricName, Sample][])
            (kept[metric] ??= []).push(sample);
        }
  }
  return samples;
}

/** What goes wrong with one scenario must not cost the figures of the others: it is told, and this round has none. */
async function play(world: World, subject: Subject, name: string, scenario: Scenario): Promise<Figures> {
  try {
    return await Stage.play(world, subject, name, scenario);
  } catch (error) {
    say(`${name}, ${subject.title}: ${(error as Error).stack}`);
    process.exitCode = 1;
    return {};
  }
}

const describeFigures = (figures: Figures): string =>
  (Object.entries(figures) as [MetricName, Sample][])
    .map(([metric, sample]) => `${metric} ${describe(METRICS[metric], summarize([sample]))}`)
    .join(', ');
