import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { accessNeeds } from '../../src/access-needs.ts';
import { renderRule } from '../../src/kube/access-review.ts';
import { type Authority, type AwsStandIn, startAwsStandIn } from '../aws/index.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { eventually } from '../cluster/wait.ts';
import { type RunningController, startController } from '../support/controller.ts';
import { awaitEvents, createCsr, createRequest } from './support/requests.ts';
import { sharedControlPlane } from './support/shared-control-plane.ts';
import {
  applyObject,
  awaitReady,
  awaitRequest,
  pathOf,
  readObject,
  readyOf,
  type TestObject,
} from './support/shared-issuer.ts';

// A guard against hanging.
jest.setTimeout(180_000);

const { programs } = sharedControlPlane().facts;
let plane: ControlPlane;
let aws: AwsStandIn;
let authority: Authority;
beforeAll(async () => {
  plane = await startControlPlane({ programs, certManager: {} });
  // The stricter of what AWS may do: a repeated token with anything changed is refused, and so found out.
  aws = await startAwsStandIn({ idempotencyMismatch: 'error' });
  authority = await aws.createCertificateAuthority({ issuingTimeMs: 300 });
  await applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAClusterIssuer',
    metadata: { name: 'ca' },
    spec: { arn: authority.arn },
  });
});
afterAll(async () => {
  await plane.stop();
  await aws.stop();
});
beforeEach(() => aws.reset());

const issuerRef = { group: 'awspca.cert-manager.io', kind: 'AWSPCAClusterIssuer', name: 'ca' };
const tenant = { namespace: 'default', issuerRef };
const started: RunningController[] = [];
async function start(...args: string[]): Promise<RunningController> {
  const controller = await startController((spec) => plane.startProcess(spec), plane, {
    name: `controller-${started.length}`,
    environment: aws.environment(aws.identity),
    args: ['--log-level=debug', ...args],
  });
  started.push(controller);
  return controller;
}

/** What the process counted: certificates that it bought, and that it found again. */
async function countedBy({ metricsUrl }: RunningController): Promise<{ billed: number; avoided: number }> {
  const text = await (await fetch(metricsUrl)).text();
  const read = (name: string): number =>
    Number(
      new RegExp(`^awspca_certificates_${name}_total\\{issuer_kind="AWSPCAClusterIssuer"\\} (\\d+)`, 'm').exec(
        text,
      )?.[1] ?? 0,
    );
  return { billed: read('billed'), avoided: read('billing_avoided') };
}

describe('kill -9 between any two outbound calls, then a restart: the same end, one bill', () => {
  // What a test that failed left running would sign the requests of the others.
  afterEach(() => Promise.all(started.map(({ process }) => process.stop())));
  const isIssued = (request: TestObject | undefined): boolean => readyOf(request)?.reason === 'Issued';
  const callsOf = async (operation: string): Promise<number> => (await aws.calls({ operation })).length;
  const find = (name: string): Promise<TestObject | undefined> =>
    readObject(plane, 'CertificateRequest', 'default', name);

  test.each([
    [
      'as IssueCertificate arrives',
      'before-issue',
      async () => (await callsOf('IssueCertificate')) > 0,
      { operation: 'IssueCertificate', kind: 'silence' },
      { billed: 1, avoided: 0 },
    ],
    [
      'after IssueCertificate was carried out, before its answer is there',
      'after-issue',
      async () => (await aws.billed()).length > 0,
      { operation: 'IssueCertificate', kind: 'silence', after: true },
      { billed: 1, avoided: 0 },
    ],
    [
      'after the answer of IssueCertificate, as the certificate is looked for',
      'looking',
      async () => (await callsOf('GetCertificate')) > 0,
      { operation: 'GetCertificate', kind: 'silence', count: 5 },
      // Whether the ARN was kept before the end is a matter of luck.
      undefined,
    ],
    [
      'once the ARN is kept on the request',
      'arn-kept',
      async () =>
        (await find('arn-kept'))?.metadata.annotations?.['aws-privateca-issuer/certificate-arn'] !== undefined,
      { operation: 'GetCertificate', kind: 'silence', count: 5 },
      { billed: 0, avoided: 1 },
    ],
    [
      'once the status is written',
      'status-written',
      async () => isIssued(await find('status-written')),
      undefined,
      { billed: 0, avoided: 0 },
    ],
  ] as const)('%s', async (_, name, isTime, fault, counted) => {
    const first = await start();
    if (fault) await aws.failNext(fault);
    await createRequest(plane, tenant, name);
    await eventually(isTime, { what: 'the moment has come', everyMs: 5 });
    first.process.signal('SIGKILL');
    await first.process.exited;
    await aws.clearFaults();
    const second = await start();
    await awaitRequest(plane, 'default', name, 'Issued');
    expect(await aws.billed()).toHaveLength(1);
    // Counted a moment after the write.
    const expected = counted ? counted.billed + counted.avoided : 1;
    const isCounted = async (): Promise<boolean> => {
      const { billed, avoided } = await countedBy(second);
      return billed + avoided === expected;
    };
    await eventually(isCounted, { what: 'the second process counts what it did' });
    const counts = await countedBy(second);
    await second.process.stop();
    expect(counts).toMatchObject(counted ?? {});
  });

  test('fifty requests and three kills', async () => {
    const names = Array.from({ length: 50 }, (__, index) => `killed-${index}`);
    const csr = createCsr();
    let controller = await start();
    await Promise.all(names.map((name) => createRequest(plane, tenant, name, { csr })));
    for (let kill = 0; kill < 3; kill++) {
      const before = (await aws.billed()).length;
      const goesOn = async (): Promise<boolean> => (await aws.billed()).length > before;
      await eventually(goesOn, { what: 'some are billed', everyMs: 5 });
      controller.process.signal('SIGKILL');
      await controller.process.exited;
      controller = await start();
    }
    for (const name of names) await awaitRequest(plane, 'default', name, 'Issued');
    const billed = await aws.billed();
    expect(billed).toHaveLength(names.length);
    expect(new Set(billed.map(({ token }) => token)).size).toBe(names.length);
    await controller.process.stop();
  });
});

