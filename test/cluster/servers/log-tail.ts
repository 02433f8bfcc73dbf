import { readFile } from 'node:fs/promises';
import type { ProcessExit } from '../supervisor/messages.ts';
import type { SupervisedProcess } from '../supervisor/supervisor.ts';

/** What a process said last: most say there why they ended. */
export async function readLogTail(path: string, lines = 5): Promise<string> {
  const text = await readFile(path, 'utf8');
  return text.trimEnd().split('\n').slice(-lines).map(shorten).join('\n');
}

/** A line of a server may hold a page of state. */
function shorten(line: string): string {
  return line.length > 500 ? `${line.slice(0, 500)} …` : line;
}

export async function describeEnd(
  program: Pick<SupervisedProcess, 'name' | 'logPath'>,
  exit: ProcessExit,
): Promise<string> {
  const how = exit.signal ?? `exit ${exit.code}`;
  return `${program.name} ended (${how}):\n${await readLogTail(program.logPath)}`;
}
