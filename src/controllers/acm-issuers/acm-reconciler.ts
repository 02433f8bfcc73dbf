import type { Issuer } from '../../api/awspca.ts';
import { isIssuerReady } from '../../api/issuer-readiness.ts';
import { identityKey, type IdentitySpec } from '../../aws/identity.ts';
import type { Result } from '../../runtime/reconciler.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Gauge } from '../../system/metrics.ts';
import { jitter, type Random } from '../../system/random.ts';
import type { IdentityUsers } from '../issuers/identity-users.ts';
import { gaugeLabels } from '../issuers/issuer-reconciler.ts';
import type { IssuerWriter } from '../issuers/issuer-writer.ts';
import type { IdentityPlan } from '../issuers/plan-credentials.ts';
import type { IssuerRegistry } from '../issuers/registry.ts';
import type { AcmRun, AcmServices } from './acm-services.ts';
import { cleanUp } from './clean-up.ts';
import { readIdentity } from './connect-identity.ts';
import { type AcmFinding, decideAcmStatus, kindOfFinding } from './decide-acm-status.ts';
import type { AssertedRecord, ToldAcm } from './ensure-domains.ts';
import type { Examination } from './examination.ts';
import { examineAcm } from './examine-acm.ts';
import { examineDirectory } from './examine-directory.ts';
import { needsFinalizer, setFinalizer } from './finalizer.ts';
import { gravest, isObstacle, type Obstacle } from './obstacle.ts';
import { type AcmIssuerPlan, planAcmIssuer } from './plan-acm-issuer.ts';
import { recallSigner } from './recall-signer.ts';
import { ResumedReads } from './resumed-reads.ts';
import { tellNotes } from './tell-notes.ts';
import { fingerprintOf, signerSpecOf } from './signer-spec.ts';

export interface AcmReconcilerOptions {
  readonly services: AcmServices;
  readonly identities: IdentityUsers;
  readonly writer: IssuerWriter;
  readonly registry: IssuerRegistry;
  /** The issuer can sign from now on: wake the requests that wait for it. */
  readonly wakeRequests: (issuerKey: string) => void;
  readonly random: Random;
  readonly recheckIntervalMs: number;
  readonly readyGauge: Gauge<'kind' | 'namespace' | 'name'>;
}

/** What this process knows of an issuer from one check to the next. */
interface Memory {
  readonly uid: string;
  /** Since when (monotonic) every check has found this same. */
  lasting?: { readonly kind: string; readonly sinceMs: number };
  /** The last check that found the issuer ready; it answers for what it was made of until `untilMs` (monotonic). */
  checked?: { readonly generation: number; readonly identities: string; readonly untilMs: number };
  /** Signing met a fault of the issuer since the last check began. */
  faultReported: boolean;
  /** Signing met a fault, and since then not every record could be asserted. */
  isSuspect: boolean;
  /** AWS refused the credentials: take none that were kept. */
  refresh: boolean;
  /** Monotonic. */
  refreshedAt: number;
  identities: readonly IdentitySpec[];
  signer?: { readonly fingerprint: string; readonly signer: Signer };
  /** The generation whose odd fields the log tells. */
  notedGeneration?: number;
  readonly failures: Map<string, number>;
  readonly writing: Set<string>;
  readonly asserted: Map<string, AssertedRecord>;
  readonly told: Map<string, ToldAcm>;
  readonly reads: ResumedReads;
}

/** The reconciler of issuers with spec.acm. */
export interface AcmReconciler {
  reconcile(issuerKey: string, issuer: Issuer): Promise<Result>;
  /** As that of the reconciler of issuers at AWS Private CA. */
  reportFault(issuerKey: string, credentialsRefused: boolean): void;
  /** The issuer is gone, or another reconciler's now. */
  forget(issuerKey: string): void;
}

const refreshIntervalMs = 10_000;
/** With its jitter below a minute: how soon a changed Secret is seen while nothing else happens. */
const rereadIntervalMs = 50_000;

export function createAcmReconciler(options: AcmReconcilerOptions): AcmReconciler {
  const memories = new Map<string, Memory>();
  return {
    reconcile(issuerKey, issuer) {
      const known = memories.get(issuerKey);
      const memory =
        known?.uid === issuer.metadata.uid ? known : createMemory(options, issuer, known?.identities ?? []);
      memories.set(issuerKey, memory);
      return reconcileIssuer({ options, memory, issuer, issuerKey });
    },
    reportFault(issuerKey, credentialsRefused) {
      const memory = memories.get(issuerKey);
      if (!memory) return;
      memory.faultReported = true;
      memory.refresh ||= credentialsRefused;
    },
    forget(issuerKey) {
      if (memories.delete(issuerKey)) options.identities.settle(issuerKey, []);
    },
  };
}

