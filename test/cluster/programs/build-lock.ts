import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../supervisor/process-group.ts';
import { isAbandoned, parseLockOwner, TOUCH_EVERY_MS, type LockOwner } from './lock-owner.ts';
import { withProgress, type Log } from './progress.ts';

const RETRY_EVERY_MS = 200;

/**
 * Runs `work` while holding the lock file, waiting for another holder first. A holder that died loses it. In the rare
 * race of two processes that take over at once both may run: what they make must be put into place in one step.
 */
export async function withBuildLock<T>(path: string, log: Log, work: () => Promise<T>): Promise<T> {
  const owner: LockOwner = { pid: process.pid, host: hostname(), token: randomUUID() };
  if (!(await acquire(path, owner))) {
    log('Another process is building the same programs; waiting for it.');
    await withProgress(log, 'waiting for the other build', waitFor(path, owner));
  }
  const touching = setInterval(() => void touch(path), TOUCH_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    await release(path, owner);
  }
}

async function waitFor(path: string, owner: LockOwner): Promise<void> {
  do await delay(RETRY_EVERY_MS);
  while (!(await acquire(path, owner)));
}

async function acquire(path: string, owner: LockOwner): Promise<boolean> {
  if (await create(path, owner)) return true;
  return (await removeAbandoned(path, owner)) && (await create(path, owner));
}

/** Makes the lock file with its content in one step; false when it is there already. */
async function create(path: string, owner: LockOwner): Promise<boolean> {
  const draft = `${path}.${owner.token}`;
  await writeFile(draft, JSON.stringify(owner));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    ignore('EEXIST')(error);
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether the lock belonged to a holder that died, and is gone now. */
async function removeAbandoned(path: string, self: LockOwner): Promise<boolean> {
  const seen = await look(path);
  if (!seen || !isAbandoned(seen.owner, { host: self.host, isAlive, ageMs: seen.ageMs })) return false;
  const aside = `${path}.${self.token}.abandoned`;
  if (!(await moved(path, aside))) return false;
  // Between look and move another process may have taken over; its lock goes back where it was.
  const taken = await look(aside);
  const isOurs = taken?.owner?.token === seen.owner?.token;
  if (!isOurs) await link(aside, path).catch(ignore('EEXIST'));
  await rm(aside, { force: true });
  return isOurs;
}

async function look(path: string): Promise<{ owner: LockOwner | undefined; ageMs: number } | undefined> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { owner: parseLockOwner(text), ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function release(path: string, owner: LockOwner): Promise<void> {
  const seen = await look(path);
  if (seen?.owner?.token === owner.token) await rm(path, { force: true });
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(ignore('ENOENT'));
}

function moved(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (error: unknown) => {
      ignore('ENOENT')(error);
      return false;
    },
  );
}

function ignore(code: string): (error: unknown) => void {
  return (error) => {
    if (!hasCode(error, code)) throw error as Error;
  };
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
