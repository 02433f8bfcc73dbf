import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { eventually } from '../../cluster/wait.ts';
import type { RunningController } from '../../support/controller.ts';
import type { Call } from '../../support/fault-proxy/call.ts';
import type { Fault } from '../../support/fault-proxy/fault.ts';
import { createServiceAccount, grant, tokenRule, trustIn } from '../support/federation.ts';
import { awaitEvents } from '../support/requests.ts';
import { applyObject, awaitReady, pathOf, type TestObject } from '../support/shared-issuer.ts';
import { awaitAllIssued, createApproved, describeIssued } from './support/approved-requests.ts';
import { FaultBench, type Lines } from './support/fault-bench.ts';

// A guard against hanging: each row kills and starts a process some twenty times.
jest.setTimeout(300_000);

let bench: FaultBench;
let lines: Lines;
let controller: RunningController;
beforeAll(async () => {
  bench = await FaultBench.start();
  lines = await bench.lines();
  controller = await bench.controller(lines);
  await bench.applyIssuer();
  await bench.awaitIssuer();
  // Otherwise it would be recorded as a call of the first work.
  await awaitEvents(bench.plane, 'default', 'ca');
});
afterAll(() => bench.stop());

/** What the controller is made to do, and how its end is looked at. Each run has a name of its own. */
interface Work {
  begin(name: string): Promise<unknown>;
  /** Resolves with what was reached, in words that are the same in each run, once the running process is at its end. */
  end(name: string): Promise<object>;
}

const issuance = (approvedAgoMs: number): Work => ({
  begin: (name) => createApproved(bench.plane, name, { approvedAgoMs }),
  async end(name) {
    const [request] = await awaitAllIssued(bench.plane, [name]);
    await awaitReadyMetric('AWSPCAClusterIssuer', '', 'ca');
    return describeIssued(request as TestObject, await bench.aws.billed());
  },
});

const check = (specOf: () => Promise<object>): Work => ({
  async begin(name) {
    await applyObject(bench.plane, {
      ...{
        apiVersion: 'awspca.cert-manager.io/v1beta1',
        kind: 'AWSPCAIssuer',
        metadata: { name, namespace: 'default' },
      },
      spec: { arn: bench.authority.arn, ...(await specOf()) },
    });
  },
  async end(name) {
    await awaitReadyMetric('AWSPCAIssuer', 'default', name);
    const { status } = await awaitReady(bench.plane, 'AWSPCAIssuer', 'default', name, (it) => it.status === 'True');
    // Another check of it would be mistaken for that of the next one.
    await bench.plane.demand('DELETE', pathOf('AWSPCAIssuer', 'default', name));
    const said = { ...status, conditions: status?.conditions?.map((it) => ({ ...it, lastTransitionTime: '' })) };
    // A role of its own for each run: a session that an earlier one left would save a call.
    return JSON.parse(JSON.stringify(said).replaceAll(/role-\d+/g, 'role')) as object;
  },
});

/** This process, and not only one before it, found the issuer ready. */
async function awaitReadyMetric(kind: string, namespace: string, name: string): Promise<void> {
  const line = `awspca_issuer_ready{kind="${kind}",namespace="${namespace}",name="${name}"} 1\n`;
  const isThere = async (): Promise<boolean> => (await (await fetch(controller.metricsUrl)).text()).includes(line);
  await eventually(isThere, { what: `the process finds ${name} ready`, everyMs: 20 });
}

async function secretAndRole(): Promise<object> {
  const { accessKeyId, secretAccessKey, account } = bench.aws.identity;
  const stringData = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  const metadata = { name: 'aws', namespace: 'default' };
  await applyObject(bench.plane, { apiVersion: 'v1', kind: 'Secret', metadata, stringData });
  const { arn } = await bench.aws.createRole({ name: `role-${++roles}`, account });
  return { secretRef: { name: 'aws' }, role: arn };
}

