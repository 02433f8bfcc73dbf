import { setTimeout as delay } from 'node:timers/promises';
import type { RemoteAwsStandIn, Identity } from '../test/aws/index.ts';
import type { QuotaSettings } from '../test/aws/model.ts';
import type { ControlPlane } from '../test/cluster/control-plane.ts';
import type { SupervisedProcess } from '../test/cluster/supervisor/supervisor.ts';
import { eventually } from '../test/cluster/wait.ts';
import { applyObject, pathOf } from '../test/integration/support/shared-issuer.ts';
import type { PooledCsr } from './csr-pool.ts';
import type { MetricName } from './metrics.ts';
import { ReadyWatch } from './ready-watch.ts';
import type { Sample } from './statistics.ts';
import type { StartOptions, Subject } from './subjects.ts';

export interface World {
  readonly plane: ControlPlane;
  readonly aws: RemoteAwsStandIn;
  readonly identity: Identity;
  readonly pool: readonly PooledCsr[];
}

export type Figures = Partial<Record<MetricName, Sample>>;

/** One measurement of one controller. What it starts on the stage is ended for it. */
export type Scenario = (stage: Stage) => Promise<Figures>;

interface StageSettings {
  readonly quotas: QuotaSettings;
  readonly issuingTimeMs: number;
}

const group = 'awspca.cert-manager.io';
const together = 50;
/** Who has called nobody for so long has started. */
const quietMs = 300;

/** A namespace, a CA and an issuer for one round of one scenario with one controller; nothing of them stays. */
export class Stage {
  readonly world: World;
  readonly subject: Subject;
  readonly namespace: string;
  #processes: SupervisedProcess[] = [];
  #watches: ReadyWatch[] = [];
  #arn = '';

  private constructor(world: World, subject: Subject, namespace: string) {
    this.world = world;
    this.subject = subject;
    this.namespace = namespace;
  }

  static async play(world: World, subject: Subject, name: string, scenario: Scenario): Promise<Figures> {
    const namespace = await world.plane.createNamespace(`${name}-${subject.short}`);
    const stage = new Stage(world, subject, namespace);
    try {
      return await scenario(stage);
    } finally {
      await stage.#clear();
    }
  }

  /** The name of the issuer is that of the namespace. It is there before a controller is, so its status is not. */
  async setUp({ quotas, issuingTimeMs }: StageSettings, spec: object = {}): Promise<void> {
    const { aws, plane } = this.world;
    await aws.configure({ quotas });
    await aws.reset();
    this.#arn = (await aws.createCertificateAuthority({ issuingTimeMs })).arn;
    await applyObject(plane, {
      ...{ apiVersion: `${group}/v1beta1`, kind: 'AWSPCAClusterIssuer', metadata: { name: this.namespace } },
      spec: { arn: this.#arn, region: 'us-east-1', ...spec },
    });
  }

  get authorityArn(): string {
    return this.#arn;
  }

  async start(options?: StartOptions): Promise<SupervisedProcess> {
    const process = await this.subject.start(options);
    this.#processes.push(process);
    return process;
  }

  /** Starts the controller, and waits for the issuer and until what belongs to the start is over. */
  async startReady(options?: StartOptions): Promise<SupervisedProcess> {
    const watch = await this.watchIssuer();
    const process = await this.start(options);
    await this.awaitIssuer(watch);
    await eventually(() => this.#isQuiet(), { what: `${this.subject.title} has started`, everyMs: 1 });
    return process;
  }

  async #isQuiet(): Promise<boolean> {
    const since = await this.world.plane.audit.mark();
    await delay(quietMs);
    return (await this.apiCalls(since)) === 0;
  }

  /** The status as another controller left it would look Ready: `setUp` makes the issuer anew. */
  async awaitIssuer(watch: ReadyWatch): Promise<number> {
    const isReady = (): boolean => this.#issuerReadyAt(watch) !== undefined;
    if (!(await watch.until(isReady, 60_000)))
      throw new Error(`${this.namespace}: the issuer is not Ready within 60 s`);
    return this.#issuerReadyAt(watch) ?? NaN;
  }

  #issuerReadyAt(watch: ReadyWatch): number | undefined {
    return watch.seen.find(({ name }) => name === this.namespace)?.readyAt;
  }

