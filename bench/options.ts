import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly rounds: number;
  /** Undefined: all of them. */
  readonly only: readonly string[] | undefined;
  readonly skipGo: boolean;
  readonly profile: boolean;
}

export const USAGE = `Usage: npm run bench -- [options] [part…]
  --rounds <number>           rounds of each scenario and controller (default: 3)
  --only <name>,<name>        these scenarios alone
  --skip-go                   this controller alone
  --profile                   where the CPU time of the scenario burst goes, instead of the comparison`;

/** What is asked for, or a sentence that says what cannot be understood. */
export function parseOptions(args: readonly string[], known: readonly string[]): BenchOptions | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string', default: '3' },
        only: { type: 'string' },
        'skip-go': { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    // parseArgs says what is wrong in a sentence for the user.
    return (error as Error).message;
  }
  const { values } = parsed;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a number of at least 1, not ${values.rounds}.`;
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0) return `There is no scenario ${unknown.join(', ')}. Known are ${known.join(', ')}.`;
  return { rounds, only, skipGo: values['skip-go'], profile: values.profile };
}
