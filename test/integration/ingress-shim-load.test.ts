import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Certificate } from '../../src/api/certificate.ts';
import type { AuditMark } from '../cluster/access/audit-log.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/wait.ts';
import {
  type ControllerOptions,
  controllerUser,
  type RunningController,
  startController,
} from '../support/controller.ts';
import { endAfterAll } from '../support/end-after-all.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import { pathOf } from './support/shared-issuer.ts';
import { applyIngresses, awaitCount, callsOf, countCalls } from './support/shim-load.ts';
import { applyGateway, applyIngress, awaitCertificates, awaitNames, listCertificates } from './support/shim-objects.ts';

const certManager = 'system:serviceaccount:cert-manager:cert-manager';
// Nobody signs here: only what the shims write is looked at. An issuer need not exist for that.
const environment = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nobody', AWS_REGION: 'eu-west-1' };
const ours = {
  'cert-manager.io/issuer': 'ca',
  'cert-manager.io/issuer-kind': 'AWSPCAClusterIssuer',
  'cert-manager.io/issuer-group': 'awspca.cert-manager.io',
};
const theirs = { 'cert-manager.io/cluster-issuer': 'corp' };
const short = { 'awspca.cert-manager.io/cluster-issuer': 'ca' };

// A guard against hanging.
jest.setTimeout(600_000);

const atTheEnd = endAfterAll();
let plane: ControlPlane;
beforeAll(async () => {
  const shared = sharedControlPlane();
  plane = await startControlPlane({ programs: shared.facts.programs, gatewayApi: false });
  atTheEnd(() => plane.stop());
  shared.close();
});

const start = (options: Partial<ControllerOptions> = {}): Promise<RunningController> =>
  startController((spec) => plane.startProcess(spec), plane, { name: 'controller', environment, ...options });

/** However `work` ends, nothing is left to the next test. */
async function withController<T>(
  options: Partial<ControllerOptions>,
  work: (controller: RunningController) => Promise<T>,
): Promise<T> {
  const controller = await start(options);
  try {
    return await work(controller);
  } finally {
    await controller.process.stop();
  }
}

/** Waits until our shim has worked off what is queued, which it does in order. */
async function awaitIdle(): Promise<void> {
  const namespace = await plane.createNamespace('idle');
  await applyIngress(plane, namespace, 'last', { annotations: short, tls: { 'last-tls': ['last.orchard.test'] } });
  await awaitNames(plane, namespace, 'last-tls');
}

describe('without permission', () => {
  const user = {
    name: 'without-shim',
    clusterRoles: ['aws-privateca-issuer', 'aws-privateca-issuer-secrets'],
  };

  test.each([
    ['auto', 'info'],
    ['all', 'warn'],
  ])('mode %s: ready, and one line of level %s', async (mode, level) => {
    const options = { name: `denied-${mode}`, user, args: [`--ingress-shim=${mode}`] };
    await withController(options, async (controller) => {
      const find = async (): Promise<string[] | false> => {
        const lines = (await controller.log()).split('\n').filter((line) => line.includes('ingress-shim does without'));
        return lines.length > 0 && lines;
      };
      const lines = await eventually(find, { what: 'the line' });
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level, resource: 'certificates.cert-manager.io' });
      expect((await fetch(`${controller.probesUrl}/readyz`)).status).toBe(200);
    });
  });

  test('off: nothing is asked for, watched or said', async () => {
    const since = await plane.audit.mark();
    await withController({ args: ['--ingress-shim=off'] }, async (controller) => {
      expect(await controller.log()).not.toContain('ingress-shim does without');
      const resource = ['certificates', 'ingresses', 'gateways', 'listenersets'];
      expect(await plane.audit.list({ user: controllerUser, resource, since })).toEqual([]);
    });
  });
});