const createMemory = (
  { services: { clock } }: AcmReconcilerOptions,
  { metadata: { uid } }: Issuer,
  identities: readonly IdentitySpec[],
): Memory => ({
  ...{ uid, identities, faultReported: false, isSuspect: false, refresh: false, refreshedAt: -Infinity },
  ...{
    failures: new Map(),
    writing: new Set(),
    asserted: new Map(),
    told: new Map(),
    reads: new ResumedReads(clock),
  },
});

/** An issuer on its way through a run. */
interface Job {
  readonly options: AcmReconcilerOptions;
  readonly memory: Memory;
  readonly issuer: Issuer;
  readonly issuerKey: string;
}

async function reconcileIssuer(job: Job): Promise<Result> {
  const { options, issuer } = job;
  const { client, planning } = options.services;
  const planned = planAcmIssuer(issuer, planning);
  if (issuer.metadata.deletionTimestamp !== undefined) return removeIssuer(job, planned);
  if (planned.kind === 'invalid') return conclude(job, { obstacle: planned, seen: {} });
  const { plan } = planned;
  const restMs = await restOfCheck(job, plan);
  if (restMs > 0) return { requeueAfterMs: untilReread(options, plan, restMs) };
  tellNotes(options.services.logger, issuer, plan, job.memory);
  const held = await setFinalizer(client, issuer, needsFinalizer(plan, issuer));
  if (!held) return {};
  if (isObstacle(held)) return conclude(job, { obstacle: held, seen: {} });
  return check({ ...job, issuer: held }, plan);
}

async function check(job: Job, plan: AcmIssuerPlan): Promise<Result> {
  const { options, memory, issuer } = job;
  const { generation = 0 } = issuer.metadata;
  beginCheck(job);
  forgetLeft(memory, plan);
  const used: IdentitySpec[] = [];
  const run = createRun(job, used);
  const examination = await (plan.kind === 'acm' ? examineAcm(run, plan) : examineDirectory(run, plan));
  memory.identities = used;
  options.identities.settle(job.issuerKey, used);
  const { obstacles, concern } = examination;
  memory.isSuspect &&= obstacles.length > 0 || concern !== undefined;
  const isUnknown = gravest(obstacles)?.kind === 'unknown';
  const needsSigner = isUnknown && isIssuerReady(issuer) && !options.registry.find(issuer);
  const known = needsSigner ? await recallSigner(run, plan) : examination;
  const result = await conclude(job, findingOf(examination), known?.acme && { plan, examination: known });
  const isReady = obstacles.length === 0;
  if (!isReady) return result;
  const untilMs = options.services.clock.monotonic() + (result.requeueAfterMs ?? 0);
  memory.checked = { generation, identities: keysOf(used), untilMs };
  return { requeueAfterMs: untilReread(options, plan, result.requeueAfterMs ?? 0) };
}

const keysOf = (identities: readonly IdentitySpec[]): string =>
  [...new Set(identities.map(identityKey))].sort().join(' ');

/** Of domains that have left the spec nothing is remembered. */
function forgetLeft({ failures, writing, asserted, told }: Memory, { domains }: AcmIssuerPlan): void {
  const there = new Set(domains.map(({ name }) => name));
  for (const known of [failures, writing, asserted, told])
    for (const name of known.keys()) if (!there.has(name)) known.delete(name);
}

/** Forgets credentials that AWS refused, though not again and again. */
function beginCheck({ options, memory }: Job): void {
  const { clock, aws } = options.services;
  delete memory.checked;
  memory.isSuspect ||= memory.faultReported;
  if (memory.faultReported) memory.asserted.clear();
  memory.faultReported = false;
  if (!memory.refresh || clock.monotonic() - memory.refreshedAt < refreshIntervalMs) return;
  for (const identity of memory.identities) aws.forget(identity);
  memory.refresh = false;
  memory.refreshedAt = clock.monotonic();
}

function createRun({ options, memory, issuer, issuerKey }: Job, used: IdentitySpec[]): AcmRun {
  const using = (identity: IdentitySpec): void => {
    options.identities.add(issuerKey, identity);
    used.push(identity);
  };
  const { failures, writing, asserted, told, reads, isSuspect } = memory;
  const known = { failures, writing, asserted, told, reads, isSuspect };
  return { services: options.services, issuer, issuerKey, using, ...known };
}

function findingOf({ obstacles, seen, identity, concern, afterMs }: Examination): AcmFinding {
  const worst = gravest(obstacles);
  const others = obstacles.filter((obstacle) => obstacle !== worst);
  const rest = {
    seen,
    ...(identity && { identity }),
    ...(concern !== undefined && { concern }),
    ...(afterMs !== undefined && { afterMs }),
  };
  if (!worst) return rest;
  const message = [worst, ...others].map((obstacle) => obstacle.message).join(' ');
  const times = obstacles.flatMap((obstacle) => (obstacle.afterMs === undefined ? [] : [obstacle.afterMs]));
  const soonest = times.length > 0 ? { afterMs: Math.min(...times) } : {};
  return { ...rest, obstacle: { ...worst, message, ...soonest } };
}

