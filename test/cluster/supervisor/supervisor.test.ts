import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../wait.ts';
import { Supervisor, type ProcessSpec } from './supervisor.ts';

const PREFIX = join(tmpdir(), 'supervisor-test-');
const shell = (script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  ...{ name: 'script', command: 'sh', args: ['-c', script] },
  ...more,
});
const FOREVER = 'while :; do sleep 1; done';

/** Ended is also who only waits for a parent to take notice, as orphans do where process 1 takes none. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

let supervisor: Supervisor | undefined;
afterEach(() => supervisor?.stop());

async function begin(): Promise<Supervisor> {
  supervisor = await Supervisor.start(PREFIX);
  return supervisor;
}

describe('a supervised process', () => {
  test('reports how it ended and what it said, in the environment it was given', async () => {
    const owner = await begin();
    const environment = { GREETING: 'hello', HOME: null };
    const child = await owner.start(shell('echo $GREETING; echo ${HOME-no home} >&2; exit 3', { environment }));
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(await readFile(child.logPath, 'utf8')).toBe('hello\nno home\n');
  });

  test('that cannot be run rejects', async () => {
    const owner = await begin();
    await expect(owner.start({ name: 'none', command: '/nonexistent', args: [] })).rejects.toThrow('ENOENT');
  });

  test('takes a signal, and knows whether its end was asked for', async () => {
    const owner = await begin();
    const child = await owner.start(shell(FOREVER));
    expect(child.wasAsked()).toBe(false);
    child.signal('SIGKILL');
    expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.wasAsked()).toBe(true);
  });

  test('that does not listen to SIGTERM is killed after its grace', async () => {
    const owner = await begin();
    const child = await owner.start(shell(`trap "" TERM; echo ready; ${FOREVER}`));
    await eventually(async () => (await readFile(child.logPath, 'utf8')).includes('ready'), {
      what: 'the trap is set',
    });
    expect(await child.stop(10)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('takes what it started with it', async () => {
    const owner = await begin();
    const child = await owner.start(shell('sleep 600 & echo $!; wait'));
    const grandchild = await eventually(
      async () => Number(await readFile(child.logPath, 'utf8').catch(() => '')) || undefined,
      { what: 'the id of the grandchild' },
    );
    await child.stop();
    await eventually(() => Promise.resolve(!isRunning(grandchild)), { what: 'the grandchild is gone' });
  });
});

describe('the supervisor', () => {
  test('stops everything in the order of ranks and removes its folder', async () => {
    const owner = await begin();
    const order = `${PREFIX}order-${owner.folder.slice(-6)}`;
    const script = (name: string): string => `trap 'echo ${name} >> ${order}; exit' TERM; echo ready; ${FOREVER}`;
    for (const [rank, name] of ['etcd', 'server', 'client'].entries()) {
      const { logPath } = await owner.start(shell(script(name), { name, rank }));
      await eventually(async () => (await readFile(logPath, 'utf8')) === 'ready\n', { what: `${name} is ready` });
    }
    await owner.stop();
    expect((await readFile(order, 'utf8')).split('\n')).toEqual(['client', 'server', 'etcd', '']);
    expect(existsSync(owner.folder)).toBe(false);
    await expect(owner.start(shell('true'))).rejects.toThrow('its supervisor has ended');
    await rm(order);
  });

  test('ends what it owns when its owner is killed', async () => {
    const program = `${PREFIX}owner-${process.pid}.ts`;
    await writeFile(program, OWNER_PROGRAM);
    const args = ['--disable-warning=ExperimentalWarning', program, PREFIX, FOREVER];
    const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { pid, folder } = JSON.parse(line.toString()) as { pid: number; folder: string };
    expect([isRunning(pid), existsSync(folder)]).toEqual([true, true]);
    owner.kill('SIGKILL');
    await eventually(() => Promise.resolve(!isRunning(pid) && !existsSync(folder)), { what: 'nothing is left' });
    await rm(program);
  });

  test('that is killed itself takes its processes along', async () => {
    const owner = await begin();
    const helper = await owner.start(shell('echo $PPID; exec sleep 600'));
    const said = async (): Promise<number | undefined> => Number(await readFile(helper.logPath, 'utf8')) || undefined;
    process.kill(await eventually(said, { what: 'the id of the helper' }), 'SIGKILL');
    expect(await helper.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await eventually(() => Promise.resolve(!isRunning(helper.pid)), { what: 'the process is gone' });
    await owner.stop();
    expect(existsSync(owner.folder)).toBe(false);
  });
});

const OWNER_PROGRAM = `
import { Supervisor } from ${JSON.stringify(new URL('./supervisor.ts', import.meta.url).href)};
const owner = await Supervisor.start(process.argv[2]);
const { pid } = await owner.start({ name: 'x', command: 'sh', args: ['-c', process.argv[3]] });
console.log(JSON.stringify({ pid, folder: owner.folder }));
`;
