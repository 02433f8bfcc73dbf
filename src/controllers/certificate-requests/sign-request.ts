import { approvedAt, type SpecifiedRequest } from '../../api/certificate-request.ts';
import { parseInstant } from '../../api/instants.ts';
import type { Result } from '../../runtime/reconciler.ts';
import type { Clock } from '../../system/clock.ts';
import type { Logger } from '../../system/logger.ts';
import type { Counter } from '../../system/metrics.ts';
import { jitter, type Random } from '../../system/random.ts';
import type { Attempt, CollectOutcome, Signer, SigningRequest } from '../../signers/signer.ts';
import { decideAttempt } from './decide-attempt.ts';
import { readRecord, readUnboundReference } from './issuance-record.ts';
import type { Flight, RequestMemory } from './request-memory.ts';
import { failedStatus, issuedStatus, pendingStatus } from './request-status.ts';
import type { RequestWriter, WriteResult } from './request-writer.ts';
import { toSigningRequest } from './signing-request.ts';

export interface SigningContext {
  readonly writer: RequestWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly approvalRequired: boolean;
  /** Since when, wall-clock milliseconds, this process answers for requests. */
  readonly inChargeSinceMs: () => number;
  /** Whether this process still holds the lease, if there is one: a process that was frozen may have lost it. */
  readonly mayCall: () => boolean;
  /** Certificates that were delivered; that were bought; that an ARN kept on a request saved from being bought again. */
  readonly issued: Counter<'issuer_kind'>;
  readonly billed: Counter<'issuer_kind'>;
  readonly billingAvoided: Counter<'issuer_kind'>;
  /** An issuer cannot sign for anybody: have it checked again. */
  readonly reportIssuerFault: (issuerKey: string, credentialsRefused: boolean) => void;
}

/** One request on its way through one signer. */
export interface Job {
  readonly request: SpecifiedRequest;
  readonly memory: RequestMemory;
  readonly signer: Signer;
  readonly issuerKind: string;
  readonly issuerKey: string;
  readonly logger: Logger;
}

/** Waits shorter than this are nobody's business; a wait for the quota, which is everyday, may be longer. */
const quietMs = 5_000;
const quietPacingMs = 60_000;
const firstBackoffMs = 500;
const longestBackoffMs = 60_000;

/** Goes as far with the request as the signer lets it, in one pass when the certificate is there at once. */
export async function signRequest(context: SigningContext, job: Job): Promise<Result> {
  const { memory, signer, request } = job;
  const heldMs = memory.hold?.signer === signer ? memory.hold.until - context.clock.monotonic() : 0;
  if (heldMs > 0) return { requeueAfterMs: heldMs };
  memory.hold = undefined;
  const reading = toSigningRequest(request);
  if (reading.kind === 'rejected') return fail(context, job, reading.message);
  memory.flight ??= flightOnRecord(context, job);
  const adopted = await adoptStranger(context, job, reading.request);
  if (adopted) return adopted;
  if (!memory.flight) {
    const setback = await begin(context, job, reading.request);
    if (setback) return setback;
  }
  return land(context, job, reading.request);
}

function flightOnRecord({ billingAvoided, clock }: SigningContext, { request, issuerKind }: Job): Flight | undefined {
  const record = readRecord(request, clock.now());
  if (record?.reference === undefined) return undefined;
  billingAvoided.inc({ issuer_kind: issuerKind });
  return { attempt: record.attempt, reference: record.reference, own: false, kept: true };
}

/** An ARN that aws-privateca-issuer left behind is worth one look: it may be a certificate that is paid for. */
async function adoptStranger(
  context: SigningContext,
  job: Job,
  signingRequest: SigningRequest,
): Promise<Result | undefined> {
  const { memory, request, signer, logger } = job;
  const reference = readUnboundReference(request);
  if (memory.flight || memory.attempt || memory.strangerSeen || reference === undefined) return undefined;
  const createdAtMs = parseInstant(request.metadata.creationTimestamp) ?? context.clock.now();
  const outcome = await signer.adopt(signingRequest, reference, createdAtMs);
  if (outcome.kind !== 'foreign') return conclude(context, job, outcome);
  memory.strangerSeen = true;
  logger.warn({ code: outcome.code, reference }, `ignoring the certificate ARN on the request: ${outcome.message}`);
  return undefined;
}

/** Asks for the certificate; undefined when that succeeded. */
async function begin(context: SigningContext, job: Job, signingRequest: SigningRequest): Promise<Result | undefined> {
  const { request, memory, signer } = job;
  const decision = decideAttempt({
    nowMs: context.clock.now(),
    approvedAtMs: parseInstant(context.approvalRequired ? approvedAt(request) : request.metadata.creationTimestamp),
    inChargeSinceMs: context.inChargeSinceMs(),
    memory: memory.attempt,
    kept: readRecord(request, context.clock.now())?.attempt,
  });
  const { attempt, keep } = decision;
  if (keep && (await context.writer.keep(request, { attempt, reference: undefined })) === 'gone') return finish(job);
  // Nothing is lost by not calling: whoever holds the lease signs, and this process is about to end.
  if (!context.mayCall()) return { requeueAfterMs: firstBackoffMs };
  const calledAtMs = context.clock.now();
  const outcome = await signer.begin(signingRequest, attempt);
  if (outcome.kind === 'begun') {
    rememberCall(memory, attempt, calledAtMs);
    memory.flight = { attempt, reference: outcome.reference, own: true, kept: false };
    memory.waitingSince = undefined;
    memory.failures = 0;
    context.billed.inc({ issuer_kind: job.issuerKind });
    return undefined;
  }
  const unknown = outcome.kind === 'retry' && outcome.outcomeUnknown;
  rememberCall(memory, attempt, unknown ? calledAtMs : undefined);
  return conclude(context, job, outcome);
}