async function serviceAccount(): Promise<object> {
  const name = 'signer';
  await createServiceAccount(bench.plane, 'default', name);
  await grant(bench.plane, controller.userName, 'default', tokenRule(name));
  const webIdentity = await trustIn(bench.plane, { namespace: 'default', name });
  const { account } = bench.aws.identity;
  const { arn } = await bench.aws.createRole({ name: `role-${++roles}`, account, webIdentity });
  return { serviceAccountRef: { name }, role: arn };
}
let roles = 0;

/** A write, or a call of AWS, which all are POSTs. */
const isOutbound = ({ label, method }: Call): boolean => method !== 'GET' && label !== 'POST selfsubjectaccessreviews';

interface Point {
  readonly side: 'before' | 'after';
  readonly label: string;
  /** Of the calls with this label in one run: 1 is the first. */
  readonly nth: number;
}

const nameOf = ({ side, label, nth }: Point): string => `${side} ${label}${nth === 1 ? '' : ` (${nth})`}`;

/** Runs the work once in peace: before and after each call that it makes, a process might die. */
async function record(work: Work, name: string): Promise<{ points: Point[]; reached: object }> {
  const marks = { api: lines.api.calls.length, aws: lines.aws.calls.length };
  await work.begin(name);
  const reached = await work.end(name);
  // It travels beside the last write.
  await awaitEvents(bench.plane, 'default', name);
  const calls = [...lines.api.calls.slice(marks.api), ...lines.aws.calls.slice(marks.aws)].filter(isOutbound);
  const labels = calls.sort((a, b) => a.startedAt - b.startedAt).map(({ label }) => label);
  const points = labels.flatMap((label, index): Point[] => {
    const nth = labels.slice(0, index + 1).filter((other) => other === label).length;
    return [
      { side: 'before', label, nth },
      { side: 'after', label, nth },
    ];
  });
  return { points, reached };
}

/** Runs the work with a kill -9 at the point, goes on with a new process, and says what was reached. */
async function runKilledAt(work: Work, point: Point, name: string): Promise<object> {
  let seen = 0;
  let wasKilled = false;
  const dying = controller.process;
  const kill = async (): Promise<void> => {
    dying.signal('SIGKILL');
    await dying.exited;
    wasKilled = true;
  };
  const fault: Fault = (call) => {
    if (!isOutbound(call) || call.label !== point.label || ++seen !== point.nth) return undefined;
    return point.side === 'before' ? { before: kill, instead: 'reset' } : { after: kill, delivery: 'reset' };
  };
  const heal = [lines.api, lines.aws].map((proxy) => proxy.inflict(fault));
  await work.begin(name);
  await eventually(async () => wasKilled, { what: `the call ${nameOf(point)}`, everyMs: 5 });
  for (const end of heal) end();
  controller = await bench.controller(lines);
  return work.end(name);
}

test.each<[string, string, Work, number]>([
  ['an issuance', 'issue', issuance(0), 5],
  ['an issuance whose approval is old, so that the attempt is kept first', 'late', issuance(600_000), 6],
  ['a check of an issuer with a Secret and a role', 'secret', check(secretAndRole), 5],
  ['a check of an issuer with a ServiceAccount', 'account', check(serviceAccount), 6],
])(
  'killed before and after each outbound call of %s, it ends as if nothing had happened',
  async (_, prefix, work, least) => {
    const { points, reached } = await record(work, `${prefix}-recorded`);
    // The recording works: these many calls are known today.
    expect(points.length).toBeGreaterThanOrEqual(2 * least);
    const ends: Record<string, object> = {};
    for (const [index, point] of points.entries())
      ends[nameOf(point)] = await runKilledAt(work, point, `${prefix}-${index}`);
    expect(ends).toEqual(Object.fromEntries(points.map((point) => [nameOf(point), reached])));
  },
);

test('no request of all these was billed twice', async () => {
  const { items } = (await bench.plane.demand('GET', pathOf('CertificateRequest', 'default'))) as {
    items: TestObject[];
  };
  expect(items.length).toBeGreaterThan(20);
  expect(await bench.aws.billed()).toHaveLength(items.length);
});