/** For how long the last check still answers for the issuer as it is, with the credentials as they are now. */
async function restOfCheck({ options, memory, issuer }: Job, plan: AcmIssuerPlan): Promise<number> {
  const { checked, faultReported } = memory;
  if (!checked || faultReported || !options.registry.find(issuer)) return 0;
  const restMs = checked.untilMs - options.services.clock.monotonic();
  if (checked.generation !== issuer.metadata.generation || restMs <= 0) return 0;
  const plans = identityPlans(plan).filter(hasSecret);
  const read = await Promise.all(plans.map((identity) => readIdentity(options.services.client, identity)));
  const known = new Set(checked.identities.split(' '));
  const isSame = read.every((outcome) => outcome.kind === 'identity' && known.has(identityKey(outcome.spec)));
  return isSame ? restMs : 0;
}

const hasSecret = ({ credentials: { kind } }: IdentityPlan): boolean => kind === 'secret' || kind === 'accessKey';

/** Every identity that the plan names, once. */
function identityPlans(plan: AcmIssuerPlan) {
  const ofDomains = plan.domains.flatMap(({ record }) => (record.kind === 'route53' ? [record.identity] : []));
  const all = plan.kind === 'acm' ? [plan.identity, ...ofDomains] : ofDomains;
  return [...new Map(all.map((identity) => [JSON.stringify(identity), identity])).values()];
}

/** Only a Secret can change without a word: it is read again before the next check is due. */
function untilReread({ random }: AcmReconcilerOptions, plan: AcmIssuerPlan, restMs: number): number {
  return identityPlans(plan).some(hasSecret) ? Math.min(restMs, jitter(rereadIntervalMs, 0.1, random)) : restMs;
}

/** Carries out what follows from a finding. */
async function conclude(
  job: Job,
  finding: AcmFinding,
  made?: { readonly plan: AcmIssuerPlan; readonly examination: Examination },
): Promise<Result> {
  const { options, memory, issuer, issuerKey } = job;
  const { clock } = options.services;
  const kind = kindOfFinding(finding);
  const lasting = memory.lasting?.kind === kind ? memory.lasting : { kind, sinceMs: clock.monotonic() };
  memory.lasting = lasting;
  memory.refresh ||= finding.obstacle !== undefined && 'credentialsRefused' in finding.obstacle;
  const decision = decideAcmStatus(issuer, finding, clock.now(), clock.monotonic() - lasting.sinceMs);
  if (decision.ready) register(job, made);
  else deregister(job);
  options.readyGauge.set(gaugeLabels(issuerKey), decision.ready ? 1 : 0);
  await options.writer.applyStatus(issuer, decision.status);
  if (decision.ready) options.wakeRequests(issuerKey);
  if (finding.obstacle?.kind === 'invalid') return {};
  return { requeueAfterMs: jitter(decision.recheckMs ?? options.recheckIntervalMs, 0.1, options.random) };
}

function deregister({ options, memory, issuerKey }: Job): void {
  options.registry.remove(issuerKey);
  delete memory.signer;
  delete memory.checked;
}

/** The same signer as before while nothing about it changed: it remembers what it is waiting for. */
function register(
  { options, memory, issuer, issuerKey }: Job,
  made: { readonly plan: AcmIssuerPlan; readonly examination: Examination } | undefined,
): void {
  const spec = made && signerSpecOf(issuerKey, made.plan, made.examination);
  if (!spec) return;
  const fingerprint = fingerprintOf(spec, made.plan, keysOf(memory.identities));
  if (memory.signer?.fingerprint !== fingerprint)
    memory.signer = { fingerprint, signer: options.services.createSigner(spec) };
  options.registry.set(issuer, memory.signer.signer);
}

/** Deletes at AWS what fields ask to be deleted, and lets the issuer go. */
async function removeIssuer(job: Job, planned: ReturnType<typeof planAcmIssuer>): Promise<Result> {
  const { options, memory, issuer } = job;
  deregister(job);
  beginCheck(job);
  const used: IdentitySpec[] = [];
  const obstacle = await cleanUp(createRun(job, used), planned);
  memory.identities = used;
  options.identities.settle(job.issuerKey, used);
  if (obstacle) return conclude(job, { obstacle: asDeleting(obstacle), seen: {} });
  const released = await setFinalizer(options.services.client, issuer, false);
  return released && isObstacle(released) ? conclude(job, { obstacle: released, seen: {} }) : {};
}

/** An issuer that goes is ready for nobody, whatever it was. */
function asDeleting(obstacle: Obstacle): Obstacle {
  const kind = obstacle.kind === 'unknown' ? 'missing' : obstacle.kind;
  return { ...obstacle, kind, reason: 'Deleting' };
}
