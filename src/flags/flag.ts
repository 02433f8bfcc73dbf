import { parseGoBoolean } from './go-values.ts';
import type { Parse } from './parsed.ts';

/** One flag: what it is called on the command line is its key in the table of definitions. */
export interface Flag<T> {
  /** The heading under which --help shows it. */
  readonly group: string;
  /** A boolean stands alone or takes `=value`; any other takes `=value` or the next argument. */
  readonly boolean: boolean;
  /** What takes the place of the value in --help. */
  readonly placeholder: string;
  /** As it would be written on the command line; parsed like any other value. */
  readonly defaultText: string;
  /** One or two sentences. */
  readonly description: string;
  readonly parse: Parse<T>;
  /** For a flag that adds up when it is given again; left out: the last one wins. */
  combine?(earlier: T, later: T): T;
  /** True for what is a command rather than a setting (`--version`): the environment cannot give it. */
  readonly commandLineOnly?: true;
}

export type FlagTable = Readonly<Record<string, Flag<unknown>>>;

/** The values that a table of flags gives. */
export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Flag<infer T> ? T : never;
};

export function booleanFlag(group: string, defaultText: 'true' | 'false', description: string): Flag<boolean> {
  return { group, boolean: true, placeholder: '', defaultText, description, parse: parseGoBoolean };
}

/** A boolean that makes the program do something else instead, and end. */
export function commandFlag(group: string, description: string): Flag<boolean> {
  return { ...booleanFlag(group, 'false', description), commandLineOnly: true };
}

export function valueFlag<T>(
  group: string,
  placeholder: string,
  defaultText: string,
  description: string,
  parse: Parse<T>,
): Flag<T> {
  return { group, boolean: false, placeholder, defaultText, description, parse };
}

/** A list that is given in one piece, comma-separated, or in several. */
export function listFlag(
  group: string,
  placeholder: string,
  defaultText: string,
  description: string,
  parse: Parse<readonly string[]>,
): Flag<readonly string[]> {
  const flag = valueFlag(group, placeholder, defaultText, description, parse);
  return { ...flag, combine: (earlier, later) => [...earlier, ...later] };
}

/** `metrics-bind-address` → `AWSPCA_METRICS_BIND_ADDRESS`. */
export function environmentName(flag: string): string {
  return `${environmentPrefix}${flag.toUpperCase().replaceAll('-', '_')}`;
}

export const environmentPrefix = 'AWSPCA_';
