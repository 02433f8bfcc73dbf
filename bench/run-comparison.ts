import { loadavg } from 'node:os';
import { compare } from './compare.ts';
import { describeMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { describeCommand, keep, print } from './page.ts';
import type { World } from './stage.ts';
import { GO_TITLE, type Subject } from './subjects.ts';
import { renderTable } from './table.ts';

/** The controller in Go with its program, or why it does not take part. */
export type Opponent = { readonly subject: Subject; readonly program: string } | { readonly missing: string };

export async function runComparison(
  world: World,
  ours: Subject,
  theirs: Opponent,
  options: BenchOptions,
): Promise<void> {
  const [load = 0] = loadavg();
  const opponent = 'subject' in theirs ? theirs : undefined;
  const samples = await compare(world, opponent ? [ours, opponent.subject] : [ours], options);
  const table = renderTable(
    { title: ours.title, samples: samples.get(ours) ?? {} },
    {
      title: GO_TITLE,
      samples: (opponent && samples.get(opponent.subject)) ?? {},
      ...('missing' in theirs && { missing: theirs.missing }),
    },
  );
  print(table);
  // A part of the table must not take the place of the whole one.
  if (options.only !== undefined) return;
  const machine = await describeMachine(world.plane, opponent?.program);
  await keep(
    'comparison',
    `${describeRun(options)} ${machine}; load average ${load.toFixed(1)} at the start.\n\n${table}`,
  );
}

function describeRun({ rounds, skipGo }: BenchOptions): string {
  const args = [...(rounds === 3 ? [] : [`--rounds ${rounds}`]), ...(skipGo ? ['--skip-go'] : [])];
  const times = rounds === 1 ? 'one round' : `${rounds} rounds, medians (lowest to highest)`;
  return `${describeCommand(args)}: ${times}.`;
}
