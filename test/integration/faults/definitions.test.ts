import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../../cluster/wait.ts';
import { existingProjectFolder } from '../../crds/existing-project.ts';
import { awaitReady, type RunningController } from '../../support/controller.ts';
import { readObject } from '../support/shared-issuer.ts';
import { awaitAllIssued, createApproved } from './support/approved-requests.ts';
import { expectCalm } from './support/calm.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';

// A guard against hanging.
jest.setTimeout(180_000);

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const ownFolder = join(import.meta.dirname, '../../../crds');
let bench: FaultBench;
let lines: Lines;
let controller: RunningController | undefined;
beforeAll(async () => {
  // As after an upgrade by Helm, which leaves CRDs as they are.
  const older = join(await existingProjectFolder(process.env), 'config/crd/bases');
  bench = await FaultBench.start({ plane: { crdFolders: [older] } });
  lines = await bench.lines();
});
afterAll(() => bench.stop());
afterEach(async () => {
  await controller?.process.stop();
  controller = undefined;
});

async function start(...args: string[]): Promise<RunningController> {
  controller = await bench.controller(lines, { awaitReady: false, args });
  return controller;
}

async function probe({ probesUrl }: RunningController, path: string): Promise<string> {
  const answer = await fetch(`${probesUrl}/${path}`);
  return `${answer.status} ${(await answer.text()).trim()}`;
}

async function awaitLog(running: RunningController, text: string): Promise<void> {
  await eventually(async () => (await running.log()).includes(text), { what: `the log says: ${text}` });
}

const countOf = (log: string, text: string): number => log.split(text).length - 1;

/** Takes definitions away; what is returned brings them back. */
async function remove(...names: readonly string[]): Promise<() => Promise<void>> {
  const kept = await Promise.all(names.map(removeOne));
  return async () => {
    for (const body of kept) await bench.plane.demand('POST', DEFINITIONS, { body });
  };
}

async function removeOne(name: string): Promise<object> {
  const path = `${DEFINITIONS}/${name}`;
  const found = (await bench.plane.demand('GET', path)) as { metadata: { annotations?: object }; spec: object };
  await bench.plane.demand('DELETE', path);
  const isGone = async (): Promise<boolean> => (await bench.plane.request('GET', path)).status === 404;
  await eventually(isGone, { what: `${name} is gone` });
  const { annotations = {} } = found.metadata;
  const typed = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  return { ...typed, metadata: { name, annotations }, spec: found.spec };
}

describe('definitions of our kinds that are older than the code', () => {
  test('issuers become Ready and requests are signed; the rest of the status comes with the new definitions', async () => {
    const running = await start('--issuer-recheck-interval=1s');
    await awaitReady(running);
    await bench.applyIssuer();
    await bench.awaitIssuer();
    await createApproved(bench.plane, 'older');
    await awaitAllIssued(bench.plane, ['older']);
    const status = async () => (await readObject(bench.plane, 'AWSPCAClusterIssuer', '', 'ca'))?.status ?? {};
    expect(Object.keys(await status())).toEqual(['conditions']);
    const checks = async (): Promise<number> =>
      (await bench.aws.calls({ operation: 'DescribeCertificateAuthority' })).length;
    const enough = (await checks()) + 2;
    await eventually(async () => (await checks()) >= enough, { what: 'it is checked again' });
    expect(countOf(await running.log(), 'the CRD seems to be of an older version')).toBe(1);
    expectCalm(await running.log());

    const definition = await readFile(join(ownFolder, 'awspca.cert-manager.io_awspcaclusterissuers.yaml'), 'utf8');
    await bench.plane.demand(
      'PATCH',
      `${DEFINITIONS}/awspcaclusterissuers.awspca.cert-manager.io?fieldManager=test&force=true`,
      {
        body: definition,
        contentType: 'application/apply-patch+yaml',
      },
    );
    const isWhole = async (): Promise<boolean> => 'certificateAuthority' in (await status());
    await eventually(isWhole, { what: 'the status is whole' });
  });
});

describe('definitions that are not there', () => {
  test.each([
    ['cert-manager’s', ['certificaterequests.cert-manager.io'], ['certificaterequests']],
    [
      'our own',
      ['awspcaissuers.awspca.cert-manager.io', 'awspcaclusterissuers.awspca.cert-manager.io'],
      ['awspcaissuers', 'awspcaclusterissuers'],
    ],
  ])('%s, at the start: alive, not ready, and says why; ready and signing once they are', async (_, names, missing) => {
    const restore = await remove(...names);
    const running = await start();
    for (const name of names) await awaitLog(running, `"resource":"${name}"`);
    expect(await probe(running, 'livez')).toBe('200 ok');
    expect(await probe(running, 'readyz/synced')).toBe(`500 synced: no list yet of ${missing.join(', ')}`);
    // Said once for each kind, however often it was tried.
    const before = lines.api.calls.length;
    const isTriedAgain = async (): Promise<boolean> =>
      lines.api.calls.slice(before).filter(({ label }) => label === `WATCH ${missing[0]}`).length >= 2;
    await eventually(isTriedAgain, { what: 'it is looked for again' });
    expect(countOf(await running.log(), 'the API server does not serve this kind')).toBe(names.length);

    await restore();
    await awaitReady(running);
    await bench.applyIssuer();
    await bench.awaitIssuer();
    const name = `later-${missing.length}`;
    await createApproved(bench.plane, name);
    await awaitAllIssued(bench.plane, [name]);
    expectCalm(await running.log());
  });

  test('cert-manager’s, at the start: issuers are checked meanwhile', async () => {
    await bench.applyIssuer();
    const restore = await remove('certificaterequests.cert-manager.io');
    const since = (await bench.aws.calls({ operation: 'DescribeCertificateAuthority' })).length;
    const running = await start();
    const isChecked = async (): Promise<boolean> =>
      (await bench.aws.calls({ operation: 'DescribeCertificateAuthority' })).length > since;
    await eventually(isChecked, { what: 'the issuer is checked' });
    expect(await probe(running, 'readyz/synced')).toBe('500 synced: no list yet of certificaterequests');
    await restore();
    await awaitReady(running);
    expectCalm(await running.log());
  });

  test('any more, while it runs: it stays, and signs again when they are back', async () => {
    const running = await start();
    await awaitReady(running);
    const restore = await remove('certificaterequests.cert-manager.io');
    await awaitLog(running, 'the API server does not serve this kind');
    await restore();
    const isServed = async (): Promise<boolean> => {
      const { status } = await bench.plane.request('GET', '/apis/cert-manager.io/v1/certificaterequests');
      return status === 200;
    };
    await eventually(isServed, { what: 'requests are served again' });
    await createApproved(bench.plane, 'back');
    await awaitAllIssued(bench.plane, ['back']);
    expectCalm(await running.log());
  });
});
