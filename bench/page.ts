import { readFile, writeFile } from 'node:fs/promises';
import { replaceBetweenMarkers } from './table.ts';

const page = new URL('../docs/benchmarks.md', import.meta.url);

/** Prints what was measured. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Puts it into docs/benchmarks.md, in the place of this name. */
export async function keep(name: 'comparison' | 'profile', content: string): Promise<void> {
  await writeFile(page, replaceBetweenMarkers(await readFile(page, 'utf8'), name, content));
}

/** For example `npm run bench -- --profile`, 2026-11-28. */
export const describeCommand = (args: readonly string[]): string =>
  `\`${['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')}\`, ${new Date().toISOString().slice(0, 10)}`;
