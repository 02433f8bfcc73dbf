import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { CertificateRequest } from '../../../src/api/certificate-request.ts';
import { requestWatch } from '../../../src/controllers/certificate-requests/request-controller.ts';
import { loadKubeConfig } from '../../../src/kube/config.ts';
import { createInformer } from '../../../src/kube/create-informer.ts';
import { createKubeClient } from '../../../src/kube/rest-client.ts';
import { type Clock, systemClock } from '../../../src/system/clock.ts';
import { eventually } from '../../cluster/wait.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import { losing } from '../../support/fault-proxy/watch-filters.ts';
import { createMemoryLogger } from '../../support/memory-logger.ts';
import { createApproved } from './support/approved-requests.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';

// A guard against hanging.
jest.setTimeout(120_000);

const hourMs = 3_600_000;
const stop = new AbortController();
let bench: FaultBench;
let lines: Lines;
beforeAll(async () => {
  bench = await FaultBench.start();
  lines = await bench.lines();
});
afterAll(async () => {
  stop.abort();
  await bench.stop();
});

/** The machine's clock, but that hours can be left out. */
function clockWithLeaps(): Clock & { leap(ms: number): void } {
  let leaptMs = 0;
  return {
    ...systemClock,
    monotonic: () => systemClock.monotonic() + leaptMs,
    leap: (ms) => void (leaptMs += ms),
  };
}

const isRequestWatch = ({ label }: Call): boolean => label === 'WATCH certificaterequests';

test('an event that a watch loses, and that no new watch shows either, is found by the list of the hour', async () => {
  const { api, user } = lines;
  const clock = clockWithLeaps();
  const logger = createMemoryLogger();
  const { kubeconfigPath } = user;
  const source = await loadKubeConfig({ environment: {}, kubeconfigPath, clock: systemClock, logger });
  const client = createKubeClient({ source, clock: systemClock, userAgent: 'test', onRequest: () => undefined });
  const informer = createInformer<CertificateRequest>({ client, clock, random: Math.random, logger, ...requestWatch });
  const told: string[] = [];
  informer.addHandler({
    added: ({ metadata }) => told.push(`added ${metadata.name}`),
    deleted: ({ metadata }) => told.push(`deleted ${metadata.name}`),
  });
  let lost = 0;
  const filter = losing(
    ({ object }) => object.metadata?.name === 'lost',
    () => (lost += 1),
  );
  api.inflict((call) => (isRequestWatch(call) ? { lines: filter } : undefined));
  const ended = informer.run(stop.signal);
  await informer.whenSynced();

  const isSeen = (name: string) => async (): Promise<boolean> => informer.store.get(`default/${name}`) !== undefined;
  const endWatch = async (): Promise<void> => {
    const before = api.calls.length;
    api.drop(isRequestWatch);
    const isOpenAgain = async (): Promise<boolean> =>
      api.calls.slice(before).some((call) => isRequestWatch(call) && call.status === 200);
    await eventually(isOpenAgain, { what: 'the watch is open again', everyMs: 10 });
  };
  /** Page by page: the first one came in the watch's stream. */
  const countLists = (): number => api.calls.filter(({ label }) => label === 'LIST certificaterequests').length;

  await createApproved(bench.plane, 'lost');
  await createApproved(bench.plane, 'seen');
  await eventually(isSeen('seen'), { what: 'the other one is seen' });
  await endWatch();
  await createApproved(bench.plane, 'later');
  await eventually(isSeen('later'), { what: 'the new watch shows what is new' });
  expect([lost > 0, countLists(), told]).toEqual([true, 0, ['added seen', 'added later']]);

  clock.leap(hourMs);
  await endWatch();
  await eventually(isSeen('lost'), { what: 'the lost one is found' });
  expect([countLists(), told]).toEqual([1, ['added seen', 'added later', 'added lost']]);
  stop.abort();
  await ended;
});
