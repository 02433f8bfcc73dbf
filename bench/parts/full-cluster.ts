import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { AwsStandIn } from '../../test/aws/index.ts';
import type { ControlPlanePrograms } from '../../test/cluster/access/cluster-access.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import { say } from '../../test/cluster/entry.ts';
import { createManyApproved, numbered } from '../../test/integration/faults/support/approved-requests.ts';
import { createFinished, createForeign, createSecrets } from '../../test/integration/faults/support/full-cluster.ts';
import { applyObject, awaitReady } from '../../test/integration/support/shared-issuer.ts';
import { eventually } from '../../test/cluster/wait.ts';
import { type RunningController, startController } from '../../test/support/controller.ts';
import { cpuSeconds, memory, seconds, write } from './report.ts';

interface Bench {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
}

const round = 1_000;
const rounds = 10;
/** Events are told after the certificates. */
const eventsMs = 4_000;
/** When nothing happens any more, V8 gives back what it took, in its own time. */
const idleMs = 180_000;

/** Signing in a cluster that is full already, and what many certificates leave behind in the process. */
export const measureFullCluster =
  (...finished: readonly number[]) =>
  async (programs: ControlPlanePrograms, aws: AwsStandIn): Promise<void> => {
    const plane = await startControlPlane({ programs, log: say });
    try {
      await fill({ plane, aws }, finished);
    } finally {
      await plane.stop();
    }
  };

async function fill(bench: Bench, steps: readonly number[]): Promise<void> {
  const { plane, aws } = bench;
  await aws.configure({ quotas: 'off' });
  const { arn } = await aws.createCertificateAuthority({ issuingTimeMs: 0 });
  const metadata = { name: 'ca' };
  const issuer = { apiVersion: 'awspca.cert-manager.io/v1beta1', kind: 'AWSPCAClusterIssuer', metadata };
  await applyObject(plane, { ...issuer, spec: { arn } });
  await createSecrets(plane, 'foreign', 5_000);
  await createForeign(plane, 'others', 2_000);
  let there = 0;
  for (const step of steps) {
    await createFinished(plane, `finished-${step}`, step - there);
    await measureStep(bench, step);
    there = step + round;
  }
  await measureManyRounds(bench);
}

async function start({ plane, aws }: Bench): Promise<RunningController> {
  const controller = await startController((spec) => plane.startProcess(spec), plane, {
    name: `controller-${++processes}`,
    environment: aws.environment(aws.identity),
    args: ['--pca-issue-rate=0', '--pca-get-rate=0'],
  });
  await awaitReady(plane, 'AWSPCAClusterIssuer', '', 'ca', ({ status }) => status === 'True');
  return controller;
}
let processes = 0;

async function measureStep(bench: Bench, finished: number): Promise<void> {
  const started = performance.now();
  const controller = await start(bench);
  const ready = performance.now() - started;
  const { pid } = controller.process;
  const cluster = `${finished} finished requests, 5000 Secrets, 2000 requests of other issuers`;
  write(`${cluster}: start until ready ${seconds(ready)}, ${await cpuSeconds(pid)} s CPU, ${await memory(pid)}`);
  write(`  ${round} more at once: ${await sign(bench, controller, `after-${finished}`)}`);
  await controller.process.stop();
}

async function sign({ plane, aws }: Bench, controller: RunningController, prefix: string): Promise<string> {
  const { pid } = controller.process;
  await aws.reset();
  const since = await plane.audit.mark();
  const cpuBefore = await cpuSeconds(pid);
  const issuedBefore = await issuedBy(controller);
  const names = numbered(prefix, round);
  const started = performance.now();
  await createManyApproved(plane, names, 50);
  // Asking the API server for all of them would be the larger part of what is measured.
  const isDone = async (): Promise<boolean> => (await issuedBy(controller)) >= issuedBefore + round;
  await eventually(isDone, { what: `${round} requests are issued`, timeoutMs: 600_000, everyMs: 100 });
  const lastedMs = performance.now() - started;
  await delay(eventsMs);
  const calls = (await plane.audit.list({ since, user: controller.userName })).filter(({ verb }) => verb !== 'watch');
  const cpu = ((await cpuSeconds(pid)) - cpuBefore) * 1000;
  return (
    `${seconds(lastedMs)}, CPU each ${(cpu / round).toFixed(1)} ms, API calls each ` +
    `${(calls.length / round).toFixed(2)}, billed ${(await aws.billed()).length}, sockets ${await sockets(pid)}, ${await memory(pid)}`
  );
}

async function issuedBy(controller: RunningController): Promise<number> {
  return (await readMetric(controller, /^awspca_certificates_issued_total\{[^}]*\} (\d+)/m)) ?? 0;
}

async function heap(controller: RunningController): Promise<string> {
  const bytes = (await readMetric(controller, /^nodejs_heap_size_used_bytes (\d+)/m)) ?? NaN;
  return `V8's heap ${Math.round(bytes / 2 ** 20)} MiB`;
}

async function readMetric({ metricsUrl }: RunningController, line: RegExp): Promise<number | undefined> {
  const [, value] = line.exec(await (await fetch(metricsUrl)).text()) ?? [];
  return value === undefined ? undefined : Number(value);
}

async function measureManyRounds(bench: Bench): Promise<void> {
  const controller = await start(bench);
  write(
    `${rounds} times ${round} certificates by one process, which begins with ${await memory(controller.process.pid)}:`,
  );
  for (let index = 1; index <= rounds; index++)
    write(`  ${index * round}: ${await sign(bench, controller, `round-${index}`)}, ${await heap(controller)}`);
  await delay(idleMs);
  write(`  ${seconds(idleMs)} later: ${await memory(controller.process.pid)}, ${await heap(controller)}`);
  await controller.process.stop();
}

async function sockets(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder).catch(() => []);
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return targets.filter((target) => target.startsWith('socket:')).length;
}
