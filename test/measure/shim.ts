import type { AwsStandIn } from '../aws/index.ts';
import type { ControlPlanePrograms } from '../cluster/access/cluster-access.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { say } from '../cluster/entry.ts';
import { eventually } from '../cluster/wait.ts';
import { applyIngresses, awaitCount, callsOf } from '../integration/support/shim-load.ts';
import { applyIngress, awaitCertificates } from '../integration/support/shim-objects.ts';
import { startController } from '../support/controller.ts';
import { describeCalls, memory, seconds, write } from './report.ts';

const count = 2000;
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

/** Annotated Ingresses in great numbers, here and with cert-manager's own ingress-shim, each alone on a control plane. */
export async function measureShim(programs: ControlPlanePrograms, aws: AwsStandIn): Promise<void> {
  const plane = await startControlPlane({ programs, log: say });
  try {
    const controller = await startController((spec) => plane.startProcess(spec), plane, {
      environment: aws.environment(aws.identity),
    });
    write(`ingress-shim, idle memory: ${await memory(controller.process.pid)}`);
    await measureBurst(plane, 'this ingress-shim', controller.userName, ours);
    write(`  memory after that: ${await memory(controller.process.pid)}`);
    await measureStorm(plane, controller.userName);
    await controller.process.stop();
    await plane.startCertManager({ skip: others, flags: ['-workers=5'] });
    await measureBurst(plane, "cert-manager's ingress-shim", certManager, theirs);
  } finally {
    await plane.stop();
  }
}

async function measureBurst(
  plane: ControlPlane,
  who: string,
  user: string,
  annotations: Readonly<Record<string, string>>,
): Promise<void> {
  const warmUp = await plane.createNamespace('warm-up');
  await applyIngress(plane, warmUp, 'first', { annotations, tls: { 'first-tls': ['first.orchard.test'] } });
  await awaitCount(plane, warmUp, 1);
  const namespace = await plane.createNamespace('burst');
  const since = await plane.audit.mark();
  const started = performance.now();
  await applyIngresses(plane, namespace, 'burst', count, () => annotations);
  const applied = performance.now();
  await awaitCount(plane, namespace, count);
  const done = performance.now();
  const areTold = async (): Promise<boolean> =>
    (await plane.audit.count({ user, namespace, resource: 'events', since })) >= count;
  // cert-manager drops events beyond a rate.
  await eventually(areTold, { what: 'an event each', timeoutMs: 20_000, everyMs: 500 }).catch(() => undefined);
  const calls = await callsOf(plane, user, namespace, since);
  write(
    `${count} Ingresses at once, ${who}: ${seconds(done - started)} from the first creation until each has its Certificate ` +
      `(creating them took ${seconds(applied - started)})`,
  );
  write(`  API calls: ${describeCalls(calls)}`);
}

async function measureStorm(plane: ControlPlane, user: string): Promise<void> {
  const namespace = await plane.createNamespace('storm');
  const since = await plane.audit.mark();
  const started = performance.now();
  const hostOf = (update: number): string => `host-${update}.orchard.test`;
  for (let update = 1; update <= updates; update++)
    await applyIngress(plane, namespace, 'storm', { annotations: ours, tls: { 'storm-tls': [hostOf(update)] } });
  const isLast = awaitCertificates(plane, namespace, 'the last host', ([found]) =>
    (found?.spec?.dnsNames ?? []).includes(hostOf(updates)),
  );
  await isLast;
  const calls = await callsOf(plane, user, namespace, since);
  write(`${updates} updates of one Ingress in ${seconds(performance.now() - started)}: ${describeCalls(calls)}`);
}
