import { BuildFailed, MissingPrerequisite } from './programs/missing-prerequisite.ts';

/** For a person at a terminal: progress and problems go to standard error, results to standard output. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs a program of the test folder. What the user can put right is said in a sentence, without a stack trace. */
export async function runEntry(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    if (!(error instanceof MissingPrerequisite) && !(error instanceof BuildFailed)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}