describe('one controller', () => {
  const afterThese = endAfterAll();
  beforeAll(async () => {
    const controller = await start();
    afterThese(() => controller.process.stop());
    await eventually(async () => (await controller.log()).includes('which the API server does not serve'), {
      what: 'the line about the missing kinds',
    });
    // It looks again every minute, while the other tests run.
    await plane.installGatewayApi();
  });

  test('500 Ingresses at once: one create and one event each, and no reads', async () => {
    const namespace = await plane.createNamespace('burst');
    const since = await plane.audit.mark();
    await applyIngresses(plane, namespace, 'burst', 500, () => short);
    await awaitCount(plane, namespace, 500);
    const areTold = async (): Promise<boolean> =>
      (await plane.audit.count({ user: controllerUser, namespace, resource: 'events', since })) >= 500;
    await eventually(areTold, { what: '500 events' });
    expect(countCalls(await callsOf(plane, controllerUser, namespace, since))).toEqual({
      'create certificates 201': 500,
      'create events 201': 500,
    });
  });

  test('10,000 updates of one Ingress cost a few writes, and the last one counts', async () => {
    const namespace = await plane.createNamespace('storm');
    const tlsOf = (update: number) => [{ secretName: 'storm-tls', hosts: [`host-${update}.orchard.test`] }];
    await applyIngress(plane, namespace, 'storm', {
      annotations: short,
      tls: { 'storm-tls': ['host-0.orchard.test'] },
    });
    await awaitNames(plane, namespace, 'storm-tls');
    const since = await plane.audit.mark();
    const started = performance.now();
    for (let update = 1; update <= 10_000; update++)
      await plane.demand('PATCH', pathOf('Ingress', namespace, 'storm'), {
        body: { spec: { tls: tlsOf(update) } },
        contentType: 'application/merge-patch+json',
      });
    const isLast = ([found]: readonly Certificate[]): boolean =>
      found?.spec?.dnsNames?.[0] === 'host-10000.orchard.test';
    await awaitCertificates(plane, namespace, 'the last host', isLast);
    // Until the last one is written: it may be a while until the shim learns of it.
    const seconds = (performance.now() - started) / 1000;
    const calls = countCalls(await callsOf(plane, controllerUser, namespace, since));
    // Five at once, then one in fifteen seconds: however long it took.
    expect(calls['patch certificates 200']).toBeLessThanOrEqual(5 + seconds / 15);
    expect(Object.keys(calls).filter((kind) => kind.includes('certificates'))).toEqual(['patch certificates 200']);
  });

  test('the Gateway API appears later, and the shim notices', async () => {
    const namespace = await plane.createNamespace('later');
    await applyGateway(plane, namespace, 'edge', { annotations: short, tls: { 'edge-tls': ['edge.orchard.test'] } });
    const isThere = (found: readonly Certificate[]): boolean => found.length === 1;
    const [certificate] = await awaitCertificates(plane, namespace, 'its Certificate', isThere, 240_000);
    expect(certificate?.spec?.issuerRef.name).toBe('ca');
  });
});

test('a crash in the middle of 300 objects: each has exactly one Certificate', async () => {
  const namespace = await plane.createNamespace('crash');
  const since = await plane.audit.mark();
  await withController({ name: 'crashing' }, async (first) => {
    // However late the kill comes, something is left to do: the last fifty come after it.
    const applied = applyIngresses(plane, namespace, 'crash', 250, () => short);
    await awaitCertificates(plane, namespace, 'some Certificates', (found) => found.length >= 50);
    first.process.signal('SIGKILL');
    await Promise.all([first.process.exited, applied]);
    await applyIngresses(plane, namespace, 'crash-late', 50, () => short);
    expect((await listCertificates(plane, namespace)).length).toBeLessThan(300);
  });
  await withController({}, async () => {
    await awaitCount(plane, namespace, 300);
    await awaitIdle();
    const calls = await plane.audit.list({ user: controllerUser, namespace, resource: 'certificates', since });
    const { 'create certificates 201': done = 0, 'create certificates 504': cut = 0, ...more } = countCalls(calls);
    // What was under way when the process was killed, five at most, is recorded as 504, whether it was carried out or not.
    expect(cut).toBeLessThanOrEqual(5);
    expect(done).toBeLessThanOrEqual(300);
    expect(done + cut).toBeGreaterThanOrEqual(300);
    expect(more).toEqual({});
  });
});

