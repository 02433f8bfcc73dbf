import type { Attempt } from '../../signers/signer.ts';

/** How long AWS recognises a repeated IssueCertificate call by its idempotency token. */
export const recognitionMs = 5 * 60_000;
/** How far from the approval the first call may be for validity to be reckoned from the approval. */
export const approvalWindowMs = 60_000;

/** What this process did for the request so far. */
export interface AttemptMemory {
  readonly attempt: Attempt;
  /** When the first call was made of which nobody knows whether it was carried out; undefined: all were refused. */
  readonly unknownSinceMs: number | undefined;
  /** The service gave up on what this attempt bought. */
  readonly failed: boolean;
}

export interface AttemptFacts {
  readonly nowMs: number;
  /** When the request was approved (or created, where approval is not asked for). */
  readonly approvedAtMs: number | undefined;
  /** Since when this process answers for requests: before that another one may have called. */
  readonly inChargeSinceMs: number;
  readonly memory: AttemptMemory | undefined;
  /** The attempt that a process kept on the request before it called. */
  readonly kept: Attempt | undefined;
}

/**
 * Which attempt the next call belongs to. The same attempt makes the same call, which AWS carries out once; so a new one
 * is begun only when the last one failed, was never carried out and has grown old, or is no longer recognised.
 * `keep`: write the attempt on the request before the call, because nobody could reckon it again.
 */
export function decideAttempt(facts: AttemptFacts): { readonly attempt: Attempt; readonly keep: boolean } {
  const { nowMs, memory, kept } = facts;
  if (memory) return decideFromMemory(memory, nowMs);
  if (kept) return nowMs - kept.baseMs < recognitionMs ? { attempt: kept, keep: false } : next(kept, nowMs);
  return decideFirst(facts);
}

function decideFromMemory({ attempt, failed, unknownSinceMs }: AttemptMemory, nowMs: number): ReturnType<typeof next> {
  if (failed) return next(attempt, nowMs);
  const outdated =
    unknownSinceMs === undefined ? nowMs - attempt.baseMs > approvalWindowMs : nowMs - unknownSinceMs >= recognitionMs;
  return outdated ? next(attempt, nowMs) : { attempt, keep: false };
}

function decideFirst({ nowMs, approvedAtMs, inChargeSinceMs }: AttemptFacts): ReturnType<typeof next> {
  const first = { number: 1, baseMs: wholeSecond(nowMs) };
  if (approvedAtMs === undefined) return { attempt: first, keep: true };
  const age = nowMs - approvedAtMs;
  // A process that died may have called within the window; while AWS would recognise that call, it has to be the same.
  const window = approvedAtMs < inChargeSinceMs ? approvalWindowMs + recognitionMs : approvalWindowMs;
  if (age >= -approvalWindowMs && age <= window) return { attempt: { number: 1, baseMs: approvedAtMs }, keep: false };
  return { attempt: first, keep: true };
}

const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

function next(last: Attempt, nowMs: number): { readonly attempt: Attempt; readonly keep: boolean } {
  return { attempt: { number: last.number + 1, baseMs: wholeSecond(nowMs) }, keep: true };
}
