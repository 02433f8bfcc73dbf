import type { FlagTable } from './flag.ts';

/** One flag as it stood among the arguments. `value` is absent for a boolean without `=value`. */
export type Argument =
  | { readonly type: 'flag'; readonly name: string; readonly value?: string }
  | { readonly type: 'missingValue'; readonly name: string }
  | { readonly type: 'unknownFlag'; readonly name: string }
  | { readonly type: 'notAFlag'; readonly text: string };

const flagPattern = /^--?([^-=][^=]*)(?:=(.*))?$/s;

/**
 * Reads arguments by the rules of Go's flag package (https://pkg.go.dev/flag#hdr-Command_line_flag_syntax): one or two
 * dashes mean the same; the value follows after `=` or as the next argument; for a boolean only after `=`. Where Go
 * stops at the first argument that is no flag and ignores the rest, each such argument is reported.
 */
export function readArguments(table: FlagTable, argv: readonly string[]): Argument[] {
  const rest = [...argv];
  const result: Argument[] = [];
  for (let text = rest.shift(); text !== undefined; text = rest.shift()) {
    const [matched, name = '', value] = flagPattern.exec(text) ?? [];
    if (matched === undefined) result.push({ type: 'notAFlag', text });
    else result.push(readFlag(table, name, value, rest));
  }
  return result;
}

function readFlag(table: FlagTable, name: string, value: string | undefined, rest: string[]): Argument {
  const flag = Object.hasOwn(table, name) ? table[name] : undefined;
  if (flag === undefined) return readUnknown(name, value, rest);
  if (value !== undefined) return { type: 'flag', name, value };
  if (flag.boolean) return { type: 'flag', name };
  const next = rest.shift();
  return next === undefined ? { type: 'missingValue', name } : { type: 'flag', name, value: next };
}

/** What follows an unknown flag is most likely its value, and no second fault. */
function readUnknown(name: string, value: string | undefined, rest: string[]): Argument {
  if (value === undefined && rest[0]?.startsWith('-') === false) rest.shift();
  return { type: 'unknownFlag', name };
}
