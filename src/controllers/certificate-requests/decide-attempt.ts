import type { Attempt } from '../../signers/signer.ts';

/** How long AWS recognises a repeated IssueCertificate call by its idempotency token. */
const recognitionMs = 5 * 60_000;
/** How far from the approval the first call may be for validity to be reckoned from the approval. */
const approvalWindowMs = 60_000;

/** What this process did for the request so far. */
export interface AttemptMemory {
  readonly attempt: Attempt;
  /**
   * When, monotonic, the first call was made of which nobody knows whether it was carried out; undefined: all were refused.
   * By the wall clock a jump of it would make another call of what AWS still recognises, or the other way round.
   */
  readonly unknownSinceMs: number | undefined;
  /** The service gave up on what this attempt bought. */
  readonly failed: boolean;
}

export interface AttemptFacts {
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** When the request was approved (or created, where approval is not asked for). */
  readonly approvedAtMs: number | undefined;
  /** Since when this process answers for requests: before that another one may have called. */
  readonly inChargeSinceMs: number;
  readonly memory: AttemptMemory | undefined;
  /** The attempt that a process kept on the request before it called. */
  readonly kept: Attempt | undefined;
}

export interface AttemptDecision {
  readonly attempt: Attempt;
  /** Write the attempt on the request before the call, because nobody could reckon it again. */
  readonly keep: boolean;
  /** As in {@link AttemptMemory}, of calls before the one that is about to be made. */
  readonly unknownSinceMs: number | undefined;
}

/**
 * Which attempt the next call belongs to. The same attempt makes the same call, which AWS carries out once; so a new one
 * is begun only when the last one failed, was never carried out and has grown old, or is no longer recognised.
 */
export function decideAttempt(facts: AttemptFacts): AttemptDecision {
  const { nowMs, memory, kept } = facts;
  if (memory) return decideFromMemory(memory, facts);
  if (kept) return isRecognised(kept, nowMs) ? inherited(kept, facts) : next(kept, nowMs);
  return decideFirst(facts);
}

function decideFromMemory(
  { attempt, failed, unknownSinceMs }: AttemptMemory,
  { nowMs, monotonicMs }: AttemptFacts,
): AttemptDecision {
  if (failed) return next(attempt, nowMs);
  const outdated =
    unknownSinceMs === undefined
      ? nowMs - attempt.baseMs > approvalWindowMs
      : monotonicMs - unknownSinceMs >= recognitionMs;
  return outdated ? next(attempt, nowMs) : { attempt, keep: false, unknownSinceMs };
}

function decideFirst(facts: AttemptFacts): AttemptDecision {
  const { nowMs, approvedAtMs, inChargeSinceMs } = facts;
  const first = { attempt: { number: 1, baseMs: wholeSecond(nowMs) }, keep: true, unknownSinceMs: undefined };
  if (approvedAtMs === undefined || approvedAtMs > nowMs + approvalWindowMs) return first;
  const approved = { number: 1, baseMs: approvedAtMs };
  // A process that died may have called within the window; while AWS would recognise that call, it has to be the same.
  if (approvedAtMs < inChargeSinceMs) return isRecognised(approved, nowMs) ? inherited(approved, facts) : first;
  return nowMs - approvedAtMs <= approvalWindowMs
    ? { attempt: approved, keep: false, unknownSinceMs: undefined }
    : first;
}

/** Whether AWS would recognise a call that another process made for the attempt: it did so within the window. */
const isRecognised = ({ baseMs }: Attempt, nowMs: number): boolean => nowMs - baseMs < approvalWindowMs + recognitionMs;

/** Somebody else's attempt: whether it was called, nobody here knows. */
const inherited = (attempt: Attempt, { nowMs, monotonicMs }: AttemptFacts): AttemptDecision => ({
  attempt,
  keep: false,
  unknownSinceMs: monotonicMs - (nowMs - (attempt.baseMs + approvalWindowMs)),
});

const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

function next(last: Attempt, nowMs: number): AttemptDecision {
  return {
    attempt: { number: last.number + 1, baseMs: wholeSecond(nowMs) },
    keep: true,
    unknownSinceMs: undefined,
  };
}
