// The program that owns every process of a control plane or a build. It lives in a session of its own and ends what it
// started as soon as the channel to its owner closes, which the kernel does however the owner dies, SIGKILL included.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Order, ProcessExit, Report, StartOrder } from './messages.ts';
import { signalGroup } from './process-group.ts';
import { planStopWaves } from './stop-order.ts';

interface Running {
  readonly id: number;
  readonly pid: number;
  readonly rank: number;
  readonly exited: Promise<ProcessExit>;
}

const FINAL_GRACE_MS = 5000;

function supervise(folderPrefix: string): void {
  const folder = mkdtempSync(folderPrefix);
  const running = new Map<number, Running>();
  const finish = onlyOnce(() => end(folder, running));
  process.on('message', (order: Order) => {
    if (order.kind === 'finish') void finish();
    else if (!finish.wasCalled()) follow(order, running);
  });
  process.on('disconnect', () => void finish());
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void finish());
  report({ kind: 'ready', folder });
}

function follow(order: Exclude<Order, { kind: 'finish' }>, running: Map<number, Running>): void {
  if (order.kind === 'start') {
    start(order.id, order, running);
    return;
  }
  const target = running.get(order.id);
  if (!target) return;
  if (order.kind === 'signal') signalGroup(target.pid, order.signal);
  else void stop(target, order.graceMs);
}

function start(id: number, order: StartOrder, running: Map<number, Running>): void {
  const child = launch(order);
  child.once('error', (error) => report({ kind: 'refused', id, message: error.message }));
  const pid = child.pid;
  if (pid === undefined) return;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  running.set(id, { id, pid, rank: order.rank, exited });
  report({ kind: 'started', id, pid });
  void exited.then((exit) => {
    // What the process itself left running goes with it.
    signalGroup(pid, 'SIGKILL');
    running.delete(id);
    report({ kind: 'exited', id, ...exit });
  });
}

function launch(order: StartOrder): ChildProcess {
  const log = openSync(order.logPath, 'a');
  try {
    const options = {
      cwd: order.workingFolder,
      env: overlay(process.env, order.environment),
      // A process group of its own: a signal then reaches what the process started, too.
      detached: true,
      stdio: ['ignore', log, log] as ['ignore', number, number],
    };
    return spawn(order.command, order.args, options);
  } finally {
    closeSync(log);
  }
}

function overlay(base: NodeJS.ProcessEnv, changes: Readonly<Record<string, string | null>>): NodeJS.ProcessEnv {
  const merged = Object.entries({ ...base, ...changes });
  return Object.fromEntries(merged.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

async function stop(target: Running, graceMs: number): Promise<void> {
  signalGroup(target.pid, 'SIGTERM');
  const patience = new AbortController();
  await Promise.race([target.exited, delay(graceMs, undefined, { signal: patience.signal })]);
  patience.abort();
  signalGroup(target.pid, 'SIGKILL');
  await target.exited;
}

async function end(folder: string, running: ReadonlyMap<number, Running>): Promise<void> {
  for (const wave of planStopWaves([...running.values()])) {
    await Promise.all(wave.map((target) => stop(target, FINAL_GRACE_MS)));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

function report(message: Report): void {
  // The owner may be gone; its supervisor carries on and cleans up.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function onlyOnce(work: () => Promise<void>): (() => Promise<void>) & { wasCalled(): boolean } {
  let done: Promise<void> | undefined;
  return Object.assign(() => (done ??= work()), { wasCalled: () => done !== undefined });
}

const folderPrefix = process.argv[2];
if (folderPrefix === undefined || !process.connected) throw new Error('only supervisor.ts starts this program');
supervise(folderPrefix);
