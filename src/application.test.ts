import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { approved, certificateRequest, withMetadata } from '../test/support/builders.ts';
import { FakeClock } from '../test/support/fake-clock.ts';
import { createMemoryLogger } from '../test/support/memory-logger.ts';
import { RecordedEvents } from '../test/support/recorders.ts';
import { ScriptedKubeClient } from '../test/support/scripted-kube-client.ts';
import { type Application, createApplication } from './application.ts';
import { parseConfig } from './config.ts';
import { createMetrics, type Metrics } from './server/metrics.ts';

let application: Application;
let client: ScriptedKubeClient;
let clock: FakeClock;
let metrics: Metrics;
let stop: AbortController;
beforeEach(() => {
  const parsed = parseConfig(['--ingress-shim=off'], {});
  if (parsed.kind !== 'config') throw new Error('the flags are wrong');
  client = new ScriptedKubeClient();
  clock = new FakeClock();
  metrics = createMetrics({ process: false });
  stop = new AbortController();
  application = createApplication({
    ...{ config: parsed.config, version: '0', ownNamespace: 'own', client, metrics, clock },
    ...{
      random: () => 0.5,
      logger: createMemoryLogger(),
      createId: () => 'id',
      elector: undefined,
      stopReading: new AbortController().signal,
    },
    events: Object.assign(new RecordedEvents(), { flush: async () => undefined, giveWayTo: () => undefined }),
  });
});
afterEach(() => {
  stop.abort();
  application.close();
});

/** How many keys the controller of requests was given so far. */
async function added(): Promise<number | undefined> {
  const { values } = await metrics.controller.queue.adds.get();
  return values.find(({ labels }) => labels.name === 'certificaterequest')?.value;
}

test('a process that does not lead keeps no list of what came and went meanwhile, and misses nothing once it leads', async () => {
  const pages = [[certificateRequest('first', approved())], [], []];
  client.onList(...pages.map((items) => () => ({ items, resourceVersion: '1' })));
  for (const { informer } of application.informers) void informer.run(stop.signal);
  await clock.advance(0);
  const [watch] = client.watches;
  for (let number = 0; number < 100; number++) {
    const object = certificateRequest(`passing-${number}`, approved(), withMetadata({ resourceVersion: `a${number}` }));
    watch?.send({ type: 'ADDED', object }, { type: 'DELETED', object });
  }
  watch?.send({ type: 'ADDED', object: certificateRequest('last', approved()) });
  await clock.advance(0);
  expect(await added()).toBe(0);
  const ended = application.controllers.map((controller) => controller.run(stop.signal));
  expect(await added()).toBe(2);
  stop.abort();
  await Promise.all(ended);
});
