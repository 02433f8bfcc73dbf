import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { eventually } from '../../cluster/wait.ts';
import type { RunningController } from '../../support/controller.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import {
  awaitAllIssued,
  billedOnce,
  createApproved,
  createManyApproved,
  numbered,
} from './support/approved-requests.ts';
import { expectCalm } from './support/calm.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';

// A guard against hanging: a lease lasts fifteen seconds.
jest.setTimeout(180_000);

/** One of several controllers, with ways to the API server and to AWS that nobody else uses. */
interface Replica {
  readonly name: string;
  readonly controller: RunningController;
  readonly lines: Lines;
}

const LEASE_MS = 15_000;
let bench: FaultBench;
const replicas: Replica[] = [];
beforeAll(async () => {
  bench = await FaultBench.start();
  await bench.applyIssuer();
  await startReplica();
  await awaitLeading(leader());
});
afterAll(() => bench.stop());
beforeEach(() => bench.aws.reset());

async function startReplica(prepare: (lines: Lines) => void = () => undefined): Promise<Replica> {
  const lines = await bench.lines();
  prepare(lines);
  const controller = await bench.controller(lines, { args: ['--leader-elect'] });
  const replica = { name: `replica ${replicas.length + 1}`, controller, lines };
  replicas.push(replica);
  return replica;
}

/** Each test leaves one replica, which leads. */
function leader(): Replica {
  const last = replicas.at(-1);
  if (!last) throw new Error('no replica');
  return last;
}

async function awaitLeading({ name, controller }: Replica): Promise<void> {
  const isLeading = async (): Promise<boolean> => (await controller.log()).includes('"msg":"leading"');
  await eventually(isLeading, { what: `${name} leads`, timeoutMs: 60_000, everyMs: 20 });
}

const issueCalls = ({ lines }: Replica): Call[] => lines.aws.calls.filter(({ label }) => label === 'IssueCertificate');
const tokenOf = ({ body }: Call): string => (JSON.parse(body) as { IdempotencyToken: string }).IdempotencyToken;

/** Pairs of calls for one request that two of these replicas had under way at the same moment. */
function overlaps(...among: readonly Replica[]): string[] {
  const calls = among.flatMap((replica) => issueCalls(replica).map((call) => ({ replica, call })));
  return calls.flatMap(({ replica, call }) =>
    calls
      .filter((other) => other.replica !== replica && tokenOf(other.call) === tokenOf(call))
      .filter((other) => call.startedAt <= other.call.startedAt && other.call.startedAt < (call.endedAt ?? Infinity))
      .map((other) => `${replica.name} and ${other.replica.name}: ${tokenOf(call)}`),
  );
}

async function expectSigned(names: readonly string[]): Promise<void> {
  const requests = await awaitAllIssued(bench.plane, names);
  expect(await billedOnce(bench.aws, requests)).toEqual({ certificates: names.length, held: names.length });
}

/** Holds the IssueCertificate calls of a replica before they reach AWS, or the answers before they reach the replica. */
function holdIssue(
  { lines }: Replica,
  side: 'before' | 'after' = 'before',
): { held: () => number; release: () => void; heal: () => void } {
  const released = Promise.withResolvers<undefined>();
  let held = 0;
  const heal = lines.aws.inflict(({ label }) => {
    if (label !== 'IssueCertificate') return undefined;
    held += 1;
    return { [side]: () => released.promise };
  });
  return { held: () => held, release: () => released.resolve(undefined), heal };
}

const report = (line: string): void => void process.stdout.write(`${line}\n`);

test('of two one signs; SIGTERM, and the other signs at once', async () => {
  const first = leader();
  const second = await startReplica();
  const before = numbered('term-before', 5);
  await createManyApproved(bench.plane, before);
  await expectSigned(before);
  expect([issueCalls(first).length, issueCalls(second).length]).toEqual([5, 0]);

  const asked = performance.now();
  first.controller.process.signal('SIGTERM');
  await createApproved(bench.plane, 'term-after-0');
  await expectSigned([...before, 'term-after-0']);
  report(`SIGTERM of the leader until the other's first IssueCertificate: ${sinceMs(asked, issueCalls(second)[0])} ms`);
  expect(await first.controller.process.exited).toEqual({ code: 0, signal: null });
  expect([issueCalls(first).length, issueCalls(second).length]).toEqual([5, 1]);
  expect(overlaps(first, second)).toEqual([]);
});

const sinceMs = (start: number, call: Call | undefined): number => Math.round((call?.startedAt ?? NaN) - start);

