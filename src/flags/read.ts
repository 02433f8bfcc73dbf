import type { Argument } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { environmentName, environmentPrefix } from './flag.ts';
import type { FlagTable, FlagValues } from './flag.ts';
import { nearest } from './nearest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What arguments and environment say. `values` is complete, and right only if there are no faults. */
export interface Reading<Table extends FlagTable> {
  readonly values: FlagValues<Table>;
  /** The flags that were given, in either way, as opposed to those that have their default. */
  readonly given: ReadonlySet<keyof Table>;
  /** Everything that is wrong, a sentence each. */
  readonly faults: readonly string[];
  /** What is suspicious but stops nothing. */
  readonly warnings: readonly string[];
}

interface Text {
  readonly text: string;
  /** Names the place in a fault: `flag --x` or `environment variable AWSPCA_X`. */
  readonly place: string;
}

/**
 * The value of every flag: from the arguments, where the last one wins as in Go; else from the environment, where an
 * empty variable counts as absent; else its default.
 */
export function readFlags<Table extends FlagTable>(
  table: Table,
  argv: readonly string[],
  environment: Environment,
): Reading<Table> {
  const { texts, faults } = collectArguments(table, argv);
  const given = new Set<keyof Table>();
  const entries = Object.entries(table).map(([name, flag]): [string, unknown] => {
    const sources = texts.get(name) ?? (flag.commandLineOnly ? [] : fromEnvironment(name, environment));
    if (sources.length > 0) given.add(name);
    return [name, parseAll(flag, sources, faults)];
  });
  const values = Object.fromEntries(entries) as FlagValues<Table>;
  return { values, given, faults, warnings: unknownVariables(table, environment) };
}

function collectArguments(table: FlagTable, argv: readonly string[]): { texts: Map<string, Text[]>; faults: string[] } {
  const texts = new Map<string, Text[]>();
  const faults: string[] = [];
  for (const argument of readArguments(table, argv)) {
    if (argument.type !== 'flag') faults.push(faultOf(argument, table));
    else {
      const found = { text: argument.value ?? 'true', place: `flag --${argument.name}` };
      texts.set(argument.name, [...(texts.get(argument.name) ?? []), found]);
    }
  }
  return { texts, faults };
}

function faultOf(argument: Exclude<Argument, { type: 'flag' }>, table: FlagTable): string {
  switch (argument.type) {
    case 'missingValue':
      return `flag --${argument.name} needs a value`;
    case 'notAFlag':
      return `unexpected argument "${argument.text}"; the value of a true-or-false flag follows after "="`;
    case 'unknownFlag': {
      const meant = nearest(argument.name, Object.keys(table));
      return `unknown flag --${argument.name}${meant === undefined ? '' : `; did you mean --${meant}?`}`;
    }
  }
}

function fromEnvironment(name: string, environment: Environment): Text[] {
  const variable = environmentName(name);
  const text = environment[variable] ?? '';
  return text === '' ? [] : [{ text, place: `environment variable ${variable}` }];
}

/** The last value, or all together; a fault in an earlier one is reported too, since somebody meant it. */
function parseAll(flag: FlagTable[string], sources: readonly Text[], faults: string[]): unknown {
  let value = defaultOf(flag);
  for (const [index, { text, place }] of sources.entries()) {
    const result = flag.parse(text);
    if (result.ok) value = index > 0 && flag.combine ? flag.combine(value, result.value) : result.value;
    else faults.push(`invalid value "${text}" for ${place}: ${result.fault}`);
  }
  return value;
}

function defaultOf(flag: FlagTable[string]): unknown {
  const result = flag.parse(flag.defaultText);
  if (!result.ok) throw new Error(`the default "${flag.defaultText}" ${result.fault}`);
  return result.value;
}

/**
 * Kubernetes itself sets variables of this kind for every Service of the namespace, so that one named `awspca` would
 * collide with the prefix: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
const serviceVariable = /_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

function unknownVariables(table: FlagTable, environment: Environment): string[] {
  const settings = Object.entries(table).filter(([, flag]) => !flag.commandLineOnly);
  const known = settings.map(([name]) => environmentName(name));
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith(environmentPrefix) && !known.includes(name) && !serviceVariable.test(name),
  );
  return unknown.map((name) => {
    const meant = nearest(name, known);
    return `environment variable ${name} is no flag's${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}
