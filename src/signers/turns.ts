import type { Claim, Pacer } from '../aws/pacing.ts';
import type { Setback } from './signer.ts';

/** Makes the call that the turn is for. At most once. */
export type CallInTurn = <T>(send: () => Promise<T>) => Promise<T>;

/** The turn has not come yet. */
export type Held = Extract<Setback, { kind: 'retry' }> & { readonly afterMs: number };

/** A call that waits for its turn. */
export interface TurnRules {
  /** Shared by all issuers. */
  readonly pacer: Pacer;
  readonly claim: Claim;
  /** What to say to who has to wait. */
  readonly hold: (afterMs: number) => Held;
  /** Whether the service refused the call for being one too many, and not something on the way to it. */
  readonly isThrottle: (error: unknown) => boolean;
}

/**
 * Does `work` when it is the turn of this call, which `work` may make or not. Who has to wait is told for how long, and
 * asks again with the same ticket. A throttled call slows its own operation down, no other, and its retry comes when the
 * turn does, or later where the service asks for that.
 */
export async function inTurn<T extends { readonly kind: string; readonly afterMs?: number }>(
  { pacer, claim, hold, isThrottle }: TurnRules,
  work: (call: CallInTurn) => Promise<T>,
): Promise<T | Held> {
  const turn = pacer.reserve(claim);
  if (turn.kind === 'wait') return hold(turn.afterMs);
  let againMs: number | undefined;
  const call: CallInTurn = async (send) => {
    try {
      return await send();
    } catch (error) {
      if (isThrottle(error)) againMs = turn.end('throttled');
      throw error;
    } finally {
      turn.end('called');
    }
  };
  try {
    const outcome = await work(call);
    if (outcome.kind !== 'retry' || againMs === undefined) return outcome;
    return { ...outcome, afterMs: Math.max(againMs, outcome.afterMs ?? 0) };
  } finally {
    turn.end('unused');
  }
}

/**
 * For who was told to wait: what `inTurn` would say, as long as the turn has not come. So waiting costs nothing of what has
 * to be done before the call.
 */
export function stillHeld({ pacer, claim, hold }: Pick<TurnRules, 'pacer' | 'claim' | 'hold'>): Held | undefined {
  const afterMs = pacer.stillWaits(claim);
  return afterMs === undefined ? undefined : hold(afterMs);
}
