import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { findFreePorts } from '../../cluster/free-ports.ts';

export interface MotoServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Ends by itself when its input ends, so that it outlives no test run, however that ends. */
const PROGRAM = `
import os, sys, threading
from moto.server import main
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
main(["-H", "127.0.0.1", "-p", sys.argv[1]])
`;

const ATTEMPTS = 3;

/** Starts moto's server on 127.0.0.1 and waits until it answers. Somebody may take its port before: then with another. */
export async function startMoto(python: string): Promise<MotoServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn((await findFreePorts(1))[0] ?? 0, python);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOn(port: number, python: string): Promise<MotoServer> {
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(python, ['-c', PROGRAM, String(port)], { stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    await untilAnswers(endpoint, child);
  } catch (error) {
    await end(child);
    throw error;
  }
  return { endpoint, stop: () => end(child) };
}

async function untilAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  while (!(await answers(endpoint))) {
    if (child.exitCode !== null) throw new Error(`moto ended with ${child.exitCode} instead of listening`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    return (await fetch(`${endpoint}/moto-api/`)).ok;
  } catch {
    // Not listening yet; the caller tries again or finds that the process has ended.
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
