import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { startControlPlane, type ControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/wait.ts';
import { endAfterAll } from '../support/end-after-all.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';

const { programs } = sharedControlPlane().facts;
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const REQUESTS = '/apis/cert-manager.io/v1/namespaces/default/certificaterequests';
const configMap = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('a control plane of its own', () => {
  const atTheEnd = endAfterAll();
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane({ programs });
    atTheEnd(() => plane.stop());
  });

  test('keeps data, users and address when its API server restarts', async () => {
    const { token } = await plane.user('stays', {
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
    });
    await plane.demand('POST', CONFIG_MAPS, { body: configMap('before-server') });
    await plane.stopApiServer();
    await expect(plane.request('GET', '/readyz')).rejects.toThrow();
    await plane.startApiServer();
    expect(await plane.request('GET', `${CONFIG_MAPS}/before-server`, { token })).toMatchObject({ status: 200 });
  });

  test('keeps data when etcd is killed and started again, and takes writes', async () => {
    await plane.demand('POST', CONFIG_MAPS, { body: configMap('before-etcd') });
    await plane.restartEtcd();
    expect(await plane.request('GET', `${CONFIG_MAPS}/before-etcd`)).toMatchObject({ status: 200 });
    const isWritten = async (): Promise<boolean> =>
      (await plane.request('POST', CONFIG_MAPS, { body: configMap('after-etcd') })).status === 201;
    await eventually(isWritten, { what: 'etcd takes a write' });
  });

  test('counts on in the audit log of before the restart', async () => {
    expect(await plane.audit.count({ verb: 'create', resource: 'configmaps', name: 'before-server' })).toBe(1);
  });

  test('runs cert-manager with and without its approver', async () => {
    await plane.demand('POST', REQUESTS, { body: certificateRequest('waits') });
    await plane.startCertManager({ skip: ['gateway-shim', 'listenerset', 'certificaterequests-approver'] });
    const said = (): Promise<string> => readFile(join(plane.folder, 'cert-manager.log'), 'utf8');
    const isUp = async (): Promise<boolean> => (await said()).includes('"certificaterequests-issuer-selfsigned"');
    await eventually(isUp, { what: 'cert-manager starts its controllers' });
    await plane.stopCertManager();
    expect(await said()).not.toContain('certificaterequests-approver');
    await plane.startCertManager();
    const isApproved = async (): Promise<boolean> => (await conditions('waits')).includes('Approved');
    await eventually(isApproved, { what: 'the approver approves' });
  });

  test('ends the programs that were started with it', async () => {
    const program = await plane.startProcess({ name: 'client', command: 'sleep', args: ['600'] });
    const { folder } = plane;
    expect(processesNaming(folder)).not.toEqual([]);
    await plane.stop();
    expect(await program.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect([processesNaming(folder), existsSync(folder)]).toEqual([[], false]);
  });

  async function conditions(name: string): Promise<string[]> {
    const found = (await plane.demand('GET', `${REQUESTS}/${name}`)) as {
      status?: { conditions?: { type: string }[] };
    };
    return found.status?.conditions?.map((condition) => condition.type) ?? [];
  }
});

describe('a control plane whose API server cannot start', () => {
  test('says what the server said, and leaves nothing', async () => {
    const failing = startControlPlane({ programs, apiServerArguments: ['--no-such-flag'] });
    await expect(failing).rejects.toThrow(/kube-apiserver ended \(exit 1\):[^]*no-such-flag/);
  });
});

describe('nothing is left', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'when the program that holds a control plane gets %s',
    async (signal) => {
      const holder = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', HOLDER], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const folder = await announcedFolder(holder);
      // A controller that ends while its servers start is started again.
      await eventually(() => Promise.resolve(processesNaming(folder).length >= 4), { what: 'servers and controllers' });
      holder.kill(signal);
      const isGone = (): Promise<boolean> =>
        Promise.resolve(processesNaming(folder).length === 0 && !existsSync(folder));
      await eventually(isGone, { what: 'no process and no folder' });
    },
  );
});

const HOLDER = fileURLToPath(new URL('../cluster/main.ts', import.meta.url));

async function announcedFolder(holder: ChildProcess): Promise<string> {
  if (!holder.stdout) throw new Error('the holder has no output');
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  return dirname(line.toString().trim().replace('export KUBECONFIG=', ''));
}

/** Every server's command line names the folder of its control plane. */
function processesNaming(folder: string): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').filter((line) => line.includes(folder));
}

function certificateRequest(name: string): object {
  const spec = {
    request: Buffer.from('-----BEGIN CERTIFICATE REQUEST-----').toString('base64'),
    issuerRef: { name: 'none' },
  };
  return { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name }, spec };
}
