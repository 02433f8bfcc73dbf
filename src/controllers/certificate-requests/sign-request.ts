import { approvedAt, type SpecifiedRequest } from '../../api/certificate-request.ts';
import { parseInstant } from '../../api/instants.ts';
import type { Result } from '../../runtime/reconciler.ts';
import type { CollectOutcome, Setback, SigningRequest, Withheld } from '../../signers/signer.ts';
import { concludeOutcome, fail, finish } from './conclude-outcome.ts';
import { type AttemptDecision, decideAttempt } from './decide-attempt.ts';
import { type IssuanceRecord, readRecord, readUnboundReference } from './issuance-record.ts';
import { type Flight, rememberPatch } from './request-memory.ts';
import type { Job, SigningContext } from './signing-context.ts';
import { toSigningRequest } from './signing-request.ts';

/** Without the lease nothing is called: whoever holds it signs, and this process is about to end. */
const leaseless: Result = { requeueAfterMs: 500 };

/** When an order that gave something else than was asked for is replaced: soon, then a minute, twice as long each time. */
const firstSpoiltMs = 2_000;
const laterSpoiltMs = 60_000;
const longestSpoiltMs = 15 * 60_000;
const spoilt = (message: string): string =>
  `The order came to nothing: ${message}. Another one is placed, at first soon and then more and more rarely.`;

/** Goes as far with the request as the signer lets it, in one pass when the certificate is there at once. */
export async function signRequest(context: SigningContext, job: Job): Promise<Result> {
  const { memory, signer, request } = job;
  const heldMs = memory.hold?.signer === signer ? memory.hold.until - context.clock.monotonic() : 0;
  if (heldMs > 0) return { requeueAfterMs: heldMs };
  memory.hold = undefined;
  if (!context.mayCall()) return leaseless;
  const reading = toSigningRequest(request);
  if (reading.kind === 'rejected') return fail(context, job, reading.message);
  memory.flight ??= flightOnRecord(context, job);
  if (memory.flight) return land(context, job, reading.request, memory.flight);
  return (await adoptStranger(context, job, reading.request)) ?? begin(context, job, reading.request);
}

/** What another process left on the request. Once this one has done something itself, it knows better. */
function flightOnRecord({ clock }: SigningContext, { request, memory }: Job): Flight | undefined {
  if (memory.attempt || memory.strangerSeen) return undefined;
  const record = readRecord(request, clock.now());
  if (record?.reference === undefined) return undefined;
  const { attempt, reference, terms } = record;
  return { attempt, reference, terms, begunBy: undefined, kept: true };
}

/** An ARN that aws-privateca-issuer left behind is worth one look: it may be a certificate that is paid for. */
async function adoptStranger(
  context: SigningContext,
  job: Job,
  signingRequest: SigningRequest,
): Promise<Result | undefined> {
  const { memory, request, signer, logger } = job;
  const reference = readUnboundReference(request);
  if (memory.attempt || memory.strangerSeen || reference === undefined) return undefined;
  const createdAtMs = parseInstant(request.metadata.creationTimestamp) ?? context.clock.now();
  const outcome = await signer.adopt(signingRequest, reference, createdAtMs);
  if (outcome.kind !== 'foreign') return concludeOutcome(context, job, outcome);
  memory.strangerSeen = true;
  logger.warn({ code: outcome.code, reference }, `ignoring the certificate ARN on the request: ${outcome.message}`);
  return undefined;
}

/** Asks for the certificate, and goes on with it at once. */
async function begin(context: SigningContext, job: Job, signingRequest: SigningRequest): Promise<Result> {
  const { memory, signer } = job;
  const decision = decideNow(context, job);
  const { attempt } = decision;
  const isAfterFailure = memory.attempt?.failed === true;
  const known: { request: SpecifiedRequest | 'gone'; mayCall: boolean } = { request: job.request, mayCall: true };
  // Only a call that is made at once is worth a write: who waits for a turn may wait long, and then reckon anew.
  const prepareCall = async (): Promise<boolean> => {
    if (decision.keep && signer.buysAt === 'begin')
      known.request = await keepRecord(context, job, { attempt, reference: undefined });
    if (known.request === 'gone' || !job.isStillWanted(known.request)) return false;
    known.mayCall = context.mayCall();
    if (!known.mayCall) return false;
    memory.attempt = { attempt, unknownSinceMs: decision.unknownSinceMs ?? context.clock.monotonic(), failed: false };
    return true;
  };
  const before = memory.attempt;
  const outcome = await signer.begin(signingRequest, attempt, prepareCall);
  const { request } = known;
  if (request === 'gone') return finish(job);
  if (outcome.kind === 'withheld') return known.mayCall ? {} : leaseless;
  if (outcome.kind !== 'begun') {
    const isRefused = outcome.kind !== 'retry' || !outcome.outcomeUnknown;
    const wasCalled = memory.attempt !== before;
    if (isRefused && wasCalled) memory.attempt = { attempt, unknownSinceMs: decision.unknownSinceMs, failed: false };
    // Not of a call that another process could have made at most: what is refused here was refused there too.
    const isOnceCalled = wasCalled || before !== undefined || readRecord(request, context.clock.now()) !== undefined;
    const mayBeBought = signer.buysAt === 'begin' && decision.unknownSinceMs !== undefined && isOnceCalled;
    return concludeOutcome(context, { ...job, request }, mayBeBought ? notForGood(outcome) : outcome);
  }
  memory.wait = undefined;
  // A service that gives up on one certificate after the other is not asked faster because it takes orders.
  if (!isAfterFailure) memory.failures = 0;
  const { reference, terms } = outcome;
  // A call that AWS recognised as a repetition returns what was bought before.
  if (signer.buysAt === 'begin' && memory.bought !== reference) context.billed.inc({ issuer_kind: job.issuerKind });
  memory.bought = reference;
  memory.flight = { attempt, reference, terms, begunBy: signer, kept: false };
  return land(context, { ...job, request }, signingRequest, memory.flight);
}

