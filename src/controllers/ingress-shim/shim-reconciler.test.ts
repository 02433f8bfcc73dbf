import { beforeEach, describe, expect, test } from '@jest/globals';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { apiError } from '../../../test/support/fake-kube-api.ts';
import { createMemoryLogger } from '../../../test/support/memory-logger.ts';
import { RecordedEvents, RecordedMetric } from '../../../test/support/recorders.ts';
import { certificate, ingress, wanted } from '../../../test/support/shim-builders.ts';
import { ScriptedKubeClient } from '../../../test/support/scripted-kube-client.ts';
import type { Certificate } from '../../api/certificate.ts';
import type { KubeClient } from '../../kube/client.ts';
import { ApiError } from '../../kube/errors.ts';
import type { ObjectName } from '../../kube/objects.ts';
import { ObjectStore } from '../../kube/store.ts';
import type { Result } from '../../runtime/reconciler.ts';
import { CertificateView } from './certificate-view.ts';
import { ShimMemories } from './shim-memory.ts';
import type { ShimAction, ShimFacts, ShimObject, ShimPlan, ShimSettings } from './shim-plan.ts';
import { createShimReconciler } from './shim-reconciler.ts';
import { certificateWatch } from './shim-watches.ts';
import { ShimWriter } from './shim-writer.ts';

const key = 'Ingress/fruit/stall';
const stall = ingress('stall', ['pay-tls']);
const nothing: ShimPlan = { actions: [], problems: [], waitsFor: [] };
const settings: ShimSettings = {
  ...{ mode: 'all', strictParity: false, defaultIssuer: { name: '', kind: 'Issuer', group: 'cert-manager.io' } },
  ...{ autoCertificateAnnotations: [], extraCertificateAnnotations: [], extraProtocols: [] },
};

const event = (message: string) => ({ type: 'Normal', reason: 'Done', message }) as const;
const create = (name = 'pay-tls'): ShimAction => ({
  ...{ kind: 'create', certificate: wanted(name, stall), event: event(`created ${name}`) },
});
const update = (existing: Certificate): ShimAction => ({
  ...{ kind: 'update', existing, certificate: wanted(existing.metadata.name, stall), event: event('updated') },
});
const remove = (existing: Certificate): ShimAction => ({ kind: 'delete', existing, event: event('deleted') });

/** Answers writes: with the next fault, or as if they were carried out. */
class WriteClient extends ScriptedKubeClient {
  readonly calls: string[] = [];
  readonly faults: (Error | undefined)[] = [];