describe('what AWS does wrong is waited out', () => {
  let controller: RunningController;
  beforeAll(async () => {
    controller = await start();
  });
  afterAll(() => controller.process.stop());

  test.each([
    ['throttled', { operation: 'IssueCertificate', code: 'ThrottlingException', count: 3 }],
    ['internal-failure', { operation: 'IssueCertificate', code: 'InternalFailure', count: 3 }],
    ['reset-before', { operation: 'IssueCertificate', kind: 'reset', count: 2 }],
    ['reset-after', { operation: 'IssueCertificate', kind: 'reset', after: true, count: 2 }],
    ['cut-after', { operation: 'IssueCertificate', kind: 'cut', after: true }],
    ['get-unavailable', { operation: 'GetCertificate', code: 'ServiceUnavailable', count: 3 }],
    ['get-cut', { operation: 'GetCertificate', kind: 'cut', count: 2 }],
    ['get-throttled', { operation: 'GetCertificate', code: 'ThrottlingException', count: 3 }],
    ['expired-token', { operation: 'IssueCertificate', code: 'ExpiredTokenException', count: 1 }],
  ] as const)('%s', async (name, fault) => {
    const before = await countedBy(controller);
    await aws.failNext(fault);
    await createRequest(plane, tenant, name);
    await awaitRequest(plane, 'default', name, 'Issued');
    expect(await aws.billed()).toHaveLength(1);
    expect(await countedBy(controller)).toEqual({ billed: before.billed + 1, avoided: 0 });
  });

  test('RequestFailedException three times: the service gave up, a new certificate is asked for', async () => {
    await aws.failNext({ operation: 'GetCertificate', code: 'RequestFailedException', count: 3 });
    await createRequest(plane, tenant, 'gave-up');
    await awaitRequest(plane, 'default', 'gave-up', 'Issued');
    expect(await aws.billed()).toHaveLength(2);
  });

  test('a wait that lasts is told in words that stay the same, and ends without a failure', async () => {
    await aws.failNext({ operation: 'IssueCertificate', code: 'ServiceUnavailable', count: 6 });
    await createRequest(plane, tenant, 'long-wait');
    const waiting = await awaitRequest(plane, 'default', 'long-wait', 'Pending');
    expect(readyOf(waiting)?.message).toBe(
      'AWS could not be reached or failed (IssueCertificate: ServiceUnavailable); it is tried again until it answers.',
    );
    await awaitRequest(plane, 'default', 'long-wait', 'Issued');
  });
});

test('a hiccup of a re-check does not take a fresh Ready away', async () => {
  const controller = await start('--issuer-recheck-interval=1s');
  const operation = 'DescribeCertificateAuthority';
  const outcomes = async (): Promise<string[]> => (await aws.calls({ operation })).map(({ outcome }) => outcome);
  await eventually(async () => (await outcomes()).includes('ok'), { what: 'the issuer is checked' });
  const before = await awaitReady(plane, 'AWSPCAClusterIssuer', '', 'ca', ({ status }) => status === 'True');

  await aws.failNext({ operation, code: 'InternalFailure' });
  await eventually(async () => (await outcomes()).includes('InternalFailure'), {
    what: 'a re-check fails',
    everyMs: 5,
  });
  const isIdle = async (): Promise<boolean> => {
    const text = await (await fetch(controller.metricsUrl)).text();
    return text.includes('controller_runtime_active_workers{controller="issuer"} 0\n');
  };
  await eventually(isIdle, { what: 'what follows from it is written', everyMs: 5 });
  expect(await readObject(plane, 'AWSPCAClusterIssuer', '', 'ca')).toMatchObject({ status: before.status });
  await createRequest(plane, tenant, 'hiccup');
  await awaitRequest(plane, 'default', 'hiccup', 'Issued');
  await controller.process.stop();
});

