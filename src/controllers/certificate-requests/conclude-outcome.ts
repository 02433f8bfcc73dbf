import type { Result } from '../../runtime/reconciler.ts';
import type { CollectOutcome } from '../../signers/signer.ts';
import { jitter } from '../../system/random.ts';
import { failedStatus, issuedStatus, pendingStatus } from './request-status.ts';
import type { Job, SigningContext } from './signing-context.ts';

/** Waits shorter than this are nobody's business; a wait for the quota, which is everyday, may be longer. */
const quietMs = 5_000;
const quietPacingMs = 60_000;
const awaited = 'waiting for certificate to be issued';
const firstBackoffMs = 500;
const longestBackoffMs = 60_000;
/** Nothing else would wake the request: a wait of no time at all would be one without an end. */
const shortestWaitMs = 1;

type Issued = Extract<CollectOutcome, { kind: 'issued' }>;

/** Why a request waits, and whether that has to be said even after another reason. */
interface Reason {
  readonly message: string;
  readonly quietMs: number;
  readonly isEveryday?: boolean;
}

/** Does what follows from an outcome. */
export async function concludeOutcome(
  context: SigningContext,
  job: Job,
  outcome: Exclude<CollectOutcome, { kind: 'foreign' }>,
): Promise<Result> {
  const { memory, logger, signer } = job;
  switch (outcome.kind) {
    case 'issued':
      return deliver(context, job, outcome);
    case 'rejected':
      return fail(context, job, outcome.message, outcome.code);
    case 'pending': {
      const afterMs = Math.max(shortestWaitMs, outcome.afterMs);
      memory.hold = { until: context.clock.monotonic() + afterMs, signer };
      await waitAloud(context, job, { message: outcome.message ?? awaited, quietMs }, afterMs);
      return { requeueAfterMs: afterMs };
    }
    case 'attemptFailed':
      logger.warn({ code: outcome.code, reference: memory.flight?.reference }, outcome.message);
      memory.attempt = {
        attempt: memory.flight?.attempt ?? { number: 1, baseMs: 0 },
        unknownSinceMs: undefined,
        failed: true,
      };
      memory.flight = undefined;
      if (outcome.checkIssuer) context.reportIssuerFault(job.issuerKey, false);
      // Who knows when to begin anew has a reason that the requester should read.
      return retry(
        context,
        job,
        { message: outcome.message, quietMs: outcome.afterMs === undefined ? quietMs : 0 },
        outcome.afterMs,
      );
    case 'issuerFault':
      context.reportIssuerFault(job.issuerKey, outcome.credentialsRefused);
      return retry(context, job, { message: outcome.message, quietMs }, undefined);
    case 'blocked':
      return retry(context, job, { message: outcome.message, quietMs: 0 }, outcome.afterMs);
    case 'retry': {
      const isEveryday = outcome.code === 'Pacing';
      const quiet = isEveryday ? quietPacingMs : quietMs;
      return retry(context, job, { message: outcome.message, quietMs: quiet, isEveryday }, outcome.afterMs);
    }
  }
}

async function deliver(context: SigningContext, job: Job, outcome: Issued): Promise<Result> {
  const { memory, request, logger, issuerKind } = job;
  const { serial, notAfter } = outcome;
  const result = await context.writer.writeStatus(request, issuedStatus(request, outcome, context.clock.now()));
  if (result === 'written') {
    context.issued.inc({ issuer_kind: issuerKind });
    // What `collect` buys is counted when it is there: an order that is found again may not have been bought yet.
    if (job.signer.buysAt === 'collect') context.billed.inc({ issuer_kind: issuerKind });
    // Found again or adopted: not bought by this process.
    else if (!memory.flight?.begunBy) context.billingAvoided.inc({ issuer_kind: issuerKind });
    for (const notice of outcome.notices) context.writer.tellNotice(request, notice);
    logger.info({ serial, notAfter, reference: memory.flight?.reference }, 'certificate issued');
  }
  return finish(job);
}

/** Again after `afterMs`, or after a delay that grows. */
async function retry(context: SigningContext, job: Job, reason: Reason, afterMs: number | undefined): Promise<Result> {
  const { memory, logger, signer } = job;
  const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(memory.failures, 10));
  const waitMs = Math.max(shortestWaitMs, Math.ceil(afterMs ?? jitter(backoff, 0.2, context.random)));
  if (afterMs === undefined) memory.failures += 1;
  memory.hold = { until: context.clock.monotonic() + waitMs, signer };
  logger.debug({ afterMs: waitMs, failures: memory.failures }, reason.message);
  await waitAloud(context, job, reason, waitMs);
  return { requeueAfterMs: waitMs };
}

/** Says in the condition what the request waits for, once the wait is longer than nobody would notice. */
async function waitAloud(
  { clock, writer }: SigningContext,
  { memory, request }: Job,
  reason: Reason,
  aheadMs: number,
): Promise<void> {
  const now = clock.monotonic();
  memory.wait ??= { since: now, told: false };
  if (now - memory.wait.since + aheadMs <= reason.quietMs) return;
  // Between two tries that fail for a real reason a request waits its turn: that does not replace the reason each time.
  if (reason.isEveryday && memory.wait.told) return;
  await writer.writeStatus(request, pendingStatus(request, reason.message, clock.now()));
  memory.wait.told = true;
}

/** Only what the requester alone can mend. */
export async function fail(context: SigningContext, job: Job, message: string, code?: string): Promise<Result> {
  job.logger.warn({ reason: 'Failed', ...(code === undefined ? {} : { code }) }, message);
  const status = failedStatus(job.request, 'Failed', message, context.clock.now());
  await context.writer.writeStatus(job.request, status);
  return finish(job);
}

export function finish({ memory }: Pick<Job, 'memory'>): Result {
  memory.done = true;
  memory.flight = undefined;
  memory.patched = undefined;
  return {};
}
