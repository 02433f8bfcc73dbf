import { createHash } from 'node:crypto';
import type { Companion } from './program-table.ts';

/** Everything that decides what a built program contains. */
export interface BuildInputs {
  readonly program: string;
  /** Contents of the module's files by their path in it. */
  readonly files: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  /** What is kept beside the program; left out where that is nothing. */
  readonly companions?: readonly Companion[] | undefined;
  /** As `go env GOVERSION` says, for example go1.26.0. */
  readonly goVersion: string;
  /** Operating system and architecture. */
  readonly platform: string;
}

/** Sixteen hexadecimal digits; the order in which files are listed does not matter. */
export function cacheKey(inputs: BuildInputs): string {
  const files = Object.entries(inputs.files).sort(([a], [b]) => (a < b ? -1 : 1));
  const { program, flags, goVersion, platform, companions } = inputs;
  const facts = [program, files, flags, goVersion, platform, ...(companions ? [companions] : [])];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}
