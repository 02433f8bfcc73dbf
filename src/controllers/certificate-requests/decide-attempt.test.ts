import { describe, expect, test } from '@jest/globals';
import { type AttemptFacts, type AttemptMemory, decideAttempt } from './decide-attempt.ts';

const approval = Date.parse('2026-01-02T03:04:05Z');
const second = 1000;
const minute = 60_000;

/** What the monotonic clock shows when the wall clock, which has not jumped, shows `wallMs`. */
const monotonic = (wallMs: number): number => wallMs - approval + 777;

/** An approval seen by the process that is in charge. */
const facts = (more: Partial<AttemptFacts>): AttemptFacts => ({
  nowMs: approval,
  monotonicMs: monotonic(more.nowMs ?? approval),
  approvedAtMs: approval,
  inChargeSinceMs: approval - 60 * minute,
  memory: undefined,
  kept: undefined,
  ...more,
});

const fromApproval = { number: 1, baseMs: approval };
const firstNow = (nowMs: number) => ({
  attempt: { number: 1, baseMs: Math.floor(nowMs / second) * second },
  keep: true,
  unknownSinceMs: undefined,
});

describe('the first call', () => {
  test.each([
    ['at the approval', 0],
    ['a minute after it', minute],
    ['before it, by a clock that is a minute behind', -minute],
  ])('%s reckons from the approval, which nobody has to keep', (_, ageMs) => {
    const decision = decideAttempt(facts({ nowMs: approval + ageMs }));
    expect(decision).toEqual({ attempt: fromApproval, keep: false, unknownSinceMs: undefined });
  });

  test.each([
    ['more than a minute after it', minute + 1],
    ['an hour after it', 60 * minute + 250],
    ['before it, by a clock that is further behind', -minute - 1],
  ])('%s reckons from now, in whole seconds, and keeps that', (_, ageMs) => {
    const nowMs = approval + ageMs;
    expect(decideAttempt(facts({ nowMs }))).toEqual(firstNow(nowMs));
  });

  test('reckons from now where nobody knows when the request was approved', () => {
    const nowMs = approval + 999;
    expect(decideAttempt(facts({ nowMs, approvedAtMs: undefined }))).toEqual(firstNow(nowMs));
  });
});

describe('the first call of a process that was not in charge at the approval', () => {
  const inChargeSinceMs = approval + 1;

  test.each([[1], [minute + 1], [6 * minute - 1]])(
    'repeats %i ms after it what another process may have called',
    (ageMs) => {
      const decision = decideAttempt(facts({ nowMs: approval + ageMs, inChargeSinceMs }));
      expect(decision).toEqual({ attempt: fromApproval, keep: false, unknownSinceMs: monotonic(approval + minute) });
    },
  );

  test.each([[6 * minute], [24 * 60 * minute]])('reckons %i ms after it from now', (ageMs) => {
    const nowMs = approval + ageMs;
    expect(decideAttempt(facts({ nowMs, inChargeSinceMs }))).toEqual(firstNow(nowMs));
  });

  test('stays with that attempt though its own repetition is refused', () => {
    const nowMs = approval + 2 * minute;
    const { attempt, unknownSinceMs } = decideAttempt(facts({ nowMs, inChargeSinceMs }));
    const memory = { attempt, unknownSinceMs, failed: false };
    const again = (at: number) => decideAttempt(facts({ nowMs: at, inChargeSinceMs, memory }));
    expect(again(nowMs + second).attempt).toEqual(fromApproval);
    expect(again(approval + 6 * minute - 1).attempt).toEqual(fromApproval);
    expect(again(approval + 6 * minute).attempt.number).toBe(2);
  });
});

describe('an attempt kept on the request', () => {
  const kept = { number: 3, baseMs: approval + 10 * minute };

  test.each([[0], [5 * minute], [6 * minute - 1], [-30 * second]])('is gone on with %i ms after its base', (ageMs) => {
    const decision = decideAttempt(facts({ nowMs: kept.baseMs + ageMs, kept }));
    expect(decision).toEqual({ attempt: kept, keep: false, unknownSinceMs: monotonic(kept.baseMs + minute) });
  });

  test('gives way to the next one when AWS cannot recognise it any more', () => {
    const nowMs = kept.baseMs + 6 * minute;
    const decision = decideAttempt(facts({ nowMs, kept }));
    expect(decision).toEqual({ attempt: { number: 4, baseMs: nowMs }, keep: true, unknownSinceMs: undefined });
  });

  test('counts for more than the approval, for less than what this process did itself', () => {
    const memory = { attempt: { number: 5, baseMs: approval }, unknownSinceMs: undefined, failed: false };
    expect(decideAttempt(facts({ kept: { number: 2, baseMs: approval } })).attempt.number).toBe(2);
    expect(decideAttempt(facts({ kept: { number: 2, baseMs: approval }, memory })).attempt.number).toBe(5);
  });
});

describe('after calls of this process', () => {
  const attempt = { number: 2, baseMs: approval };
  const same = (memory: AttemptMemory, nowMs: number) => decideAttempt(facts({ nowMs, memory }));
  const nextAt = (nowMs: number) => ({
    attempt: { number: 3, baseMs: Math.floor(nowMs / second) * second },
    keep: true,
    unknownSinceMs: undefined,
  });

  test.each([[0], [minute]])('all refused, %i ms after the base: the same attempt', (ageMs) => {
    const memory = { attempt, unknownSinceMs: undefined, failed: false };
    expect(same(memory, approval + ageMs)).toEqual({ attempt, keep: false, unknownSinceMs: undefined });
  });

  test('all refused and the base grown old: the next one', () => {
    const nowMs = approval + minute + 1;
    expect(same({ attempt, unknownSinceMs: undefined, failed: false }, nowMs)).toEqual(nextAt(nowMs));
  });

  test.each([[0], [2 * minute], [5 * minute - 1]])('outcome unknown for %i ms: the same attempt', (sinceMs) => {
    const calledAt = approval + 30 * second;
    const unknownSinceMs = monotonic(calledAt);
    const memory = { attempt, unknownSinceMs, failed: false };
    expect(same(memory, calledAt + sinceMs)).toEqual({ attempt, keep: false, unknownSinceMs });
  });

  test('outcome unknown for five minutes: the next one', () => {
    const nowMs = approval + 30 * second + 5 * minute;
    const unknownSinceMs = monotonic(approval + 30 * second);
    expect(same({ attempt, unknownSinceMs, failed: false }, nowMs)).toEqual(nextAt(nowMs));
  });

  test.each([
    ['an hour ahead', 60 * minute],
    ['an hour back', -60 * minute],
  ])('outcome unknown, and the wall clock jumps %s: five minutes are five minutes', (_, jumpMs) => {
    const memory = { attempt, unknownSinceMs: monotonic(approval), failed: false };
    const after = (ms: number) =>
      decideAttempt(facts({ nowMs: approval + ms + jumpMs, monotonicMs: monotonic(approval + ms), memory }));
    expect(after(5 * minute - 1).attempt).toEqual(attempt);
    expect(after(5 * minute)).toEqual(nextAt(approval + 5 * minute + jumpMs));
  });

  test('the service gave up: the next one at once', () => {
    expect(same({ attempt, unknownSinceMs: monotonic(approval), failed: true }, approval + 1)).toEqual(
      nextAt(approval + 1),
    );
  });
});
