import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { eventually } from '../../cluster/wait.ts';
import type { RunningController } from '../../support/controller.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import { type Fault, type LineFilter, statusAnswer, type Treatment } from '../../support/fault-proxy/fault.ts';
import type { FaultProxy } from '../../support/fault-proxy/fault-proxy.ts';
import {
  brokenAfter,
  expiredAfter,
  heldBack,
  observed,
  repeated,
  silencedWhen,
  swapped,
  type WatchLine,
} from '../../support/fault-proxy/watch-filters.ts';
import { pathOf } from '../support/shared-issuer.ts';
import {
  approve,
  awaitAllIssued,
  billedOnce,
  createApproved,
  createManyApproved,
  numbered,
} from './support/approved-requests.ts';
import { FaultBench } from './support/fault-bench.ts';
import { expectCalm } from './support/calm.ts';

// A guard against hanging.
jest.setTimeout(300_000);

let bench: FaultBench;
let api: FaultProxy;
let aws: FaultProxy;
let controller: RunningController;
beforeAll(async () => {
  bench = await FaultBench.start();
  const lines = await bench.lines();
  ({ api, aws } = lines);
  controller = await bench.controller(lines, { args: ['--pca-issue-rate=0', '--pca-get-rate=0'] });
  await bench.applyIssuer();
  await bench.awaitIssuer();
});
afterAll(() => bench.stop());
beforeEach(() => bench.aws.reset());
// What a test that failed leaves broken would break the others.
afterEach(() => {
  api.heal();
  aws.heal();
});

const isWatch = ({ label }: Call): boolean => label.startsWith('WATCH');
const isRequestWatch = ({ label }: Call): boolean => label === 'WATCH certificaterequests';
/** Whether it brings all requests: in the stream of a watch, or, where that fails, page by page. */
/** The ARN or the status. */
const isRequestWrite = ({ label }: Call): boolean => /^(PATCH|PUT) certificaterequests/.test(label);
const isPage = ({ label }: Call): boolean => label === 'LIST certificaterequests';
const isStream = (call: Call): boolean => isRequestWatch(call) && call.url.includes('sendInitialEvents=true');
const beginsList = (call: Call): boolean => isStream(call) || (isPage(call) && !call.url.includes('continue='));

/** Ends the watch that is open with a version that is too old, and treats in this way the streams that are asked for then. */
function onStreams(treat: () => Treatment): Fault {
  let isTooOld = false;
  return (call) => {
    if (isStream(call)) return treat();
    if (!isRequestWatch(call) || isTooOld) return undefined;
    isTooOld = true;
    return { instead: statusAnswer(410, 'Expired') };
  };
}

/**
 * All are issued and each is billed once: no request was asked for under two tokens. A call may be repeated where this
 * machine is so busy that the first one was given up, but not again and again.
 */
async function expectAllSigned(names: readonly string[], timeoutMs?: number): Promise<void> {
  const requests = await awaitAllIssued(bench.plane, names, timeoutMs);
  const count = names.length;
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: count, held: count });
  const calls = await bench.aws.calls({ operation: 'IssueCertificate' });
  expect(new Set(calls.map(({ parameters }) => parameters['IdempotencyToken'])).size).toBe(count);
  expect(calls.length).toBeLessThanOrEqual(2 * count);
}

/** While the fault lasts, requests come and are signed. The watches that there are end, so that the fault meets new ones. */
async function signUnder(fault: Fault, prefix: string, count = 8): Promise<readonly Call[]> {
  const heal = api.inflict(fault);
  api.drop(isWatch);
  const names = numbered(prefix, count);
  await createManyApproved(bench.plane, names, 4);
  await expectAllSigned(names);
  heal();
  expect(heal.hits.length).toBeGreaterThan(0);
  return heal.hits;
}

