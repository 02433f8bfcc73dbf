import type { Issuer } from '../../api/awspca.ts';
import type { AwsApi, AwsClients } from '../../aws/clients.ts';
import { defaultRoleSessionName, describeSource, identityKey, type IdentitySpec } from '../../aws/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { parseKey } from '../../kube/objects.ts';
import type { Reconcile, Result } from '../../runtime/reconciler.ts';
import { checkAuthority } from '../../signers/pca/check-authority.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Clock } from '../../system/clock.ts';
import type { Gauge } from '../../system/metrics.ts';
import { jitter, type Random } from '../../system/random.ts';
import { decideStatus, type IssuerFinding } from './decide-status.ts';
import type { IssuerWriter } from './issuer-writer.ts';
import { type IssuerPlan, type IssuerPlanning, type IssuerPolicy, planIssuer } from './plan-issuer.ts';
import { readCredentials } from './read-credentials.ts';
import type { IssuerRegistry } from './registry.ts';
import { factsOf, fingerprintOf, type SignerSpec } from './signer-spec.ts';

export type { SignerSpec } from './signer-spec.ts';

export interface IssuerReconcilerOptions {
  readonly client: KubeClient;
  readonly writer: IssuerWriter;
  readonly aws: AwsClients;
  readonly policy: IssuerPolicy;
  readonly registry: IssuerRegistry;
  readonly createSigner: (spec: SignerSpec) => Signer;
  readonly findIssuer: (issuerKey: string) => Issuer | undefined;
  /** 0: the issuer may be checked now; else after so many milliseconds, lest many checks exceed a quota. */
  readonly paceCheck: (plan: IssuerPlan, account: string | undefined, issuerKey: string) => number;
  /** The issuer can sign from now on: wake the requests that wait for it. */
  readonly wakeRequests: (issuerKey: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly recheckIntervalMs: number;
  readonly readyGauge: Gauge<'kind' | 'namespace' | 'name'>;
}

/** What this process knows of an issuer from one check to the next. */
interface Memory {
  readonly uid: string;
  /** Monotonic: since when checks find out nothing; undefined while they do. */
  failingSince: number | undefined;
  identity?: IdentitySpec;
  signer?: { readonly fingerprint: string; readonly api: AwsApi; readonly signer: Signer };
  /** AWS refused the credentials: take none that were kept. */
  refresh: boolean;
  /** Monotonic. */
  refreshedAt: number;
}

type Memories = Map<string, Memory>;

const refreshIntervalMs = 10_000;

/** The issuer controller's reconciler, and the way for signing to report that an issuer cannot sign. */
export interface IssuerReconciler {
  readonly reconcile: Reconcile;
  /** AWS refused the credentials while signing. To be followed by a reconcile, which takes none that were kept. */
  reportCredentialsRefused(issuerKey: string): void;
}

export function createIssuerReconciler(options: IssuerReconcilerOptions): IssuerReconciler {
  const memories = new Map<string, Memory>();
  return {
    reconcile: async (issuerKey) => {
      const issuer = options.findIssuer(issuerKey);
      if (issuer) return reconcileIssuer(options, memories, issuerKey, issuer);
      options.registry.remove(issuerKey);
      options.readyGauge.remove(gaugeLabels(issuerKey));
      const { identity } = memories.get(issuerKey) ?? {};
      memories.delete(issuerKey);
      release(options, memories, identity);
      return {};
    },
    reportCredentialsRefused(issuerKey) {
      const memory = memories.get(issuerKey);
      if (memory) memory.refresh = true;
    },
  };
}

async function reconcileIssuer(
  options: IssuerReconcilerOptions,
  memories: Memories,
  issuerKey: string,
  issuer: Issuer,
): Promise<Result> {
  const { clock, registry } = options;
  const memory = memoryOf(memories, issuerKey, issuer);
  const planning = planIssuer(issuer, options.policy);
  const paceMs =
    planning.kind === 'plan' ? options.paceCheck(planning.plan, issuer.status?.identity?.account, issuerKey) : 0;
  if (paceMs > 0) return { requeueAfterMs: paceMs };
  const { finding, spec } = await examine(options, memories, memory, issuer, planning);
  const isUnknown = finding.kind === 'unknown' || (finding.kind === 'checked' && finding.check.kind === 'unknown');
  memory.failingSince = isUnknown ? (memory.failingSince ?? clock.monotonic()) : undefined;
  const failingForMs = clock.monotonic() - (memory.failingSince ?? clock.monotonic());
  const decision = decideStatus(issuer, finding, clock.now(), failingForMs);
  if (decision.ready && spec) registry.set(issuer, signerFor(options, memory, spec));
  if (!decision.ready) {
    registry.remove(issuerKey);
    delete memory.signer;
  }
  options.readyGauge.set(gaugeLabels(issuerKey), decision.ready ? 1 : 0);
  await options.writer.applyStatus(issuer, decision.status);
  if (decision.ready) options.wakeRequests(issuerKey);
  return { requeueAfterMs: jitter(decision.recheckMs ?? options.recheckIntervalMs, 0.1, options.random) };
}

function gaugeLabels(issuerKey: string): Record<'kind' | 'namespace' | 'name', string> {
  const { namespace: kind = '', name: key } = parseKey(issuerKey);
  const { namespace = '', name } = parseKey(key);
  return { kind, namespace, name };
}

function memoryOf(memories: Memories, issuerKey: string, issuer: Issuer): Memory {
  const known = memories.get(issuerKey);
  if (known?.uid === issuer.metadata.uid) return known;
  const created: Memory = {
    uid: issuer.metadata.uid,
    failingSince: undefined,
    // A predecessor of the same name: its identity is to be released when it turns out to be another.
    ...(known?.identity && { identity: known.identity }),
    refresh: false,
    refreshedAt: -Infinity,
  };
  memories.set(issuerKey, created);
  return created;
}

/** Finds out what there is to know, and what a signer would be made of. */
async function examine(
  options: IssuerReconcilerOptions,
  memories: Memories,
  memory: Memory,
  issuer: Issuer,
  planning: IssuerPlanning,
): Promise<{ finding: IssuerFinding; spec?: SignerSpec }> {
  if (planning.kind === 'invalid') return { finding: planning };
  const { plan } = planning;
  const reading = await readCredentials(options.client, plan.credentials);
  if (reading.kind !== 'credentials') return { finding: reading };
  const identity: IdentitySpec = {
    source: reading.source,
    roles: plan.role ? [{ arn: plan.role }] : [],
    roleSessionName: defaultRoleSessionName,
    region: plan.region,
  };
  const api = connect(options, memories, memory, identity);
  const check = await checkAuthority(api, plan.arn, () => options.clock.now());
  if (check.kind === 'notReady' && check.credentialsRefused) memory.refresh = true;
  const finding: IssuerFinding = { kind: 'checked', check, source: describeSource(identity) };
  const facts = factsOf(issuer, plan, check);
  return facts ? { finding, spec: { plan, api, ...facts } } : { finding };
}

function connect(options: IssuerReconcilerOptions, memories: Memories, memory: Memory, identity: IdentitySpec): AwsApi {
  const { identity: previous } = memory;
  memory.identity = identity;
  refresh(options, memory, identity);
  if (previous && identityKey(previous) !== identityKey(identity)) release(options, memories, previous);
  return options.aws.get(identity);
}

/**
 * Forgets credentials that AWS refused. New ones make a new signer, which wakes all its requests: where signing is refused
 * and the check is not, that must not become a storm.
 */
function refresh({ aws, clock }: IssuerReconcilerOptions, memory: Memory, identity: IdentitySpec): void {
  if (!memory.refresh || clock.monotonic() - memory.refreshedAt < refreshIntervalMs) return;
  aws.forget(identity);
  memory.refresh = false;
  memory.refreshedAt = clock.monotonic();
}

/** The same signer as before while nothing about it changed: it remembers what it is waiting for. */
function signerFor({ createSigner }: IssuerReconcilerOptions, memory: Memory, spec: SignerSpec): Signer {
  const fingerprint = fingerprintOf(spec);
  const { signer } = memory;
  if (signer?.fingerprint === fingerprint && signer.api === spec.api) return signer.signer;
  const created = createSigner(spec);
  memory.signer = { fingerprint, api: spec.api, signer: created };
  return created;
}

/** Forgets an identity that no issuer uses any more. */
function release({ aws }: IssuerReconcilerOptions, memories: Memories, identity: IdentitySpec | undefined): void {
  if (!identity) return;
  const key = identityKey(identity);
  const isUsed = [...memories.values()].some((other) => other.identity && identityKey(other.identity) === key);
  if (!isUsed) aws.forget(identity);
}