/**
 * A repetition may be refused, by AWS or before it is made, for no more than what the issuer says otherwise by now, and a
 * certificate may have been bought: only what the next attempt is told is the request's own fault.
 */
function notForGood(outcome: Setback): Setback {
  if (outcome.kind !== 'rejected') return outcome;
  const { code, message } = outcome;
  const again = 'An earlier call may have been carried out, so it is asked again for five minutes.';
  return { kind: 'retry', code, message: `${message} ${again}`, outcomeUnknown: true };
}

function decideNow(context: SigningContext, { request, memory }: Job): AttemptDecision {
  const { clock, approvalRequired, inChargeSinceMs } = context;
  return decideAttempt({
    nowMs: clock.now(),
    monotonicMs: clock.monotonic(),
    approvedAtMs: parseInstant(approvalRequired ? approvedAt(request) : request.metadata.creationTimestamp),
    inChargeSinceMs: inChargeSinceMs(),
    memory: memory.attempt,
    kept: readRecord(request, clock.now())?.attempt,
  });
}

/** Fetches the certificate, once its reference is kept on the request or, where it is bought already, meanwhile. */
async function land(
  context: SigningContext,
  job: Job,
  signingRequest: SigningRequest,
  flight: Flight,
): Promise<Result> {
  const { memory, signer, logger } = job;
  // The answer that leads here may have waited for a process that was frozen.
  if (!context.mayCall()) return leaseless;
  const collected =
    signer.buysAt === 'begin'
      ? await keepMeanwhile(context, job, signingRequest, flight)
      : await keepFirst(context, job, signingRequest, flight);
  if (collected === 'gone') return finish(job);
  const { request, outcome } = collected;
  if (outcome.kind === 'withheld') return context.mayCall() ? {} : leaseless;
  if (!job.isStillWanted(request)) return {};
  const latest = { ...job, request };
  if (outcome.kind !== 'foreign') return concludeOutcome(context, latest, outcome);
  logger.warn({ code: outcome.code, reference: flight.reference }, `not this request's: ${outcome.message}`);
  if (flight.begunBy === signer && !outcome.isUnknown) return disown(context, latest, outcome);
  memory.flight = undefined;
  memory.strangerSeen = true;
  // What was read from the request is somebody's invention, or another CA's than the issuer names by now. What AWS gave us
  // and does not find any more it gives again, as long as it recognises the call.
  return begin(context, latest, signingRequest);
}

/** This process asked for it, and something else came. */
function disown(
  context: SigningContext,
  job: Job,
  { code, message }: Extract<CollectOutcome, { kind: 'foreign' }>,
): Promise<Result> {
  // Who got hold of an order's URL may have spoilt it; nothing was delivered, and the next order is another one. A server
  // that always gives something else is paid each time.
  if (job.signer.buysAt === 'collect') {
    const spoiltBefore = job.memory.failures++;
    const laterMs = Math.min(longestSpoiltMs, laterSpoiltMs * 2 ** Math.min(spoiltBefore - 1, 10));
    const afterMs = spoiltBefore === 0 ? firstSpoiltMs : laterMs;
    return concludeOutcome(context, job, { kind: 'attemptFailed', code, message: spoilt(message), afterMs });
  }
  job.memory.flight = undefined;
  return fail(context, job, `AWS Private CA issued something else than was asked for: ${message}.`);
}

interface Collected {
  readonly request: SpecifiedRequest;
  readonly outcome: CollectOutcome | Withheld;
}

async function keepMeanwhile(
  context: SigningContext,
  job: Job,
  signingRequest: SigningRequest,
  flight: Flight,
): Promise<Collected | 'gone'> {
  const keeping = keepReference(context, job, flight);
  // Kept also where that breaks off, as it does when the process stops.
  const outcome = await job.signer.collect(signingRequest, flight.reference, flight.terms).finally(() => keeping);
  const request = await keeping;
  return request === 'gone' ? 'gone' : { request, outcome };
}

/** What cannot be kept is not bought: another process would not find it, and buy another one. */
async function keepFirst(
  context: SigningContext,
  job: Job,
  signingRequest: SigningRequest,
  flight: Flight,
): Promise<Collected | 'gone'> {
  const request = flight.kept ? job.request : await keepRecord(context, job, flight);
  if (request === 'gone') return 'gone';
  flight.kept = true;
  const mayBuy = async (): Promise<boolean> => context.mayCall() && job.isStillWanted(request);
  const outcome = await job.signer.collect(signingRequest, flight.reference, flight.terms, mayBuy);
  return { request, outcome };
}

async function keepRecord(
  { writer }: SigningContext,
  { request, memory }: Job,
  record: IssuanceRecord,
): Promise<SpecifiedRequest | 'gone'> {
  const kept = await writer.keep(request, record);
  if (kept !== 'gone') rememberPatch(memory, request, kept);
  return kept;
}

async function keepReference(context: SigningContext, job: Job, flight: Flight): Promise<SpecifiedRequest | 'gone'> {
  const { request, logger } = job;
  if (flight.kept) return request;
  try {
    const result = await keepRecord(context, job, flight);
    flight.kept = true;
    return result;
  } catch (error) {
    // Only a crash would miss it, and the next pass writes it again: no reason to let the certificate wait.
    logger.warn({ error }, 'the certificate ARN could not be kept on the request yet');
    return request;
  }
}
