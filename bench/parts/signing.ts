import type { AwsStandIn } from '../../test/aws/index.ts';
import type { ControlPlanePrograms } from '../../test/cluster/access/cluster-access.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import { say } from '../../test/cluster/entry.ts';
import { eventually } from '../../test/cluster/wait.ts';
import { createCsr, createRequest } from '../../test/integration/support/requests.ts';
import {
  applyObject,
  awaitReady,
  pathOf,
  readyOf,
  type TestObject,
} from '../../test/integration/support/shared-issuer.ts';
import { type RunningController, startController } from '../../test/support/controller.ts';
import { measureIdentities } from './identities.ts';
import { describeCalls, memory, seconds, write } from './report.ts';

const issuerRef = { group: 'awspca.cert-manager.io', kind: 'AWSPCAClusterIssuer', name: 'ca' };
const tenant = { namespace: 'default', issuerRef };

interface Bench {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
}

/** One request, many, two issuers, and many identities: with cert-manager, whose approver approves. */
export async function measureSigning(programs: ControlPlanePrograms, aws: AwsStandIn): Promise<void> {
  const plane = await startControlPlane({ programs, certManager: {}, log: say });
  try {
    await measureRequests({ plane, aws });
  } finally {
    await plane.stop();
  }
}

async function measureRequests(bench: Bench): Promise<void> {
  const { aws } = bench;
  const authority = await aws.createCertificateAuthority({ issuingTimeMs: 200 });
  const started = performance.now();
  const controller = await startController((spec) => bench.plane.startProcess(spec), bench.plane, {
    environment: aws.environment(aws.identity),
  });
  write(`start of the process until ready (permissions granted in between): ${seconds(performance.now() - started)}`);
  write(`idle memory: ${await memory(controller.process.pid)}`);
  await measureLateIssuer(bench, authority.arn);
  await measureLatency(bench);
  write(`memory after that: ${await memory(controller.process.pid)}`);
  await aws.updateCertificateAuthority({ arn: authority.arn, issuingTimeMs: 1000 });
  await measureLoad(bench, controller);
  await measureTwoIssuers(bench);
  await controller.process.stop();
  await measureIdentities(bench);
}

/** A request is there first; how long from the issuer being Ready to the request being Ready? */
async function measureLateIssuer({ plane }: Bench, arn: string): Promise<void> {
  await createRequest(plane, tenant, 'early');
  await awaitReady(plane, 'CertificateRequest', 'default', 'early', ({ reason }) => reason === 'Pending');
  await applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAClusterIssuer',
    metadata: { name: 'ca' },
    spec: { arn },
  });
  await awaitReady(plane, 'AWSPCAClusterIssuer', '', 'ca', ({ status }) => status === 'True');
  const ready = performance.now();
  await awaitReady(plane, 'CertificateRequest', 'default', 'early', ({ reason }) => reason === 'Issued');
  write(`issuer Ready until its waiting request is Ready, 200 ms issuing time: ${seconds(performance.now() - ready)}`);
}