/** {@link signUnder} a filter of all watches, which really changes some lines of that of the requests. */
async function signWatching(filter: LineFilter, prefix: string, count?: number): Promise<void> {
  const { lines, changed } = observed(filter);
  await signUnder(
    (call) => (isWatch(call) ? { lines: isRequestWatch(call) ? lines : filter } : undefined),
    prefix,
    count,
  );
  expect(changed()).toBeGreaterThan(0);
}

describe('a watch', () => {
  test('whose events come twice', () => signWatching(repeated, 'twice'));

  test('whose events of different objects change places', () => signWatching(swapped, 'swapped', 20));

  test('that is cut inside an event again and again goes on where it was', async () => {
    const before = api.calls.length;
    await signWatching(brokenAfter(2), 'broken');
    const later = api.calls.slice(before);
    expect(later.filter(isRequestWatch).length).toBeGreaterThan(2);
    expect(later.filter(beginsList)).toEqual([]);
  });

  test('that ends again and again with 410 inside the stream', async () => {
    const before = api.calls.length;
    await signWatching(expiredAfter(4), 'expired', 6);
    const lists = api.calls.slice(before).filter(beginsList);
    expect(lists.length).toBeGreaterThan(0);
  });

  test('that is held back: what was deleted and created again meanwhile is signed as what it is now', async () => {
    const held = Promise.withResolvers<undefined>();
    let isHeld = false;
    const lines = heldBack(
      () => true,
      held.promise,
      () => (isHeld = true),
    );
    const heal = api.inflict((call) => (isRequestWatch(call) ? { lines } : undefined));
    const watches = api.calls.filter(isRequestWatch).length;
    api.drop(isRequestWatch);
    const isOpen = async (): Promise<boolean> => api.calls.filter(isRequestWatch).length > watches;
    await eventually(isOpen, { what: 'the watch is open again', everyMs: 10 });
    const names = numbered('again', 5);
    await createManyApproved(bench.plane, names);
    await Promise.all(names.map((name) => bench.plane.demand('DELETE', pathOf('CertificateRequest', 'default', name))));
    await createManyApproved(bench.plane, names);
    await eventually(async () => isHeld, { what: 'something is held back', everyMs: 10 });
    expect(await bench.aws.billed()).toEqual([]);
    held.resolve(undefined);
    const requests = await awaitAllIssued(bench.plane, names);
    // Those that were deleted may have been signed, as long as nobody could know; each of both was billed once at most.
    expect(await billedOnce(bench.aws, requests)).toMatchObject({ held: 5 });
    const calls = await bench.aws.calls({ operation: 'IssueCertificate' });
    expect(new Set(calls.map(({ parameters }) => parameters['IdempotencyToken'])).size).toBe(calls.length);
    heal();
  });

  test('that shows its own writes late does not make it write or call twice', async () => {
    const held = Promise.withResolvers<undefined>();
    // Everything from the first ARN on comes late: the store shows requests that wait, long after they are done.
    const isOwn = ({ object }: WatchLine): boolean =>
      object.metadata?.annotations?.['aws-privateca-issuer/certificate-arn'] !== undefined;
    let isHeld = false;
    const lines = heldBack(isOwn, held.promise, () => (isHeld = true));
    api.inflict((call) => (isRequestWatch(call) ? { lines } : undefined));
    api.drop(isRequestWatch);
    const allSeen = Promise.withResolvers<undefined>();
    let calls = 0;
    const hold = aws.inflict(({ label }) => {
      if (label !== 'IssueCertificate') return undefined;
      if (++calls === 6) allSeen.resolve(undefined);
      return { before: () => allSeen.promise };
    });
    const names = numbered('late', 6);
    const before = api.calls.length;
    await createManyApproved(bench.plane, names);
    await expectAllSigned(names);
    hold();
    // The issuer's change wakes whatever still seems to wait for it.
    await touchIssuer();
    await createApproved(bench.plane, 'late-last');
    expect(isHeld).toBe(true);
    held.resolve(undefined);
    await expectAllSigned([...names, 'late-last']);
    const writes = api.calls.slice(before).filter(({ label }) => label === 'PUT certificaterequests/status');
    expect(writes.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 200));
  });
});

