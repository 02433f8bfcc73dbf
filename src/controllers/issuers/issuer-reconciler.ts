import type { Issuer } from '../../api/awspca.ts';
import type { AwsApi, AwsClients } from '../../aws/clients.ts';
import { describeSource, identityKey, type IdentitySpec } from '../../aws/identity.ts';
import type { KubeClient } from '../../kube/client.ts';
import { parseKey } from '../../kube/objects.ts';
import type { Reconcile, Result } from '../../runtime/reconciler.ts';
import { checkAuthority } from '../../signers/pca/check-authority.ts';
import { checkInTime } from '../../signers/pca/check-in-time.ts';
import type { CallInTurn, PcaQuota } from '../../signers/pca/quota.ts';
import type { Signer } from '../../signers/signer.ts';
import type { Clock } from '../../system/clock.ts';
import type { Gauge } from '../../system/metrics.ts';
import { jitter, type Random } from '../../system/random.ts';
import { decideStatus, type FindingKind, type IssuerFinding, kindOf } from './decide-status.ts';
import type { IdentityUsers } from './identity-users.ts';
import type { IssuerWriter } from './issuer-writer.ts';
import type { CredentialPolicy } from './plan-credentials.ts';
import { type IssuerPlan, planIssuer } from './plan-issuer.ts';
import { readCredentials } from './read-credentials.ts';
import type { IssuerRegistry } from './registry.ts';
import { factsOf, fingerprintOf, type SignerSpec } from './signer-spec.ts';

export type { SignerSpec } from './signer-spec.ts';

export interface IssuerReconcilerOptions {
  readonly client: KubeClient;
  readonly writer: IssuerWriter;
  readonly aws: AwsClients;
  readonly identities: IdentityUsers;
  readonly policy: CredentialPolicy;
  readonly registry: IssuerRegistry;
  readonly createSigner: (spec: SignerSpec) => Signer;
  readonly findIssuer: (issuerKey: string) => Issuer | undefined;
  /** The quotas under which the issuer is checked; `account` as far as an earlier check found it out. */
  readonly quotaOf: (region: string, account: string | undefined, issuerKey: string) => PcaQuota;
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
  /** Since when (monotonic) every run has had this same kind of finding. */
  lasting?: { readonly kind: FindingKind; readonly sinceMs: number };
  /** The last check that found the issuer ready; it answers for what it was made of until `untilMs` (monotonic). */
  checked?: { readonly generation: number; readonly identityKey: string; readonly untilMs: number };
  /** Signing met a fault of the issuer since the last check began. */
  faultReported: boolean;
  signer?: { readonly fingerprint: string; readonly api: AwsApi; readonly signer: Signer };
  /** Requests may have something to gain from the issuer: they are woken when it is found ready. */
  wakesRequests: boolean;
  /** AWS refused the credentials: take none that were kept. */
  refresh: boolean;
  /** Monotonic. */
  refreshedAt: number;
}

type Memories = Map<string, Memory>;

const refreshIntervalMs = 10_000;
/** With its jitter below a minute: how soon a changed Secret is seen while nothing else happens. */
const rereadIntervalMs = 50_000;

/** The issuer controller's reconciler, and the way for signing to report that an issuer cannot sign. */
export interface IssuerReconciler {
  readonly reconcile: Reconcile;
  /**
   * Signing met a fault of the issuer. To be followed by a reconcile, which checks the issuer; where AWS refused the
   * credentials it takes none that were kept.
   */
  reportFault(issuerKey: string, credentialsRefused: boolean): void;
  /** The issuer is gone, or another reconciler's now. */
  forget(issuerKey: string): void;
}

export function createIssuerReconciler(options: IssuerReconcilerOptions): IssuerReconciler {
  const memories = new Map<string, Memory>();
  const forget = (issuerKey: string): void => {
    if (memories.delete(issuerKey)) options.identities.settle(issuerKey, []);
  };
  return {
    reconcile: async (issuerKey) => {
      const issuer = options.findIssuer(issuerKey);
      if (issuer) {
        const memory = memoryOf(memories, issuerKey, issuer);
        return reconcileIssuer({ options, memory, issuer, issuerKey });
      }
      options.registry.remove(issuerKey);
      options.readyGauge.remove(gaugeLabels(issuerKey));
      forget(issuerKey);
      return {};
    },
    forget,
    reportFault(issuerKey, credentialsRefused) {
      const memory = memories.get(issuerKey);
      if (!memory) return;
      memory.faultReported = true;
      memory.refresh ||= credentialsRefused;
    },
  };
}

/** An issuer on its way through a run. */
interface Run {
  readonly options: IssuerReconcilerOptions;
  readonly memory: Memory;
  readonly issuer: Issuer;
  readonly issuerKey: string;
}

