import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { version } from './version.ts';

/** How the program ended, and all that it said. */
interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let home: string;
beforeAll(async () => (home = await mkdtemp(path.join(tmpdir(), 'main-'))));
afterAll(() => rm(home, { recursive: true }));

/** Runs the program from its sources, in an environment that knows of no cluster. */
function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ending> {
  const main = path.join(import.meta.dirname, 'main.ts');
  const options = { env: { PATH: process.env['PATH'], HOME: home, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    );
  });
}

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly error?: string;
}

const linesOf = ({ stderr }: Ending): Line[] =>
  stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

describe('what is asked for on the command line', () => {
  test('--version', async () =>
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' }));

  test('--help', async () => {
    const { code, stdout, stderr } = await run(['-help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Usage: .*\n\nSigning:\n {2}--disable-approved-check\n/s);
  });

  test('what cannot be meant: every fault is named, and the exit code is 2', async () => {
    const environment = { AWSPCA_PCA_ISSUE_RATE: 'fast' };
    expect(await run(['--leader-elekt', '--issuer-recheck-interval=5'], environment)).toEqual({
      ...{ code: 2, stdout: '' },
      stderr:
        'unknown flag --leader-elekt; did you mean --leader-elect?\n' +
        'invalid value "5" for flag --issuer-recheck-interval: must be a duration such as 90s, 5m or 1h30m\n' +
        'invalid value "fast" for environment variable AWSPCA_PCA_ISSUE_RATE: must be a number of calls per second, 0 or more\n' +
        'See --help.\n',
    });
  });
});

describe('a start that cannot succeed is one sentence, and the exit code is 1', () => {
  test('no cluster', async () => {
    const ending = await run([]);
    expect(ending.code).toBe(1);
    const last = linesOf(ending).at(-1);
    expect(last).toMatchObject({ level: 'error', msg: `the kubeconfig file ${home}/.kube/config does not exist` });
    expect(last).not.toHaveProperty('error');
  });

  test('the same port twice', async () => {
    const ending = await run(['--metrics-bind-address=:9000', '--health-probe-bind-address=127.0.0.1:9000']);
    expect(ending.code).toBe(1);
    expect(linesOf(ending).at(-1)?.msg).toBe(
      '--metrics-bind-address :9000 and --health-probe-bind-address 127.0.0.1:9000 are the same port; choose another one ' +
        'for either, or 0 to switch one off',
    );
  });

  test('a port that is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const kubeconfig = path.join(home, 'kubeconfig');
    // Nobody has to answer there: the servers start before anything is read.
    const cluster = { name: 'c', cluster: { server: `http://${taken}` } };
    const context = { name: 'x', context: { cluster: 'c', user: '' } };
    await writeFile(
      kubeconfig,
      JSON.stringify({ kind: 'Config', 'current-context': 'x', clusters: [cluster], contexts: [context], users: [] }),
    );
    other.on('connection', (socket) => socket.destroy());
    const args = ['--metrics-bind-address=0', `--health-probe-bind-address=${taken}`, `--kubeconfig=${kubeconfig}`];
    const ending = await run(args);
    await new Promise((resolve) => other.close(resolve));
    expect(ending.code).toBe(1);
    const last = linesOf(ending).at(-1);
    expect(last).toMatchObject({
      level: 'error',
      msg: `--health-probe-bind-address ${taken}: the port is taken; choose another one or 0 to switch it off`,
    });
    expect(last).not.toHaveProperty('error');
  });
});