/** Changes the issuer, and waits until that was checked. */
async function touchIssuer(): Promise<void> {
  const checks = async (): Promise<number> =>
    (await bench.aws.calls({ operation: 'DescribeCertificateAuthority' })).length;
  const before = await checks();
  await bench.plane.demand('PATCH', pathOf('AWSPCAClusterIssuer', '', 'ca'), {
    body: { spec: { region: 'us-east-1' } },
    contentType: 'application/merge-patch+json',
  });
  await eventually(async () => (await checks()) > before, { what: 'the issuer is checked again' });
  await bench.awaitIssuer();
}

describe('a list', () => {
  test('in a stream that is cut inside is made up for page by page', async () => {
    const before = api.calls.length;
    await signUnder(
      onStreams(() => ({ lines: brokenAfter(2) })),
      'cut-stream',
    );
    const lists = api.calls.slice(before).filter(beginsList);
    expect(lists.map(({ label }) => label)).toEqual(['WATCH certificaterequests', 'LIST certificaterequests']);
  });

  test('that is over while it is read page by page is read as a whole', async () => {
    const before = api.calls.length;
    const heal = api.inflict((call) => {
      if (!isPage(call)) return undefined;
      if (call.url.includes('continue=')) return { instead: statusAnswer(410, 'Expired') };
      return { url: call.url.replace(/limit=\d+/, 'limit=3') };
    });
    await signUnder(
      onStreams(() => ({ instead: 'reset' })),
      'paged',
    );
    heal();
    const formOf = (url: string): string =>
      url.includes('continue=') ? 'next page' : url.includes('limit=') ? 'page' : 'whole';
    const lists = api.calls.slice(before).filter(isPage);
    expect(lists.map(({ url }) => formOf(url))).toEqual(['page', 'next page', 'whole']);
  });

  test('that comes in drops, and answers that are cut in half', async () => {
    const cuts = new Map<string, number>();
    const begin = onStreams(() => ({ instead: 'reset' }));
    const hits = await signUnder((call) => {
      const { url, method } = call;
      if (isPage(call)) return { delivery: { chunkBytes: 4096, pauseMs: 10 } };
      // Of each write the first answer: it was carried out, and the caller cannot know.
      const key = `${method} ${url}`;
      if (!isRequestWrite(call) || cuts.has(key)) return begin(call);
      cuts.set(key, 1);
      return { delivery: 'cut' };
    }, 'drops');
    expect(cuts.size).toBeGreaterThanOrEqual(16);
    expect(hits.map(({ label }) => label)).toContain('LIST certificaterequests');
  });
});

describe('a storm', () => {
  test.each<[string, string, readonly Fault[]]>([
    ['of 429', 'busy', [() => ({ instead: statusAnswer(429, 'TooManyRequests', { 'retry-after': '1' }) })]],
    [
      'of 5xx and dropped connections',
      'failing',
      [
        () => ({ instead: statusAnswer(500, 'InternalError') }),
        () => ({ instead: statusAnswer(503, 'ServiceUnavailable') }),
        () => ({ instead: { status: 504, headers: { 'content-type': 'text/html' }, body: '<html>gateway</html>' } }),
        () => ({ instead: 'reset' }),
      ],
    ],
  ])('%s over all calls is waited out with few of them', async (_, prefix, faults) => {
    const refused: Call[] = [];
    const refuse: Fault = (call) => {
      refused.push(call);
      return faults[refused.length % faults.length]?.(call);
    };
    // At first watches pass, so that there is something to write.
    const heal = api.inflict((call) => (isWatch(call) ? undefined : refuse(call)));
    const names = numbered(prefix, 10);
    await createManyApproved(bench.plane, names);
    const triesOf = (name: string): number => refused.filter(({ url }) => url.includes(`/${name}`)).length;
    const areAllTried = async (): Promise<boolean> => names.every((name) => triesOf(name) >= 3);
    await eventually(areAllTried, { what: 'every write was refused some times', everyMs: 20 });
    heal();
    const healAll = api.inflict(refuse);
    api.drop(isWatch);
    const looks = (): number => refused.filter(({ label }) => /^(WATCH|LIST)/.test(label)).length;
    await eventually(async () => looks() >= 6, { what: 'watches and lists were refused some times', everyMs: 20 });
    healAll();
    await expectAllSigned(names);
    for (const name of names) expect(triesOf(name)).toBeLessThan(40);
    expect(looks()).toBeLessThan(30);
  });
});