/** The first call whose outcome is unknown starts the five minutes in which AWS would recognise it. */
function rememberCall(memory: RequestMemory, attempt: Attempt, unknownAtMs: number | undefined): void {
  const before = memory.attempt?.attempt.number === attempt.number ? memory.attempt.unknownSinceMs : undefined;
  memory.attempt = { attempt, unknownSinceMs: before ?? unknownAtMs, failed: false };
}

/** Fetches the certificate, and keeps its reference on the request meanwhile. */
async function land(context: SigningContext, job: Job, signingRequest: SigningRequest): Promise<Result> {
  const { memory, signer } = job;
  const { flight } = memory;
  if (!flight) return {};
  const [kept, outcome] = await Promise.all([
    keepReference(context, job, flight),
    signer.collect(signingRequest, flight.reference),
  ]);
  if (kept === 'gone') return finish(job);
  if (outcome.kind !== 'foreign') return conclude(context, job, outcome);
  memory.flight = undefined;
  job.logger.warn({ code: outcome.code, reference: flight.reference }, `not this request's: ${outcome.message}`);
  if (flight.own)
    return fail(context, job, `AWS Private CA issued something else than was asked for: ${outcome.message}.`);
  // What was read from the request is somebody's invention: go on as if it were not there.
  memory.attempt ??= { attempt: flight.attempt, unknownSinceMs: context.clock.now(), failed: false };
  return (await begin(context, job, signingRequest)) ?? land(context, job, signingRequest);
}

async function keepReference(
  { writer }: SigningContext,
  { request, logger }: Job,
  flight: Flight,
): Promise<WriteResult> {
  if (flight.kept) return 'written';
  try {
    const result = await writer.keep(request, flight);
    flight.kept = true;
    return result;
  } catch (error) {
    // Only a crash would miss it, and the next pass writes it again: no reason to let the certificate wait.
    logger.warn({ error }, 'the certificate ARN could not be kept on the request yet');
    return 'written';
  }
}

/** Does what follows from an outcome. */
async function conclude(
  context: SigningContext,
  job: Job,
  outcome: Exclude<CollectOutcome, { kind: 'foreign' }>,
): Promise<Result> {
  const { memory, request, logger, signer } = job;
  switch (outcome.kind) {
    case 'issued': {
      const { serial, notAfter } = outcome;
      const result = await context.writer.applyStatus(request, issuedStatus(request, outcome, context.clock.now()));
      if (result === 'written')
        logger.info({ serial, notAfter, reference: memory.flight?.reference }, 'certificate issued');
      return finish(job);
    }
    case 'rejected':
      return fail(context, job, outcome.message);
    case 'pending':
      memory.hold = { until: context.clock.monotonic() + outcome.afterMs, signer };
      await waitAloud(context, job, 'waiting for certificate to be issued', outcome.afterMs, quietMs);
      return { requeueAfterMs: outcome.afterMs };
    case 'attemptFailed':
      logger.warn({ code: outcome.code, reference: memory.flight?.reference }, outcome.message);
      memory.attempt = {
        attempt: memory.flight?.attempt ?? { number: 1, baseMs: 0 },
        unknownSinceMs: undefined,
        failed: true,
      };
      memory.flight = undefined;
      return retry(context, job, outcome.message, undefined, quietMs);
    case 'issuerFault':
      context.reportIssuerFault(job.issuerKey, outcome.credentialsRefused);
      return retry(context, job, outcome.message, undefined, quietMs);
    case 'blocked':
      return retry(context, job, outcome.message, outcome.afterMs, 0);
    case 'retry':
      return retry(context, job, outcome.message, outcome.afterMs, outcome.code === 'Pacing' ? quietPacingMs : quietMs);
  }
}

async function retry(
  context: SigningContext,
  job: Job,
  message: string,
  afterMs: number | undefined,
  quiet: number,
): Promise<Result> {
  const { memory, logger, signer } = job;
  const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(memory.failures, 10));
  const waitMs = Math.ceil(afterMs ?? jitter(backoff, 0.2, context.random));
  if (afterMs === undefined) memory.failures += 1;
  memory.hold = { until: context.clock.monotonic() + waitMs, signer };
  logger.debug({ afterMs: waitMs, failures: memory.failures }, message);
  await waitAloud(context, job, message, waitMs, quiet);
  return { requeueAfterMs: waitMs };
}

/** Says in the condition what the request waits for, once the wait is longer than nobody would notice. */
async function waitAloud(
  context: SigningContext,
  job: Job,
  message: string,
  aheadMs: number,
  quiet: number,
): Promise<void> {
  const now = context.clock.monotonic();
  job.memory.waitingSince ??= now;
  if (now - job.memory.waitingSince + aheadMs <= quiet) return;
  await context.writer.applyStatus(job.request, pendingStatus(job.request, message, context.clock.now()));
}

async function fail(context: SigningContext, job: Job, message: string): Promise<Result> {
  job.logger.warn({ reason: 'Failed' }, message);
  const status = failedStatus(job.request, 'Failed', message, context.clock.now());
  await context.writer.applyStatus(job.request, status);
  return finish(job);
}

function finish({ memory }: Job): Result {
  memory.done = true;
  memory.flight = undefined;
  return {};
}
