import { refuse } from '../pca/refuse.ts';

export type Parameters = Readonly<Record<string, unknown>>;

interface TextRule {
  readonly pattern?: RegExp;
  readonly max?: number;
}

/** Readers of an operation's input by the rules of its API model. Each throws ValidationException. */
export function readText(parameters: Parameters, name: string, rule: TextRule = {}): string {
  return readOptionalText(parameters, name, rule) ?? missing(name);
}

export function readOptionalText(parameters: Parameters, name: string, rule: TextRule = {}): string | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') return refuse(name, 'Member must be a string');
  const { pattern, max = Infinity } = rule;
  if (value.length === 0) return refuse(name, 'Member must have length greater than or equal to 1');
  if (value.length > max) return refuse(name, `Member must have length less than or equal to ${max}`);
  if (pattern && !pattern.test(value))
    refuse(name, `Member must satisfy regular expression pattern: ${pattern.source}`);
  return value;
}

export function readOptionalChoice<T extends string>(
  parameters: Parameters,
  name: string,
  choices: readonly T[],
): T | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  return choice ?? refuse(name, `Member must satisfy enum value set: [${choices.join(', ')}]`);
}

export function readChoice<T extends string>(parameters: Parameters, name: string, choices: readonly T[]): T {
  return readOptionalChoice(parameters, name, choices) ?? missing(name);
}

export function readOptionalChoices<T extends string>(
  parameters: Parameters,
  name: string,
  choices: readonly T[],
): readonly T[] | undefined {
  return readOptionalList(parameters, name)?.map((value) => readChoice({ [name]: value }, name, choices));
}

export function readOptionalInteger(
  parameters: Parameters,
  name: string,
  least: number,
  most: number,
): number | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  return refuse(name, `Member must be between ${least} and ${most}`);
}

export function readOptionalStructure(parameters: Parameters, name: string): Parameters | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Parameters;
  return refuse(name, 'Member must be a structure');
}

export function readStructure(parameters: Parameters, name: string): Parameters {
  return readOptionalStructure(parameters, name) ?? missing(name);
}

export function readOptionalList(parameters: Parameters, name: string): readonly unknown[] | undefined {
  const value = parameters[name];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? (value as readonly unknown[]) : refuse(name, 'Member must be a list');
}

function missing(name: string): never {
  return refuse(name, 'Member must not be null');
}

/** JSON 1.1 writes instants as epoch seconds. */
export const seconds = (epochMs: number): number => epochMs / 1000;