test('SIGKILL in the middle of a call: the other makes the same call once the lease is over', async () => {
  const first = leader();
  const second = await startReplica();
  const hold = holdIssue(first);
  await createApproved(bench.plane, 'kill-0');
  await eventually(async () => hold.held() === 1, { what: 'the call is under way', everyMs: 5 });
  const killed = performance.now();
  first.controller.process.signal('SIGKILL');
  await first.controller.process.exited;
  await createApproved(bench.plane, 'kill-1');
  await expectSigned(['kill-0', 'kill-1']);
  report(
    `SIGKILL of the leader until the other's first IssueCertificate: ${sinceMs(killed, issueCalls(second)[0])} ms`,
  );
  expect(new Set(issueCalls(second).map(tokenOf)).size).toBe(2);
  expect(issueCalls(second).map(tokenOf)).toContain(tokenOf(issueCalls(first).at(-1) as Call));
  hold.release();
});

test('the API server out of reach for one lease: the leader gives up, and one of them signs afterwards', async () => {
  const first = leader();
  const second = await startReplica();
  const callsBefore = issueCalls(first).length;
  const pair = [first, second];
  for (const { lines } of pair) lines.api.cut();
  const cutAt = performance.now();
  const names = numbered('apart', 4);
  await createManyApproved(bench.plane, names);
  expect(await first.controller.process.exited).toEqual({ code: 1, signal: null });
  expect(await first.controller.log()).toContain('leader election lost');
  // There is nothing to see of a lease that runs out.
  const isOver = async (): Promise<boolean> => performance.now() - cutAt > LEASE_MS;
  await eventually(isOver, { what: 'the lease is over' });
  expect([issueCalls(first).length - callsBefore, issueCalls(second).length]).toEqual([0, 0]);
  for (const { lines } of pair) lines.api.restore();
  await expectSigned(names);
  expect([issueCalls(first).length - callsBefore, issueCalls(second).length]).toEqual([0, 4]);
  expect(overlaps(first, second)).toEqual([]);
});

test('frozen beyond its lease, a leader calls nobody after the thaw, and a call under way is harmless', async () => {
  const first = leader();
  const second = await startReplica();
  const underWay = holdIssue(first, 'after');
  await createApproved(bench.plane, 'frozen-0');
  const isBilled = async (): Promise<boolean> => (await bench.aws.billed()).length === 1;
  await eventually(isBilled, { what: 'the call was carried out, and its answer is under way', everyMs: 5 });
  expect(underWay.held()).toBe(1);
  first.controller.process.signal('SIGSTOP');
  await expectSigned(['frozen-0']);
  // The answer waits for the frozen process in its socket.
  underWay.release();
  // Now there is work that nobody has done, and that the frozen one learns of as soon as it thaws.
  const held = holdIssue(second);
  const names = numbered('frozen-new', 5);
  await createManyApproved(bench.plane, names);
  await eventually(async () => held.held() === 5, { what: 'the new leader is about to sign them', everyMs: 10 });
  const callsBefore = { aws: first.lines.aws.calls.length, api: first.lines.api.calls.length };
  first.controller.process.signal('SIGCONT');
  expect(await first.controller.process.exited).toEqual({ code: 1, signal: null });
  expect(first.lines.aws.calls.slice(callsBefore.aws)).toEqual([]);
  const writes = first.lines.api.calls.slice(callsBefore.api).filter(({ method }) => method !== 'GET');
  expect(writes.filter(({ label }) => label !== 'PUT leases')).toEqual([]);
  held.release();
  held.heal();
  await expectSigned(['frozen-0', ...names]);
});

test('a standby whose watch hangs behind signs nothing twice when it takes over', async () => {
  const first = leader();
  const behind = Promise.withResolvers<undefined>();
  const approved = new Set<string>();
  const second = await startReplica(({ api }) =>
    api.inflict(({ label }) => (label === 'WATCH certificaterequests' ? { lines: hangBehind } : undefined)),
  );
  /** As the cache of another API server may: it shows the approvals, and nothing of what came after them. */
  async function* hangBehind(lines: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const line of lines) {
      const name = /"name":"(behind-\d)"/.exec(line)?.[1];
      if (name !== undefined && line.includes('aws-privateca-issuer/certificate-arn')) await behind.promise;
      if (name !== undefined && line.includes('"Approved"')) approved.add(name);
      yield line;
    }
  }
  const hold = holdIssue(first);
  const names = numbered('behind', 5);
  await createManyApproved(bench.plane, names);
  await eventually(async () => approved.size === 5 && hold.held() === 5, { what: 'both know all', everyMs: 10 });
  hold.release();
  const done = await awaitAllIssued(bench.plane, names);
  first.controller.process.signal('SIGTERM');
  await eventually(async () => issueCalls(second).length === 5, { what: 'the other believes it has to sign them' });
  await createApproved(bench.plane, 'behind-5');
  behind.resolve(undefined);
  await expectSigned([...names, 'behind-5']);
  const now = await awaitAllIssued(bench.plane, names);
  expect(now.map(({ status }) => status)).toEqual(done.map(({ status }) => status));
  expect(overlaps(first, second)).toEqual([]);
});

test('no replica said anything that points to a defect', async () => {
  for (const log of await bench.logs()) expectCalm(log);
});