  watchIssuer(): Promise<ReadyWatch> {
    return this.#watch(pathOf('AWSPCAClusterIssuer'));
  }

  watchRequests(): Promise<ReadyWatch> {
    return this.#watch(pathOf('CertificateRequest', this.namespace));
  }

  async #watch(path: string): Promise<ReadyWatch> {
    const watch = await ReadyWatch.open(this.world.plane, path);
    this.#watches.push(watch);
    return watch;
  }

  /** The CSR that the request of this number has. */
  csr(number: number): PooledCsr {
    const { pool } = this.world;
    const csr = pool[number % pool.length];
    if (!csr) throw new Error('the pool is empty');
    return csr;
  }

  /** Not approved yet. The request `r-<n>` has the CSR of number `n + offset`. */
  create(count: number, offset = 0): Promise<void> {
    return inBatches(count, async (index) => {
      const issuerRef = { group, kind: 'AWSPCAClusterIssuer', name: this.namespace };
      const body = {
        ...{ apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', metadata: { name: `r-${index}` } },
        spec: { request: this.csr(index + offset).request, issuerRef },
      };
      await this.world.plane.demand('POST', pathOf('CertificateRequest', this.namespace), { body });
    });
  }

  approveAll(count: number): Promise<void> {
    return inBatches(count, (index) => this.approve(index));
  }

  /** As cert-manager's approver would: what it costs belongs to nobody's figures. */
  async approve(index: number): Promise<void> {
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
    const condition = { type: 'Approved', status: 'True', reason: 'Bench', message: 'Approved.', lastTransitionTime };
    await this.world.plane.demand('PATCH', `${pathOf('CertificateRequest', this.namespace, `r-${index}`)}/status`, {
      body: { status: { conditions: [condition] } },
      contentType: 'application/merge-patch+json',
    });
  }

  /** Resolves when they are gone. */
  async deleteAll(): Promise<void> {
    const path = pathOf('CertificateRequest', this.namespace);
    await this.world.plane.demand('DELETE', path);
    const isEmpty = async (): Promise<boolean> =>
      ((await this.world.plane.demand('GET', path)) as { items: unknown[] }).items.length === 0;
    await eventually(isEmpty, { what: 'the requests are gone' });
  }

  /** Kubernetes API calls of the controller since then; a watch is none. */
  async apiCalls(since: Awaited<ReturnType<ControlPlane['audit']['mark']>>): Promise<number> {
    const calls = await this.world.plane.audit.list({ since, user: this.subject.userName });
    return calls.filter(({ verb, resource }) => verb !== 'watch' && resource !== 'leases').length;
  }

  async billed(): Promise<number> {
    const billed = await this.world.aws.billed();
    return billed.filter(({ certificateAuthorityArn }) => certificateAuthorityArn === this.#arn).length;
  }

  async throttled(): Promise<number> {
    const calls = await this.world.aws.calls({ service: 'acm-pca' });
    const own = calls.filter(({ identity }) => identity === this.world.identity.arn);
    return own.filter(({ outcome }) => outcome === 'ThrottlingException').length;
  }

  async #clear(): Promise<void> {
    const { plane } = this.world;
    for (const watch of this.#watches) watch.close();
    await Promise.all(this.#processes.map((process) => process.stop(15_000)));
    // The issuer is cluster-wide, and the next controller would look after it, too.
    await plane.request('DELETE', pathOf('AWSPCAClusterIssuer', '', this.namespace));
    await plane.request('DELETE', `/api/v1/namespaces/${this.namespace}`);
    const isGone = async (): Promise<boolean> =>
      (await plane.request('GET', `/api/v1/namespaces/${this.namespace}`)).status === 404;
    await eventually(isGone, { what: `${this.namespace} is gone`, everyMs: 250, timeoutMs: 120_000 });
  }
}

async function inBatches(count: number, act: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += together) {
    const size = Math.min(together, count - start);
    await Promise.all(Array.from({ length: size }, (_, index) => act(start + index)));
  }
}
