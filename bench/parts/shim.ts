import type { AwsStandIn } from '../../test/aws/index.ts';
import type { ControlPlanePrograms } from '../../test/cluster/access/cluster-access.ts';
import { type ControlPlane, startControlPlane } from '../../test/cluster/control-plane.ts';
import { say } from '../../test/cluster/entry.ts';
import { eventually } from '../../test/cluster/wait.ts';
import { applyIngresses, awaitCount, callsOf } from '../../test/integration/support/shim-load.ts';
import { pathOf } from '../../test/integration/support/shared-issuer.ts';
import { applyIngress, awaitCertificates } from '../../test/integration/support/shim-objects.ts';
import { controllerUser, startController } from '../../test/support/controller.ts';
import { cpuSeconds, describeCalls, memory, seconds, write } from './report.ts';

const count = 2000;
const rounds = 4;
const updates = 10_000;
const ours = { 'awspca.cert-manager.io/cluster-issuer': 'ca' };
const theirs = { 'cert-manager.io/cluster-issuer': 'corp' };
const certManager = 'system:serviceaccount:cert-manager:cert-manager';
/** Everything of cert-manager but its ingress-shim. */
const others = [
  ...['approver', 'issuer-ca', 'issuer-selfsigned'].map((name) => `certificaterequests-${name}`),
  ...['issuing', 'key-manager', 'readiness', 'request-manager', 'revision-manager', 'trigger'].map(
    (name) => `certificates-${name}`,
  ),
  ...['issuers', 'clusterissuers', 'gateway-shim', 'listenerset'],
];

/** An ingress-shim as it is measured. */
interface Shim {
  readonly who: string;
  readonly user: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Starts it, and resolves with its process. */
  start(plane: ControlPlane): Promise<{ readonly pid: number }>;
}

interface Burst {
  /** From the first creation until each Ingress has its Certificate, and how long the creations took; milliseconds. */
  readonly totalMs: number;
  readonly creationMs: number;
  /** What an Ingress cost the shim until then, and its event included; milliseconds. */
  readonly cpuMs: number;
  readonly cpuWithEventMs: number;
}

/**
 * Annotated Ingresses in great numbers, here and with cert-manager's own ingress-shim: each time one of them alone on a
 * control plane of its own, by turns, so that neither always meets the warmer machine.
 */
export async function measureShim(programs: ControlPlanePrograms, aws: AwsStandIn): Promise<void> {
  const here: Shim = {
    ...{ who: 'this ingress-shim', user: controllerUser, annotations: ours },
    start: async (plane) => {
      const environment = aws.environment(aws.identity);
      const controller = await startController((spec) => plane.startProcess(spec), plane, { environment });
      return controller.process;
    },
  };
  const certManagers: Shim = {
    ...{ who: "cert-manager's ingress-shim", user: certManager, annotations: theirs },
    start: (plane) => plane.startCertManager({ skip: others, flags: ['-workers=5'] }),
  };
  const bursts = new Map<Shim, Burst[]>([
    [here, []],
    [certManagers, []],
  ]);
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [here, certManagers] : [certManagers, here];
    for (const shim of order) bursts.get(shim)?.push(await measureAlone(programs, shim, round));
  }
  for (const [{ who }, measured] of bursts) write(`${who}, ${rounds} rounds: ${describeBursts(measured)}`);
  await withControlPlane(programs, async (plane) => {
    await here.start(plane);
    await measureStorm(plane, here.user);
  });
}

function describeBursts(bursts: readonly Burst[]): string {
  const spread = (of: (burst: Burst) => number, show: (value: number) => string): string => {
    const sorted = bursts.map(of).sort((a, b) => a - b);
    const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2) + 1);
    const median = middle.reduce((sum, value) => sum + value, 0) / middle.length;
    return `median ${show(median)} (${show(sorted[0] ?? 0)} to ${show(sorted.at(-1) ?? 0)})`;
  };
  const milliseconds = (ms: number): string => `${ms.toFixed(2)} ms`;
  return [
    spread(({ totalMs }) => totalMs, seconds),
    `after the last creation ${spread(({ totalMs, creationMs }) => totalMs - creationMs, seconds)}`,
    `CPU for each ${spread(({ cpuMs }) => cpuMs, milliseconds)}`,
    `with its event ${spread(({ cpuWithEventMs }) => cpuWithEventMs, milliseconds)}`,
  ].join('; ');
}