  override readonly create = (async (_: unknown, __: unknown, body: Certificate) =>
    this.mutate(await this.#answer(`create ${body.metadata.name}`, body))) as never;
  /** What a mutating webhook makes of it. */
  mutate = (written: Certificate): Certificate => written;

  override readonly patch = (async (_: unknown, { name }: ObjectName, { body }: { body: readonly object[] }) =>
    this.mutate(
      await this.#answer(`patch ${name} ${JSON.stringify(body.slice(0, 2))}`, certificate(name, stall)),
    )) as never;
  override readonly delete = ((_: unknown, { name }: ObjectName, options: { uid: string; resourceVersion: string }) =>
    this.#answer(`delete ${name} ${options.uid}@${options.resourceVersion}`, certificate(name))) as never;

  async #answer(call: string, { apiVersion, kind, metadata, spec }: Certificate): Promise<Certificate> {
    this.calls.push(call);
    const fault = this.faults.shift();
    if (fault) throw fault;
    const written = { ...certificate(metadata.name).metadata, ...metadata, resourceVersion: '7' };
    return { apiVersion, kind, metadata: written, ...(spec ? { spec } : {}) };
  }
}

function createBench(options: { readonly strictParity?: boolean } = {}) {
  const store = new ObjectStore<Certificate>(certificateWatch.indexers);
  const clock = new FakeClock();
  const client = new WriteClient();
  const events = new RecordedEvents();
  const certificates = new RecordedMetric();
  const problems = new RecordedMetric();
  const memories = new ShimMemories(clock);
  const objects = new Map<string, ShimObject>([[key, stall]]);
  const seen: ShimFacts[] = [];
  const bench = { store, clock, client, events, certificates, problems, memories, objects, seen, plan: nothing };
  const view = new CertificateView({ store }, clock);
  const reconcile = createShimReconciler({
    settings: { ...settings, ...options },
    ...{ memories, view, random: () => 0.5 },
    writer: new ShimWriter({ client: client as KubeClient, events, view, metrics: { certificates, problems } }),
    findObject: (name) => objects.get(name),
    findParent: () => undefined,
    plan: (facts) => {
      seen.push(facts);
      return bench.plan;
    },
  });
  const context = { logger: createMemoryLogger(), signal: new AbortController().signal };
  return Object.assign(bench, { view, run: (): Promise<Result> => reconcile(key, context) });
}

let bench: ReturnType<typeof createBench>;
beforeEach(() => void (bench = createBench()));

describe('writes', () => {
  test('what is planned, in its order, each told once it is done', async () => {
    const existing = certificate('api-tls', stall, { labels: { old: 'yes' } });
    const old = certificate('old-tls', stall);
    bench.plan = { ...nothing, actions: [create(), update(existing), remove(old)] };
    expect(await bench.run()).toEqual({});
    const tests = [
      { op: 'test', path: '/metadata/uid', value: 'uid-of-api-tls' },
      { op: 'test', path: '/metadata/resourceVersion', value: '1' },
    ];
    expect(bench.client.calls).toEqual([
      'create pay-tls',
      `patch api-tls ${JSON.stringify(tests)}`,
      'delete old-tls uid-of-old-tls@1',
    ]);
    expect(bench.events.told).toEqual(['Normal Done: created pay-tls', 'Normal Done: updated', 'Normal Done: deleted']);
    expect(bench.certificates.values).toEqual(
      new Map(['created', 'updated', 'deleted'].map((operation) => [`kind=Ingress,operation=${operation}`, 1])),
    );
  });

  test('what was created is seen by the next pass, before the watch shows it', async () => {
    bench.plan = { ...nothing, actions: [create()] };
    await bench.run();
    await bench.run();
    expect(bench.seen.map(({ certificates }) => certificates.map(({ metadata }) => metadata.name))).toEqual([
      [],
      ['pay-tls'],
    ]);
  });

  test('the first that fails ends the pass', async () => {
    bench.plan = { ...nothing, actions: [create('a'), create('b'), create('c')] };
    bench.client.faults.push(undefined, apiError(500, 'InternalError'));
    await expect(bench.run()).rejects.toMatchObject({ code: 500 });
    expect(bench.client.calls).toEqual(['create a', 'create b']);
    expect(bench.events.told).toEqual(['Normal Done: created a']);
  });

  test('are few, however often the object changes', async () => {
    bench.plan = { ...nothing, actions: [update(certificate('pay-tls', stall))] };
    for (let ms = 0; ms < 120_000; ms += 250) {
      const { requeueAfterMs = 0 } = await bench.run();
      expect(requeueAfterMs).toBeGreaterThanOrEqual(0);
      await bench.clock.advance(250);
    }
    // Five in the first two seconds, then one in fifteen: at 15, 30, …, 105 s.
    expect(bench.client.calls).toHaveLength(12);
  });

  test('nothing of an object that is gone is kept', async () => {
    bench.plan = { ...nothing, actions: [create()], waitsFor: ['api-tls'] };
    await bench.run();
    expect(bench.memories.waitingFor('fruit/api-tls')).toEqual([key]);
    bench.objects.clear();
    expect(await bench.run()).toEqual({});
    expect(bench.memories.size).toBe(0);
    expect(bench.seen).toHaveLength(1);
  });
});

describe('a write that fails', () => {
  test.each([
    ['somebody was faster', apiError(409, 'AlreadyExists')],
    ['it is gone', apiError(404, 'NotFound')],
    ['the patch was for an older state', apiError(422, 'Invalid')],
  ])('%s: decides anew in a moment, and tells nobody', async (_, error) => {
    bench.plan = { ...nothing, actions: [update(certificate('pay-tls', stall))] };
    bench.client.faults.push(error);
    expect(await bench.run()).toEqual({ requeueAfterMs: 1000 });
    expect(bench.events.told).toEqual([]);
  });

  test('again and again: seldom in the end', async () => {
    bench.plan = { ...nothing, actions: [create()] };
    const waits: unknown[] = [];
    for (let run = 0; run < 6; run++) {
      bench.client.faults.push(apiError(409, 'AlreadyExists'));
      const { requeueAfterMs = 0 } = await bench.run();
      waits.push(requeueAfterMs);
      await bench.clock.advance(requeueAfterMs);
    }
    expect(waits).toEqual([1000, 1000, 1000, 1000, 11_000, 15_000]);
  });

  test.each([
    ['create', create(), apiError(400, 'BadRequest'), 1],
    ['update', update(certificate('pay-tls', stall)), apiError(403, 'Forbidden'), 1],
    ['update', update(certificate('pay-tls', stall)), apiError(422, 'Invalid'), 3],
  ] as const)('%s is refused: told once, and tried again seldom', async (verb, action, error, tries) => {
    bench.plan = { ...nothing, actions: [action] };
    for (let run = 0; run < 4; run++) {
      bench.client.faults.push(error);
      const result = await bench.run();
      expect(result).toEqual({ requeueAfterMs: run + 1 < tries ? 1000 : 300_000 });
      await bench.clock.advance(result.requeueAfterMs ?? 0);
    }
    expect(bench.events.told).toEqual([
      `Warning BadConfig: The API server refuses to ${verb} Certificate "pay-tls": ${error.message}. It is tried again every 5 minutes, and when this object changes.`,
    ]);
    expect(bench.problems.values).toEqual(new Map([['kind=Ingress', 1]]));
  });

  test('the reason of a refusal is cut, so that there is room for what we say', async () => {
    bench.plan = { ...nothing, actions: [create()] };
    bench.client.faults.push(new ApiError({ code: 403, reason: 'Forbidden', message: 'x'.repeat(5000) }));
    await bench.run();
    expect(bench.events.told).toEqual([expect.stringMatching(/x{600}…. It is tried again/)]);
  });

  test('with strict parity a refusal is an error like any other', async () => {
    bench = createBench({ strictParity: true });
    bench.plan = { ...nothing, actions: [create()] };
    bench.client.faults.push(apiError(403, 'Forbidden'));
    await expect(bench.run()).rejects.toMatchObject({ code: 403 });
    expect(bench.events.told).toEqual([]);
  });

  test('in a namespace that is going away: nothing more', async () => {
    bench.plan = { ...nothing, actions: [create()] };
    const causes = [{ reason: 'NamespaceTerminating' }];
    bench.client.faults.push(new ApiError({ code: 403, reason: 'Forbidden', message: 'going', causes }));
    expect(await bench.run()).toEqual({});
    expect(bench.events.told).toEqual([]);
  });
});

describe('an update that the cluster undoes', () => {
  const existing = certificate('pay-tls', stall);
  const overruled = ({ apiVersion, kind, metadata }: Certificate): Certificate => ({
    ...{ apiVersion, kind, metadata },
    spec: { ...wanted('pay-tls', stall).spec, duration: '720h' },
  });

  test('wholly: told once, not told as an update, and tried again seldom', async () => {
    const left = overruled(existing);
    // Who wrote last is another, and so is the version.
    bench.client.mutate = () => ({ ...left, metadata: { ...left.metadata, resourceVersion: '8' } });
    bench.plan = { ...nothing, actions: [update(left)] };
    expect(await bench.run()).toEqual({ requeueAfterMs: 300_000 });
    await bench.clock.advance(100_000);
    expect(await bench.run()).toEqual({ requeueAfterMs: 200_000 });
    expect(bench.client.calls).toHaveLength(1);
    await bench.clock.advance(200_000);
    expect(await bench.run()).toEqual({ requeueAfterMs: 300_000 });
    expect(bench.client.calls).toHaveLength(2);
    expect(bench.events.told).toEqual([
      expect.stringMatching(
        /^Warning CertificateOverruled: Certificate "pay-tls" .* changed spec\.duration to .*5 minutes/,
      ),
    ]);
    expect(bench.certificates.values).toEqual(new Map());
  });

  test('in part: an update, and told', async () => {
    bench.client.mutate = overruled;
    bench.plan = { ...nothing, actions: [update(existing)] };
    expect(await bench.run()).toEqual({});
    bench.plan = {
      ...nothing,
      actions: [update(overruled({ ...existing, metadata: { ...existing.metadata, resourceVersion: '7' } }))],
    };
    expect(await bench.run()).toEqual({ requeueAfterMs: 300_000 });
    expect(bench.client.calls).toHaveLength(1);
    expect(bench.events.told.map((told) => told.slice(0, 15))).toEqual(['Normal Done: up', 'Warning Certifi']);
  });

  test('does not keep the others waiting', async () => {
    const left = overruled(existing);
    bench.client.mutate = () => left;
    bench.plan = { ...nothing, actions: [update(left)] };
    await bench.run();
    bench.plan = { ...nothing, actions: [create('api-tls'), update(left)] };
    expect(await bench.run()).toEqual({ requeueAfterMs: 300_000 });
    expect(bench.client.calls.slice(1)).toEqual(['create api-tls']);
  });

  test('with strict parity it is not told', async () => {
    bench = createBench({ strictParity: true });
    bench.client.mutate = overruled;
    bench.plan = { ...nothing, actions: [update(existing)] };
    await bench.run();
    expect(bench.events.told).toEqual(['Normal Done: updated']);
  });
});

describe('what the watch shows of a write is no news', () => {
  const existing = certificate('pay-tls', stall, { labels: { old: 'yes' } });
  const written = certificate('pay-tls', stall, { resourceVersion: '7' });

  test('when it is as it was meant', async () => {
    bench.plan = { ...nothing, actions: [create()] };
    await bench.run();
    expect(bench.view.shows(written)).toBe(true);
    bench.client.mutate = (patched) => ({ ...patched, metadata: { ...patched.metadata, resourceVersion: '8' } });
    bench.plan = { ...nothing, actions: [update(existing)] };
    await bench.run();
    expect(bench.view.shows(certificate('pay-tls', stall, { resourceVersion: '8' }))).toBe(true);
  });

  test('unless the cluster made something else of it', async () => {
    bench.client.mutate = (made) => ({ ...made, metadata: { ...made.metadata, labels: { of: 'a policy' } } });
    bench.plan = { ...nothing, actions: [create()] };
    await bench.run();
    expect(bench.view.shows(written)).toBe(false);
    bench.plan = { ...nothing, actions: [update(existing)] };
    await bench.run();
    expect(bench.view.shows(written)).toBe(false);
  });
});

test('a problem is told once for each state of the object', async () => {
  bench.plan = { ...nothing, problems: [{ type: 'Warning', reason: 'BadConfig', message: 'bad' }], fault: 'bad' };
  expect(await bench.run()).toEqual({});
  await bench.run();
  expect(bench.events.told).toEqual(['Warning BadConfig: bad']);
  bench.objects.set(key, ingress('stall', ['pay-tls'], { annotations: { changed: 'yes' } }));
  await bench.run();
  expect(bench.events.told).toHaveLength(2);
  expect(bench.problems.values).toEqual(new Map([['kind=Ingress', 2]]));
});
