import { describeEnd } from '../cluster/servers/log-tail.ts';
import type { ProcessExit } from '../cluster/supervisor/messages.ts';
import type { SupervisedProcess } from '../cluster/supervisor/supervisor.ts';
import { eventually } from '../cluster/wait.ts';

type Program = Pick<SupervisedProcess, 'name' | 'logPath' | 'exited'>;

/** Asks until the program answers; rejects, with its last words, when it ends instead. */
export async function untilAnswers(program: Program, ask: () => Promise<unknown>): Promise<void> {
  let exit: ProcessExit | undefined;
  void program.exited.then((end) => (exit = end));
  const look = async (): Promise<boolean> => {
    if (exit) throw new Error(await describeEnd(program, exit));
    return succeeds(ask);
  };
  await eventually(look, { what: `${program.name} answers` });
}

function succeeds(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    // Not listening yet.
    () => false,
  );
}