describe("beside cert-manager's own ingress-shim", () => {
  const keyless = ['certificates-key-manager', 'certificates-issuing', 'certificates-request-manager'];
  beforeAll(() => plane.startCertManager({ skip: [...keyless, 'gateway-shim', 'listenerset'] }));
  afterAll(() => plane.stopCertManager());

  /** Writes to each Certificate that were carried out, by both shims; a status is no matter of theirs. */
  async function countWrites(namespace: string, since: AuditMark): Promise<Map<string, number>> {
    const calls = await plane.audit.list({
      ...{ user: [controllerUser, certManager], verb: ['create', 'update', 'patch', 'delete'], namespace, since },
      ...{ resource: 'certificates', subresource: '' },
    });
    const writes = new Map<string, number>();
    for (const { name, status } of calls) if (status < 300) writes.set(name, (writes.get(name) ?? 0) + 1);
    return writes;
  }

  /** Waits until neither shim has anything left to do: what each is asked last is done, and nobody writes any more. */
  async function awaitSettled(namespace: string, since: AuditMark): Promise<Map<string, number>> {
    await awaitIdle();
    const idle = await plane.createNamespace('idle');
    await applyIngress(plane, idle, 'last', { annotations: theirs, tls: { 'last-tls': ['last.orchard.test'] } });
    await awaitNames(plane, idle, 'last-tls');
    let before = -1;
    const isQuiet = async (): Promise<Map<string, number> | false> => {
      const writes = await countWrites(namespace, since);
      const total = [...writes.values()].reduce((sum, count) => sum + count, 0);
      const isSame = total === before;
      before = total;
      return isSame && writes;
    };
    return eventually(isQuiet, { what: 'nobody writes', everyMs: 2000 });
  }

  const countsOf = (writes: Map<string, number>): number[] => [...new Set(writes.values())].sort();

  test.each(['auto', 'all'])('mode %s, 200 objects: no fight, and quiet once it is settled', async (mode) => {
    const namespace = await plane.createNamespace(`beside-${mode}`);
    const annotationsOf = (index: number): Readonly<Record<string, string>> => (index % 2 === 0 ? ours : theirs);
    await withController({ args: [`--ingress-shim=${mode}`] }, async () => {
      const created = await plane.audit.mark();
      await applyIngresses(plane, namespace, 'beside', 200, annotationsOf);
      await awaitCount(plane, namespace, 200);
      expect(countsOf(await awaitSettled(namespace, created))).toEqual([1]);

      const updated = await plane.audit.mark();
      await applyIngresses(plane, namespace, 'beside', 200, annotationsOf, ['b.orchard.test', 'a.orchard.test']);
      await awaitCount(plane, namespace, 200, 2);
      // Both may come to the same update at once; one of them is refused, as it was made for an older state.
      expect(countsOf(await awaitSettled(namespace, updated))).toEqual([1]);

      const touched = await plane.audit.mark();
      await touchAll(namespace, mode);
      expect(countsOf(await awaitSettled(namespace, touched))).toEqual([]);
    });
  });

  /** Makes both shims look at every object once more, without anything to do. */
  async function touchAll(namespace: string, mode: string): Promise<void> {
    const body = { metadata: { annotations: { 'orchard.test/looked-at': mode } } };
    const options = { body, contentType: 'application/merge-patch+json' };
    for (let index = 0; index < 200; index++)
      await plane.demand('PATCH', pathOf('Ingress', namespace, `beside-${index}`), options);
  }
});