async function reconcileIssuer(run: Run): Promise<Result> {
  const { options, memory, issuer, issuerKey } = run;
  const planning = planIssuer(issuer, options.policy);
  if (planning.kind === 'invalid') return concludeWithout(run, planning);
  const { plan } = planning;
  const reading = await readCredentials(options.client, plan.credentials);
  if (reading.kind === 'missing') return concludeWithout(run, reading);
  if (reading.kind === 'unknown') return conclude(run, reading);
  const { roles, roleSessionName, region } = plan;
  const identity = { source: reading.source, roles, roleSessionName, region };
  const restMs = restOfCheck(options, memory, issuer, identity);
  if (restMs > 0) return { requeueAfterMs: untilReread(options, plan, restMs) };

  const quota = options.quotaOf(region, issuer.status?.identity?.account, issuerKey);
  const examined = await quota.inTurn('DescribeCertificateAuthority', 'check', (call) =>
    examine(run, plan, identity, call),
  );
  if (examined.kind === 'retry') return { requeueAfterMs: examined.afterMs };
  const { finding, spec } = examined;
  const { requeueAfterMs } = await conclude(run, finding, spec);
  if (spec) {
    const { generation = 0 } = issuer.metadata;
    const untilMs = options.clock.monotonic() + requeueAfterMs;
    memory.checked = { generation, identityKey: identityKey(identity), untilMs };
  }
  return { requeueAfterMs: untilReread(options, plan, requeueAfterMs) };
}

/** The issuer names no credentials, or they are gone: those that were taken for it are not kept. */
function concludeWithout(run: Run, finding: IssuerFinding): Promise<Result> {
  run.options.identities.settle(run.issuerKey, []);
  return conclude(run, finding);
}

/** For how long the last check still answers for the issuer as it is, with the credentials as they are now. */
function restOfCheck(
  { clock, registry }: IssuerReconcilerOptions,
  { checked, faultReported }: Memory,
  issuer: Issuer,
  identity: IdentitySpec,
): number {
  if (!checked || faultReported || !registry.find(issuer)) return 0;
  const isSame = checked.generation === issuer.metadata.generation && checked.identityKey === identityKey(identity);
  return isSame ? checked.untilMs - clock.monotonic() : 0;
}

/** Only a Secret can change without a word: it is read again before the next check is due. */
function untilReread({ random }: IssuerReconcilerOptions, { credentials }: IssuerPlan, restMs: number): number {
  return credentials.kind === 'secret' ? Math.min(restMs, jitter(rereadIntervalMs, 0.1, random)) : restMs;
}

/** Carries out what follows from a finding. `spec`: what a signer would be made of. */
async function conclude(
  { options, memory, issuer, issuerKey }: Run,
  finding: IssuerFinding,
  spec?: SignerSpec,
): Promise<{ readonly requeueAfterMs: number }> {
  const { clock, registry } = options;
  const kind = kindOf(finding);
  const lasting = memory.lasting?.kind === kind ? memory.lasting : { kind, sinceMs: clock.monotonic() };
  memory.lasting = lasting;
  const decision = decideStatus(issuer, finding, clock.now(), clock.monotonic() - lasting.sinceMs);
  if (decision.ready && spec) registry.set(issuer, signerFor(options, memory, spec));
  if (!decision.ready) {
    registry.remove(issuerKey);
    delete memory.signer;
    delete memory.checked;
    memory.wakesRequests = true;
  }
  options.readyGauge.set(gaugeLabels(issuerKey), decision.ready ? 1 : 0);
  await options.writer.applyStatus(issuer, decision.status);
  if (decision.ready && memory.wakesRequests) {
    memory.wakesRequests = false;
    options.wakeRequests(issuerKey);
  }
  return { requeueAfterMs: jitter(decision.recheckMs ?? options.recheckIntervalMs, 0.1, options.random) };
}

export function gaugeLabels(issuerKey: string): Record<'kind' | 'namespace' | 'name', string> {
  const { namespace: kind = '', name: key } = parseKey(issuerKey);
  const { namespace = '', name } = parseKey(key);
  return { kind, namespace, name };
}

function memoryOf(memories: Memories, issuerKey: string, issuer: Issuer): Memory {
  const known = memories.get(issuerKey);
  if (known?.uid === issuer.metadata.uid) return known;
  const created: Memory = {
    uid: issuer.metadata.uid,
    faultReported: false,
    wakesRequests: true,
    refresh: false,
    refreshedAt: -Infinity,
  };
  memories.set(issuerKey, created);
  return created;
}

interface Examined {
  readonly kind: 'examined';
  readonly finding: IssuerFinding;
  readonly spec?: SignerSpec;
}

/** Finds out whether the CA can issue under the identity, and what a signer would be made of. */
async function examine(run: Run, plan: IssuerPlan, identity: IdentitySpec, call: CallInTurn): Promise<Examined> {
  const { options, memory, issuer, issuerKey } = run;
  delete memory.checked;
  // A request that met a fault tries again by itself; that all others do too for each of them would be without end.
  if (!memory.faultReported) memory.wakesRequests = true;
  memory.faultReported = false;
  refresh(options, memory, identity);
  const api = options.aws.get(identity);
  // Only now: what both begin with is kept as the other one is left.
  options.identities.settle(issuerKey, [identity]);
  const { credentials } = plan;
  const tokenOwner = credentials.kind === 'serviceAccount' ? credentials : undefined;
  const { clock } = options;
  const check = await checkInTime(clock, (late) =>
    checkAuthority(api, plan.arn, { now: () => clock.now(), tokenOwner, call, late }),
  );
  if (check.kind === 'notReady' && check.credentialsRefused) memory.refresh = true;
  const finding: IssuerFinding = { kind: 'checked', check, source: describeSource(identity) };
  const facts = factsOf(issuer, plan, check);
  return { kind: 'examined', finding, ...(facts && { spec: { issuerKey, plan, api, ...facts } }) };
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
  memory.wakesRequests = true;
  memory.signer = { fingerprint, api: spec.api, signer: created };
  return created;
}
