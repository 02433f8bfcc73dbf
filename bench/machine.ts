import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import type { ControlPlane } from '../test/cluster/control-plane.ts';
import { moduleVersion } from '../test/cluster/programs/program-table.ts';

const certManagerModule = new URL('../test/cluster/toolchain/cert-manager/go.mod', import.meta.url);

/** What the figures depend on, in a sentence. `goIssuer`: path of the controller in Go, where there is one. */
export async function describeMachine(plane: ControlPlane, goIssuer: string | undefined): Promise<string> {
  const { gitVersion } = (await plane.demand('GET', '/version')) as { gitVersion: string };
  const certManager = moduleVersion(await readFile(certManagerModule, 'utf8'), 'github.com/cert-manager/cert-manager');
  const go = goIssuer === undefined ? [] : [`Go ${await goVersion(goIssuer)}`];
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const versions = [
    ...[`${type()} ${release()}`, `Node.js ${process.version.slice(1)}`, ...go],
    ...[`Kubernetes ${gitVersion.slice(1)}`, `CRDs of cert-manager ${certManager.slice(1)}`],
  ];
  return `${cpus().length} cores, ${memory}; ${versions.join(', ')}`;
}

/** `go version <program>` names the release that it was built with. */
async function goVersion(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)('go', ['version', program]);
  return /\bgo(\d+\.\d+\S*)/.exec(stdout.slice(stdout.lastIndexOf(':')))?.[1] ?? 'of an unknown release';
}
