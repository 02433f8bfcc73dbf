import { beforeAll, expect, test } from '@jest/globals';
import { type Clock, systemClock } from '../../src/system/clock.ts';
import { type AwsStandIn, startAwsStandIn } from '../aws/index.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/wait.ts';
import { type RunningController, startController } from '../support/controller.ts';
import { endAfterAll } from '../support/end-after-all.ts';
import { createCsr, createRequest } from './support/requests.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import { applyObject, awaitRequest, pathOf, type TestObject } from './support/shared-issuer.ts';

/** So slow that the quota decides who goes when, on any machine. */
const ratePerSecond = 5;
/** How many calls the controller lets pass at once at this rate, and so how many can be under way. */
const burst = 4;
const backlog = 60;
const newcomers = 20;

/** A delay of this length ends when the test says so. */
const heldMs = 3_600_000;
const held: (() => void)[] = [];
const clock: Clock = {
  ...systemClock,
  schedule(delayMs, callback) {
    if (delayMs !== heldMs) return systemClock.schedule(delayMs, callback);
    held.push(callback);
    return () => undefined;
  },
};

const atTheEnd = endAfterAll();
let plane: ControlPlane;
let aws: AwsStandIn;
let controller: RunningController;
beforeAll(async () => {
  plane = await startControlPlane({ programs: sharedControlPlane().facts.programs, certManager: {} });
  atTheEnd(() => plane.stop());
  aws = await startAwsStandIn({ clock });
  atTheEnd(() => aws.stop());
  controller = await startController((spec) => plane.startProcess(spec), plane, {
    environment: aws.environment(aws.identity),
    args: [`--pca-issue-rate=${ratePerSecond}`],
  });
});

const toTenant = (name: string) => ({
  namespace: 'default',
  issuerRef: { group: 'awspca.cert-manager.io', kind: 'AWSPCAClusterIssuer', name },
});

const applyIssuer = (name: string, arn: string): Promise<TestObject> =>
  applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAClusterIssuer',
    metadata: { name },
    spec: { arn },
  });

async function createApproved(issuer: string, count: number): Promise<string[]> {
  const csr = createCsr();
  const names = Array.from({ length: count }, (_, index) => `${issuer}-${index}`);
  await Promise.all(names.map((name) => createRequest(plane, toTenant(issuer), name, { csr })));
  const areApproved = async (): Promise<boolean> => {
    const { items } = (await plane.demand('GET', pathOf('CertificateRequest', 'default'))) as { items: TestObject[] };
    const approved = items.filter(({ status }) => status?.conditions?.some(({ type }) => type === 'Approved') === true);
    return approved.filter(({ metadata }) => names.includes(metadata.name)).length === count;
  };
  await eventually(areApproved, { what: `the requests of ${issuer} are approved` });
  return names;
}

/** How many calls wait for their turn, by the controller's own account. */
async function countWaiting(): Promise<number> {
  const text = await (await fetch(controller.metricsUrl)).text();
  return Number(/^awspca_aws_api_calls_waiting\{[^}]*"IssueCertificate"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
}

test('who comes with 20 requests gets every other call, though 60 of another issuer of the account wait already', async () => {
  const [first, second] = [await aws.createCertificateAuthority(), await aws.createCertificateAuthority()];
  await createApproved('first', backlog);
  const names = await createApproved('second', newcomers);
  // The first calls stay on their way, and no other is made meanwhile: so all are in line before any goes on.
  await aws.failNext({ operation: 'IssueCertificate', kind: 'delay', delayMs: heldMs, count: burst });
  await applyIssuer('first', first.arn);
  const isFirstInLine = async (): Promise<boolean> => (await countWaiting()) === backlog - burst;
  await eventually(isFirstInLine, { what: 'the requests of the first issuer wait' });
  await applyIssuer('second', second.arn);
  const areAllInLine = async (): Promise<boolean> => (await countWaiting()) === backlog - burst + newcomers;
  await eventually(areAllInLine, { what: 'the requests of both issuers wait' });
  expect(held).toHaveLength(burst);
  for (const release of held) release();
  for (const name of names) await awaitRequest(plane, 'default', name, 'Issued');

  const calls = await aws.calls({ operation: 'IssueCertificate' });
  expect(new Set(calls.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
  const order = calls.map(({ parameters }) =>
    parameters['CertificateAuthorityArn'] === first.arn ? 'first' : 'second',
  );
  expect(order.slice(0, burst)).toEqual(Array.from({ length: burst }, () => 'first'));
  // Turns alternate. Only calls that may be made at the same moment, as many as the burst, can change places: those of
  // callers who come late, and those that overtake each other on their way.
  let lead = 0;
  const leads: number[] = [];
  for (const issuer of order.slice(burst, order.lastIndexOf('second') + 1)) {
    lead += issuer === 'first' ? 1 : -1;
    leads.push(lead);
  }
  expect(order.filter((issuer) => issuer === 'second')).toHaveLength(newcomers);
  expect(Math.max(...leads)).toBeLessThanOrEqual(1 + burst);
  expect(Math.min(...leads)).toBeGreaterThanOrEqual(-1 - burst);
});
