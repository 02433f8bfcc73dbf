import type { Clock } from '../system/clock.ts';
import type { Explanation, Setback } from './signer.ts';

const retryMs = 60_000;
/** After the time when somebody should have tried again. */
const forgottenAfterMs = 60 * 60_000;

/**
 * Remembers what an issuer may not do: use one template, issue for one domain. A fault that only some requests meet must not
 * stop the others, nor cost a call for each of them: while the gate of their `key` is shut they wait, and one of them tries
 * again when the time is up.
 */
export class Gate {
  readonly #clock: Clock;
  readonly #shut = new Map<string, Explanation & { readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a request with that key has to wait for, if anything. */
  check(key: string): Setback | undefined {
    const known = this.#shut.get(key);
    const afterMs = (known?.untilMs ?? 0) - this.#clock.monotonic();
    if (!known || afterMs <= 0) return undefined;
    return { kind: 'blocked', code: known.code, message: known.message, afterMs };
  }

  /** As `check`, by somebody who is about to call: those behind wait for what comes of it. */
  enter(key: string): Setback | undefined {
    const held = this.check(key);
    const known = this.#shut.get(key);
    if (!held && known) this.shut(key, known);
    return held;
  }

  shut(key: string, { code, message }: Explanation): Setback {
    this.#forget();
    this.#shut.set(key, { code, message, untilMs: this.#clock.monotonic() + retryMs });
    return { kind: 'blocked', code, message, afterMs: retryMs };
  }

  open(key: string): void {
    this.#shut.delete(key);
  }

  /** Whose requests are gone is not asked for again: keys are made of what requests ask for. */
  #forget(): void {
    const before = this.#clock.monotonic() - forgottenAfterMs;
    for (const [key, { untilMs }] of this.#shut) if (untilMs < before) this.#shut.delete(key);
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#shut.size;
  }
}