describe('a restart', () => {
  test('of the API server and then of etcd, under 500 open requests', async () => {
    await bench.aws.updateCertificateAuthority({ arn: bench.authority.arn, issuingTimeMs: 300 });
    const names = numbered('restart', 500);
    const billed = async (): Promise<number> => (await bench.aws.billed()).length;
    // Nothing is signed before all are there: the issuer of the first ones would be done too soon.
    await bench.aws.setLatency({ operation: 'IssueCertificate', latencyMs: 500 });
    await createManyApproved(bench.plane, names, 50);
    await eventually(async () => (await billed()) >= 50, { what: 'some are billed', everyMs: 20 });
    await bench.plane.restartApiServer();
    await bench.aws.setLatency({ operation: 'IssueCertificate', latencyMs: 0 });
    await bench.plane.restartEtcd();
    await expectAllSigned(names, 200_000);
    // 64 calls at once, a watch for each of three kinds, and what is being replaced at the moment.
    expect(api.mostSockets).toBeLessThanOrEqual(75);
    await bench.aws.updateCertificateAuthority({ arn: bench.authority.arn, issuingTimeMs: 0 });
  });
});

describe('silence', () => {
  test('on every watch, and instead of the answers to two writes: found out, and nothing is lost', async () => {
    let isMute = false;
    api.inflict((call) => (isWatch(call) && !isMute ? { lines: silencedWhen(() => isMute) } : undefined));
    const before = api.calls.length;
    api.drop(isWatch);
    const open = (): Call[] =>
      api.calls.slice(before).filter((call) => isWatch(call) && call.status === 200 && call.endedAt === undefined);
    await eventually(async () => open().length === 3, { what: 'the watches are open again', timeoutMs: 90_000 });
    const silenced = new Set<string>();
    api.inflict((call) => {
      if (!isRequestWrite(call) || silenced.has(call.label)) return undefined;
      silenced.add(call.label);
      return { delivery: 'silence' };
    });
    await createApproved(bench.plane, 'unanswered-0');
    // The other one follows when the first one is given up.
    await eventually(async () => silenced.size === 1, { what: 'a write is not answered' });
    const silent = open();
    isMute = true;
    const names = numbered('unseen', 3);
    await createManyApproved(bench.plane, names);
    await expectAllSigned(['unanswered-0', ...names], 150_000);
    expect([silent.length, silenced.size]).toEqual([3, 2]);
    expect(silent.find(isRequestWatch)?.endedAt).toBeDefined();
  });
});

describe('an API server that does not stream lists', () => {
  test('is asked for pages from then on', async () => {
    const before = api.calls.length;
    const refused = (): Treatment => ({ instead: statusAnswer(422, 'Invalid') });
    await signUnder(onStreams(refused), 'old-server');
    await bench.aws.reset();
    await signUnder(onStreams(refused), 'old-server-again');
    const lists = api.calls.slice(before).filter(beginsList);
    expect(lists.map(({ label }) => label)).toEqual([
      'WATCH certificaterequests',
      'LIST certificaterequests',
      'LIST certificaterequests',
    ]);
  });
});

test('through all of this the process lived, and said nothing that points to a defect', async () => {
  await createApproved(bench.plane, 'last');
  await expectAllSigned(['last']);
  await approve(bench.plane, 'last');
  expectCalm(await controller.log());
});
