import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly rounds: number;
  /** Undefined: all of them. */
  readonly only: readonly string[] | undefined;
  readonly skipGo: boolean;
  readonly profile: boolean;
  /** Measurements of this controller alone, instead of the comparison. */
  readonly parts: readonly string[];
}

/** What can be asked for. */
export interface KnownNames {
  readonly scenarios: readonly string[];
  readonly parts: readonly string[];
}

export const USAGE = `Usage: npm run bench -- [options] [part…]
  --rounds <number>           rounds of each scenario and controller (default: 3)
  --only <name>,<name>        these scenarios alone
  --skip-go                   this controller alone
  --profile                   where the CPU time of the scenario burst goes, instead of the comparison
  signing, shim, load         what docs/measurements.md tells of this controller alone, instead of the comparison
  load-50k                    load, and beside 50,000 finished requests too, which takes long`;

/** What is asked for, or a sentence that says what cannot be understood. */
export function parseOptions(args: readonly string[], known: KnownNames): BenchOptions | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
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
  const { values, positionals: parts } = parsed;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) return `--rounds takes a number of at least 1, not ${values.rounds}.`;
  const only = values.only?.split(',');
  return (
    describeUnknown('scenario', only ?? [], known.scenarios) ??
    describeUnknown('part', parts, known.parts) ?? {
      rounds,
      only,
      skipGo: values['skip-go'],
      profile: values.profile,
      parts,
    }
  );
}

function describeUnknown(what: string, names: readonly string[], known: readonly string[]): string | undefined {
  const unknown = names.filter((name) => !known.includes(name));
  return unknown.length === 0 ? undefined : `There is no ${what} ${unknown.join(', ')}. Known are ${known.join(', ')}.`;
}
