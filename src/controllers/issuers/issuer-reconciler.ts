import type { Issuer } from '../../api/awspca.ts';
import { issuerReadiness } from '../../api/issuer-readiness.ts';
import type { AwsApi, AwsClients, CertificateAuthority } from '../../aws/clients.ts';
import { describeSource, identityKey, type IdentitySpec } from '../../aws/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Reconcile, Result } from '../../runtime/reconciler.ts';
import { type AuthorityCheck, checkAuthority } from '../../signers/pca/check-authority.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Clock } from '../../system/clock.ts';
import type { Gauge } from '../../system/metrics.ts';
import { jitter, type Random } from '../../system/random.ts';
import { decideStatus, type IssuerFinding } from './decide-status.ts';
import type { IssuerWriter } from './issuer-writer.ts';
import { type IssuerPlan, type IssuerPlanning, type IssuerPolicy, planIssuer } from './plan-issuer.ts';
import { readCredentials } from './read-credentials.ts';
import type { IssuerRegistry } from './registry.ts';

/** Everything that makes one signer different from another. */
export interface SignerSpec {
  readonly plan: IssuerPlan;
  readonly api: AwsApi;
  readonly account: string;
  readonly authority: CertificateAuthority;
}

export interface IssuerReconcilerOptions {
  readonly client: KubeClient;
  readonly writer: IssuerWriter;
  readonly aws: AwsClients;
  readonly policy: IssuerPolicy;
  readonly registry: IssuerRegistry;
  readonly createSigner: (spec: SignerSpec) => Signer;
  readonly findIssuer: (issuerKey: string) => Issuer | undefined;
  /** 0: the issuer may be checked now; else after so many milliseconds, lest many checks exceed a quota. */
  readonly paceCheck: (plan: IssuerPlan, issuerKey: string) => number;
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
  /** Monotonic: when a check last passed, or since when a Ready=True of an earlier process is trusted. */
  passedAt: number;
  identity?: IdentitySpec;
  signer?: { readonly fingerprint: string; readonly api: AwsApi; readonly signer: Signer };
  /** AWS refused the credentials: take none that were kept. */
  refresh: boolean;
}

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
      forget(options, memories, issuerKey);
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
  memories: Map<string, Memory>,
  issuerKey: string,
  issuer: Issuer,
): Promise<Result> {
  const { clock, registry } = options;
  const memory = memoryOf(memories, issuerKey, issuer, clock);
  const planning = planIssuer(issuer, options.policy);
  const paceMs = planning.kind === 'plan' ? options.paceCheck(planning.plan, issuerKey) : 0;
  if (paceMs > 0) return { requeueAfterMs: paceMs };
  const { finding, spec } = await examine(options, memory, issuer, planning);
  const decision = decideStatus(issuer, finding, clock.now(), clock.monotonic() - memory.passedAt);
  if (finding.kind === 'checked' && finding.check.kind === 'ready') memory.passedAt = clock.monotonic();
  if (decision.ready && spec) registry.set(issuer, signerFor(options, memory, spec));
  if (!decision.ready) {
    registry.remove(issuerKey);
    delete memory.signer;
  }
  const { kind, metadata } = issuer;
  const labels = { kind, namespace: metadata.namespace ?? '', name: metadata.name };
  options.readyGauge.set(labels, decision.ready ? 1 : 0);
  await options.writer.applyStatus(issuer, decision.status);
  if (decision.ready) options.wakeRequests(issuerKey);
  return { requeueAfterMs: jitter(decision.recheckMs ?? options.recheckIntervalMs, 0.1, options.random) };
}

function memoryOf(memories: Map<string, Memory>, issuerKey: string, issuer: Issuer, clock: Clock): Memory {
  const known = memories.get(issuerKey);
  if (known?.uid === issuer.metadata.uid) return known;
  const created: Memory = { uid: issuer.metadata.uid, passedAt: clock.monotonic(), refresh: false };
  memories.set(issuerKey, created);
  return created;
}

/** Finds out what there is to know, and what a signer would be made of. */
async function examine(
  options: IssuerReconcilerOptions,
  memory: Memory,
  issuer: Issuer,
  planning: IssuerPlanning,
): Promise<{ finding: IssuerFinding; spec?: SignerSpec }> {
  if (planning.kind === 'invalid') return { finding: planning };
  const { plan } = planning;
  const reading = await readCredentials(options.client, plan.credentials);
  if (reading.kind === 'missing') return { finding: reading };
  const identity = { source: reading.source, region: plan.region, ...(plan.role ? { role: plan.role } : {}) };
  const api = connect(options, memory, identity);
  const check = await checkAuthority(api, plan.arn, () => options.clock.now());
  if (check.kind === 'notReady' && check.credentialsRefused) memory.refresh = true;
  const finding: IssuerFinding = { kind: 'checked', check, source: describeSource(identity) };
  const facts = factsOf(issuer, plan, check);
  return facts ? { finding, spec: { plan, api, ...facts } } : { finding };
}

/** What the check found; where it could not ask, what an earlier check of this generation left in the status. */
function factsOf(
  issuer: Issuer,
  plan: IssuerPlan,
  check: AuthorityCheck,
): Pick<SignerSpec, 'account' | 'authority'> | undefined {
  if (check.kind === 'ready') return { account: check.identity.account, authority: check.authority };
  if (check.kind === 'notReady' || !issuerReadiness(issuer).ready) return undefined;
  const { identity, certificateAuthority: known } = issuer.status ?? {};
  if (!identity?.account || known?.arn !== plan.arn || !known.signingAlgorithm) return undefined;
  const { arn, type = '', status = '', keyAlgorithm = '', signingAlgorithm, usageMode = '', notAfter } = known;
  const authority = { arn, type, status, keyAlgorithm, signingAlgorithm, usageMode };
  return {
    account: identity.account,
    authority: notAfter ? { ...authority, notAfter: new Date(notAfter) } : authority,
  };
}

function connect({ aws }: IssuerReconcilerOptions, memory: Memory, identity: IdentitySpec): AwsApi {
  if (memory.refresh) aws.forget(identity);
  memory.refresh = false;
  memory.identity = identity;
  return aws.get(identity);
}

/** The same signer as before while nothing about it changed: it remembers what it is waiting for. */
function signerFor({ createSigner }: IssuerReconcilerOptions, memory: Memory, spec: SignerSpec): Signer {
  const fingerprint = JSON.stringify([spec.plan, spec.account, spec.authority]);
  const { signer } = memory;
  if (signer?.fingerprint === fingerprint && signer.api === spec.api) return signer.signer;
  const created = createSigner(spec);
  memory.signer = { fingerprint, api: spec.api, signer: created };
  return created;
}

/** Frees the connections of an identity that no other issuer uses. */
function forget({ aws }: IssuerReconcilerOptions, memories: Map<string, Memory>, issuerKey: string): void {
  const { identity } = memories.get(issuerKey) ?? {};
  memories.delete(issuerKey);
  if (!identity) return;
  const key = identityKey(identity);
  const shared = [...memories.values()].some((other) => other.identity && identityKey(other.identity) === key);
  if (!shared) aws.forget(identity);
}