describe('the process', () => {
  test('SIGTERM ends it in order, with exit code 0, and gives the lease back', async () => {
    const controller = await start('--leader-elect');
    const lease = '/apis/coordination.k8s.io/v1/namespaces/aws-privateca-issuer/leases/b858308c.awspca.cert-manager.io';
    const holder = async (): Promise<string> =>
      ((await plane.demand('GET', lease)) as { spec: { holderIdentity: string } }).spec.holderIdentity;
    await eventually(async () => (await plane.request('GET', lease)).status === 200, { what: 'the lease is there' });
    expect(await holder()).not.toBe('');
    controller.process.signal('SIGTERM');
    expect(await controller.process.exited).toMatchObject({ code: 0 });
    expect(await holder()).toBe('');
  });

  test('of two only one signs, and the other takes over at once when it ends', async () => {
    const first = await start('--leader-elect');
    const second = await start('--leader-elect');
    await createRequest(plane, tenant, 'first-leader');
    await awaitRequest(plane, 'default', 'first-leader', 'Issued');
    first.process.signal('SIGTERM');
    await createRequest(plane, tenant, 'second-leader');
    await awaitRequest(plane, 'default', 'second-leader', 'Issued');
    expect(await aws.billed()).toHaveLength(2);
    await second.process.stop();
  });

  test('names each permission that it lacks, with the rule that grants it, and runs', async () => {
    const poor = await plane.user('poor', { namespace: 'aws-privateca-issuer' });
    const child = await plane.startProcess({
      name: 'poor-controller',
      command: process.execPath,
      args: [
        'dist/manager.js',
        `--kubeconfig=${poor.kubeconfigPath}`,
        '--metrics-bind-address=0',
        '--health-probe-bind-address=0',
        '--leader-elect',
        '--leader-election-namespace=aws-privateca-issuer',
      ],
      workingFolder: process.cwd(),
      environment: { ...aws.environment(aws.identity), NODE_OPTIONS: null },
    });
    const leaseNamespace = 'aws-privateca-issuer';
    const expected = accessNeeds({ leaderElection: true, leaseNamespace }).map((need) => ({
      rule: renderRule(need),
      msg: expect.stringContaining(need.namespace ? `a Role in namespace ${leaseNamespace}` : 'its ClusterRole'),
    }));
    const named = async (): Promise<object[]> => {
      const lines = (await readFile(child.logPath, 'utf8')).split('\n').filter((line) => line.includes('"rule"'));
      return lines.map((line) => JSON.parse(line) as object);
    };
    const areNamed = async (): Promise<boolean> => (await named()).length >= expected.length;
    await eventually(areNamed, { what: 'the log names what is missing' });
    expect(await named()).toEqual(expected.map((line) => expect.objectContaining(line)));
    await child.stop();
  });

  test('without approval check it signs at once; a denied request it never signs', async () => {
    const controller = await start('--disable-approved-check');
    await plane.stopCertManager();
    await createRequest(plane, tenant, 'not-approved');
    await awaitRequest(plane, 'default', 'not-approved', 'Issued');
    await controller.process.stop();
    await createRequest(plane, tenant, 'denied-unapproved');
    const conditions = [{ type: 'Denied', status: 'True', reason: 'Reviewed', message: 'No.' }];
    await plane.demand('PATCH', `${pathOf('CertificateRequest', 'default', 'denied-unapproved')}/status`, {
      body: { status: { conditions } },
      contentType: 'application/merge-patch+json',
    });
    const again = await start('--disable-approved-check');
    await awaitReady(plane, 'CertificateRequest', 'default', 'denied-unapproved', ({ reason }) => reason === 'Denied');
    expect(await aws.billed()).toHaveLength(1);
    await again.process.stop();
  });

  test('waits for the approval, and says so after ten seconds', async () => {
    const controller = await start();
    await createRequest(plane, tenant, 'unapproved');
    expect(await awaitEvents(plane, 'default', 'unapproved')).toEqual([expect.stringMatching(/^WaitingForApproval: /)]);
    expect(readyOf(await readObject(plane, 'CertificateRequest', 'default', 'unapproved'))).toBeUndefined();
    await controller.process.stop();
  });
});
