import type { Issuer } from '../../api/awspca.ts';
import type { CertificateRequest, SpecifiedRequest } from '../../api/certificate-request.ts';
import { parseInstant } from '../../api/instants.ts';
import { issuerReadiness } from '../../api/issuer-readiness.ts';
import type { IssuerTarget } from '../../api/issuer-target.ts';
import { keyOf, type ObjectName } from '../../kube/objects.ts';
import type { Reconcile, ReconcileContext, Result } from '../../runtime/reconciler.ts';
import type { Signer } from '../../signers/signer.ts';
import { decideGate } from './decide-gate.ts';
import { latestOf, type RequestMemories, type RequestMemory } from './request-memory.ts';
import { failedStatus, pendingStatus } from './request-status.ts';
import { signRequest } from './sign-request.ts';
import type { SigningContext } from './signing-context.ts';

export interface RequestReconcilerOptions {
  readonly signing: SigningContext;
  readonly memories: RequestMemories;
  readonly findRequest: (key: string) => CertificateRequest | undefined;
  readonly findIssuer: (kind: Issuer['kind'], name: ObjectName) => Issuer | undefined;
  readonly findSigner: (issuer: Issuer) => Signer | undefined;
}

const approvalPatienceMs = 10_000;
/** How long an issuer that has just been created or changed may take before its requests say that they wait for it. */
const verificationPatienceMs = 5_000;

/** Brings one CertificateRequest one step further. Reads only the watch's store. */
export function createRequestReconciler(options: RequestReconcilerOptions): Reconcile {
  const { memories, findRequest, signing } = options;
  return async (key, context) => {
    const stored = findRequest(key);
    if (!stored) {
      memories.forget(key);
      return {};
    }
    const memory = memories.of(key, stored.metadata.uid);
    const request = latestOf(memory, stored);
    const gate = decideGate(request, signing.approvalRequired);
    if (gate.step === 'ignore') {
      memories.forget(key);
      return {};
    }
    if (memory.done) return {};
    switch (gate.step) {
      case 'mirrorDenial':
        return end(signing, request, memory, 'Denied', 'The CertificateRequest was denied by an approval controller');
      case 'refuseKind':
        return end(signing, request, memory, 'Failed', unsupported(gate.kind));
      case 'awaitApproval':
        return awaitApproval(signing, request, memory);
      case 'sign':
        return toSigner(options, gate.request, gate.target, memory, context);
    }
  };
}

const unsupported = (kind: string): string =>
  `unsupported issuer kind: ${kind || '(none)'}. spec.issuerRef.kind is AWSPCAIssuer (in the request's namespace) or AWSPCAClusterIssuer.`;

async function end(
  { writer, clock }: SigningContext,
  request: CertificateRequest,
  memory: RequestMemory,
  reason: 'Failed' | 'Denied',
  message: string,
): Promise<Result> {
  await writer.writeStatus(request, failedStatus(request, reason, message, clock.now()));
  memory.done = true;
  return {};
}

function awaitApproval({ writer, clock }: SigningContext, request: CertificateRequest, memory: RequestMemory): Result {
  if (memory.approvalEventSent) return {};
  const createdAtMs = parseInstant(request.metadata.creationTimestamp) ?? clock.now();
  const leftMs = Math.min(approvalPatienceMs, createdAtMs + approvalPatienceMs - clock.now());
  if (leftMs > 0) return { requeueAfterMs: leftMs };
  writer.tellWaitingForApproval(request);
  memory.approvalEventSent = true;
  return {};
}

async function toSigner(
  options: RequestReconcilerOptions,
  request: SpecifiedRequest,
  target: Extract<IssuerTarget, { type: 'issuer' }>,
  memory: RequestMemory,
  { logger }: ReconcileContext,
): Promise<Result> {
  const { signing, findIssuer, findSigner } = options;
  const issuer = findIssuer(target.kind, target.name);
  const name = `${target.kind} ${keyOf(target.name)}`;
  if (!issuer) {
    memory.wait = undefined;
    const message = `issuer could not be found: there is no ${name}. The request is signed as soon as it exists and is ready.`;
    return wait(signing, request, message);
  }
  const readiness = issuerReadiness(issuer);
  const signer = findSigner(issuer);
  if (readiness.ready && signer) {
    const { kind: issuerKind, issuerKey } = target;
    const isStillWanted = (latest: SpecifiedRequest): boolean => isToBeSigned(options, latest);
    return signRequest(signing, { request, memory, signer, issuerKind, issuerKey, logger, isStillWanted });
  }
  const reason = readiness.ready ? undefined : readiness.reason;
  if (reason === undefined) {
    // It is being verified at this moment: nobody needs to read that, unless it takes long.
    memory.wait ??= { since: signing.clock.monotonic(), told: false };
    const leftMs = memory.wait.since + verificationPatienceMs - signing.clock.monotonic();
    if (leftMs > 0) return { requeueAfterMs: leftMs };
  } else memory.wait = undefined;
  return wait(signing, request, `issuer is not ready: ${name} (${reason ?? 'being verified'}). ${advice(issuer)}`);
}

/** Both the request as given and as the watch shows it by now. */
function isToBeSigned({ findRequest, signing }: RequestReconcilerOptions, latest: SpecifiedRequest): boolean {
  const watched = findRequest(keyOf(latest.metadata));
  if (watched?.metadata.uid !== latest.metadata.uid) return false;
  return [watched, latest].every((request) => decideGate(request, signing.approvalRequired).step === 'sign');
}

function advice({ kind, metadata: { name, namespace } }: Issuer): string {
  const where = namespace === undefined ? '' : ` -n ${namespace}`;
  return `The request is signed as soon as it is ready; see: kubectl describe ${kind.toLowerCase()}${where} ${name}`;
}

/** The issuer's next change wakes the request. */
async function wait({ writer, clock }: SigningContext, request: CertificateRequest, message: string): Promise<Result> {
  await writer.writeStatus(request, pendingStatus(request, message, clock.now()));
  return {};
}
