import type { AwsStandIn, CallRecord } from '../../test/aws/index.ts';
import type { ControlPlane } from '../../test/cluster/control-plane.ts';
import { eventually } from '../../test/cluster/wait.ts';
import { createServiceAccount, grant, trustIn } from '../../test/integration/support/federation.ts';
import { applyObject, pathOf, readyOf, type TestObject } from '../../test/integration/support/shared-issuer.ts';
import { startController } from '../../test/support/controller.ts';
import { memory, write } from './report.ts';

const count = 200;
/** An hour's session and the five minutes between two checks, so many times shorter. */
const scale = 30;
const seconds = { session: 3600 / scale, recheck: 300 / scale };
const namespace = 'identities';

/**
 * Two hundred issuers, each with a ServiceAccount, a role, an account and a CA of its own: what they cost in memory and in
 * calls to STS within an hour, which here lasts two minutes.
 */
export async function measureIdentities({
  plane,
  aws,
}: {
  readonly plane: ControlPlane;
  readonly aws: AwsStandIn;
}): Promise<void> {
  await aws.configure({ quotas: 'off' });
  const controller = await startController((spec) => plane.startProcess(spec), plane, {
    name: 'controller-of-identities',
    environment: aws.environment(aws.identity),
    args: [`--issuer-recheck-interval=${seconds.recheck}s`, '--pca-describe-rate=0'],
  });
  const before = await memory(controller.process.pid);
  await createIssuers(plane, aws, controller.userName);
  await eventually(async () => (await countReady(plane)) === count, {
    what: `${count} issuers are Ready`,
    timeoutMs: 180_000,
    everyMs: 500,
  });
  const since = await plane.audit.mark();
  await aws.reset();
  await new Promise((resolve) => setTimeout(resolve, seconds.session * 1000));
  const calls = (await aws.calls({ service: 'sts' })).filter(({ identity }) => identity !== aws.identity.arn);
  const tokens = await plane.audit.count({ since, user: controller.userName, subresource: 'token' });
  const after = await memory(controller.process.pid);
  const stillReady = await countReady(plane);
  await controller.process.stop();
  write(
    `${count} issuers with ${count} identities (ServiceAccount, role, account and CA of its own each), time ${scale} times faster ` +
      `(sessions of ${seconds.session} s for one hour, checks every ${seconds.recheck} s for five minutes): memory before ${before}, ` +
      `after ${after}; ${stillReady} are Ready`,
  );
  write(`  STS in that hour: ${describe(calls)}; tokens requested ${tokens}`);
}

async function createIssuers(plane: ControlPlane, aws: AwsStandIn, userName: string): Promise<void> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  await plane.demand('POST', '/api/v1/namespaces', { body });
  const rule = { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] };
  await grant(plane, userName, namespace, rule);
  const names = Array.from({ length: count }, (_, index) => `issuer-${index}`);
  for (let start = 0; start < count; start += 20) {
    await Promise.all(
      names.slice(start, start + 20).map((name, index) => createIssuer(plane, aws, name, start + index)),
    );
  }
}

async function createIssuer(plane: ControlPlane, aws: AwsStandIn, name: string, index: number): Promise<void> {
  const account = String(300_000_000_000 + index);
  const { arn } = await aws.createCertificateAuthority({ account });
  await createServiceAccount(plane, namespace, name);
  const webIdentity = await trustIn(plane, { namespace, name });
  const role = await aws.createRole({ name, account, webIdentity, maxSessionSeconds: seconds.session });
  await applyObject(plane, {
    apiVersion: 'awspca.cert-manager.io/v1beta1',
    kind: 'AWSPCAIssuer',
    metadata: { name, namespace },
    spec: { arn, role: role.arn, serviceAccountRef: { name } },
  });
}

async function countReady(plane: ControlPlane): Promise<number> {
  const { items } = (await plane.demand('GET', pathOf('AWSPCAIssuer', namespace))) as { items: TestObject[] };
  return items.filter((item) => readyOf(item)?.status === 'True').length;
}

function describe(calls: readonly CallRecord[]): string {
  const counts = new Map<string, number>();
  for (const { operation, outcome } of calls) {
    const kind = `${operation} ${outcome}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, number]) => `${kind} ${number}`).join(', ');
}