async function withControlPlane(
  programs: ControlPlanePrograms,
  use: (plane: ControlPlane) => Promise<void>,
): Promise<void> {
  const plane = await startControlPlane({ programs, log: say });
  try {
    await use(plane);
  } finally {
    await plane.stop();
  }
}

async function measureAlone(programs: ControlPlanePrograms, shim: Shim, round: number): Promise<Burst> {
  const bursts: Burst[] = [];
  await withControlPlane(programs, async (plane) => {
    const { pid } = await shim.start(plane);
    write(`round ${round + 1}, ${shim.who}: memory before ${await memory(pid)}`);
    bursts.push(await measureBurst(plane, shim, pid));
    write(`  memory after ${await memory(pid)}`);
  });
  const [burst] = bursts;
  if (burst === undefined) throw new Error('nothing was measured');
  return burst;
}

async function measureBurst(plane: ControlPlane, { who, user, annotations }: Shim, pid: number): Promise<Burst> {
  const warmUp = await plane.createNamespace('warm-up');
  await applyIngress(plane, warmUp, 'first', { annotations, tls: { 'first-tls': ['first.orchard.test'] } });
  await awaitCount(plane, warmUp, 1);
  const namespace = await plane.createNamespace('burst');
  const since = await plane.audit.mark();
  const cpuBefore = await cpuSeconds(pid);
  const cpuMs = async (): Promise<number> => (((await cpuSeconds(pid)) - cpuBefore) * 1000) / count;
  const started = performance.now();
  await applyIngresses(plane, namespace, 'burst', count, () => annotations);
  const creationMs = performance.now() - started;
  // To list them all again and again would be a large part of what is measured.
  const haveAll = async (): Promise<boolean> => (await countCertificates(plane, namespace)) >= count;
  await eventually(haveAll, { what: `${count} Certificates`, timeoutMs: 240_000, everyMs: 50 });
  const burst = { totalMs: performance.now() - started, creationMs, cpuMs: await cpuMs() };
  await awaitCount(plane, namespace, count);
  const areTold = async (): Promise<boolean> =>
    (await plane.audit.count({ user, namespace, resource: 'events', since })) >= count;
  // cert-manager drops events beyond a rate.
  await eventually(areTold, { what: 'an event each', timeoutMs: 20_000, everyMs: 500 }).catch(() => undefined);
  const cpuWithEventMs = await cpuMs();
  const calls = await callsOf(plane, user, namespace, since);
  write(
    `  ${count} Ingresses at once, ${who}: ${seconds(burst.totalMs)} from the first creation until each has its ` +
      `Certificate (creating them took ${seconds(creationMs)}); CPU for each ${burst.cpuMs.toFixed(2)} ms, with its ` +
      `event ${cpuWithEventMs.toFixed(2)} ms`,
  );
  write(`  API calls: ${describeCalls(calls)}`);
  return { ...burst, cpuWithEventMs };
}

async function countCertificates(plane: ControlPlane, namespace: string): Promise<number> {
  const path = `${pathOf('Certificate', namespace)}?limit=1`;
  const { items, metadata } = (await plane.demand('GET', path)) as CountedList;
  return items.length + (metadata.remainingItemCount ?? 0);
}

interface CountedList {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

async function measureStorm(plane: ControlPlane, user: string): Promise<void> {
  const namespace = await plane.createNamespace('storm');
  const since = await plane.audit.mark();
  const started = performance.now();
  const hostOf = (update: number): string => `host-${update}.orchard.test`;
  for (let update = 1; update <= updates; update++)
    await applyIngress(plane, namespace, 'storm', { annotations: ours, tls: { 'storm-tls': [hostOf(update)] } });
  await awaitCertificates(plane, namespace, 'the last host', ([found]) =>
    (found?.spec?.dnsNames ?? []).includes(hostOf(updates)),
  );
  const calls = await callsOf(plane, user, namespace, since);
  write(`${updates} updates of one Ingress in ${seconds(performance.now() - started)}: ${describeCalls(calls)}`);
}