/** One request at a time: from its approval to Ready. Asked for every 10 ms, so the figure is up to that too long. */
async function measureLatency({ plane }: Bench): Promise<void> {
  const csr = createCsr();
  const times: number[] = [];
  for (let index = 0; index < 30; index++) {
    const name = `latency-${index}`;
    await createRequest(plane, tenant, name, { csr });
    const path = pathOf('CertificateRequest', 'default', name);
    const read = async (): Promise<TestObject> => (await plane.demand('GET', path)) as TestObject;
    const has = (type: string) => async (): Promise<boolean> =>
      (await read()).status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ??
      false;
    await eventually(has('Approved'), { what: 'approved', everyMs: 5 });
    const approved = performance.now();
    await eventually(has('Ready'), { what: 'ready', everyMs: 10 });
    times.push(performance.now() - approved);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    seconds(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  write(
    `one request, 200 ms issuing time, approved until Ready: median ${at(0.5)}, p90 ${at(0.9)}, longest ${at(1)} (30 requests)`,
  );
}

async function measureLoad({ plane, aws }: Bench, controller: RunningController): Promise<void> {
  const count = 500;
  const csr = createCsr();
  await aws.reset();
  const since = await plane.audit.mark();
  const started = performance.now();
  const names = Array.from({ length: count }, (_, index) => `load-${index}`);
  for (let start = 0; start < count; start += 50) {
    await Promise.all(names.slice(start, start + 50).map((name) => createRequest(plane, tenant, name, { csr })));
  }
  const created = performance.now();
  const path = pathOf('CertificateRequest', 'default');
  const isDone = async (): Promise<boolean> => {
    const { items } = (await plane.demand('GET', path)) as { items: TestObject[] };
    return (
      items.filter((item) => item.metadata.name.startsWith('load-') && readyOf(item)?.reason === 'Issued').length ===
      count
    );
  };
  await eventually(isDone, { what: `${count} requests are Ready`, timeoutMs: 300_000, everyMs: 250 });
  const done = performance.now();
  const calls = await aws.calls();
  const throttled = calls.filter(({ outcome }) => outcome === 'ThrottlingException').length;
  const own = (await plane.audit.list({ since, user: controller.userName })).filter(({ verb }) => verb !== 'watch');
  write(
    `${count} requests at once, 25 IssueCertificate/s, 1 s issuing time (ideal 20 s): ${seconds(done - started)} from the first ` +
      `creation (creating them all took ${seconds(created - started)}); billed ${(await aws.billed()).length}, throttled ${throttled}, ` +
      `GetCertificate calls each ${(calls.filter(({ operation }) => operation === 'GetCertificate').length / count).toFixed(2)}, ` +
      `API calls each ${(own.length / count).toFixed(2)}`,
  );
  write(`  API calls: ${describeCalls(own)}`);
  write(`memory after that: ${await memory(controller.process.pid)}`);
}

/** Two issuers with a CA each in one account, 500 requests each, created in turns. */
async function measureTwoIssuers({ plane, aws }: Bench): Promise<void> {
  const count = 500;
  const csr = createCsr();
  const names = ['one', 'other'];
  for (const name of names) {
    const { arn } = await aws.createCertificateAuthority({ issuingTimeMs: 1000 });
    const issuer = { apiVersion: 'awspca.cert-manager.io/v1beta1', kind: 'AWSPCAClusterIssuer', metadata: { name } };
    await applyObject(plane, { ...issuer, spec: { arn } });
    await awaitReady(plane, 'AWSPCAClusterIssuer', '', name, ({ status }) => status === 'True');
  }
  await aws.reset();
  const started = performance.now();
  for (let start = 0; start < count; start += 25) {
    const numbers = Array.from({ length: 25 }, (_, index) => start + index);
    const creations = numbers.flatMap((number) =>
      names.map((name) => {
        const ref = { namespace: 'default', issuerRef: { ...issuerRef, name } };
        return createRequest(plane, ref, `of-${name}-${number}`, { csr });
      }),
    );
    await Promise.all(creations);
  }
  const finished = new Map<string, number>();
  const areDone = async (): Promise<boolean> => {
    const { items } = (await plane.demand('GET', pathOf('CertificateRequest', 'default'))) as { items: TestObject[] };
    const issued = items.filter((item) => readyOf(item)?.reason === 'Issued');
    for (const name of names) {
      const own = issued.filter((item) => item.metadata.name.startsWith(`of-${name}-`));
      if (own.length === count && !finished.has(name)) finished.set(name, performance.now() - started);
    }
    return finished.size === names.length;
  };
  await eventually(areDone, { what: 'both issuers are done', timeoutMs: 300_000, everyMs: 250 });
  const calls = await aws.calls();
  const throttled = calls.filter(({ outcome }) => outcome === 'ThrottlingException').length;
  const looks = calls.filter(({ operation }) => operation === 'GetCertificate').length / (count * names.length);
  write(
    `2 issuers of one account, ${count} requests each, 25 IssueCertificate/s, 1 s issuing time (ideal 40 s): ` +
      `${[...finished.values()].map(seconds).join(' and ')} from the first creation; ` +
      `billed ${(await aws.billed()).length}, throttled ${throttled}, GetCertificate calls each ${looks.toFixed(2)}`,
  );
}
