import type { Clock } from '../../system/clock.ts';
import type { Explanation, Setback } from '../signer.ts';

const retryMs = 60_000;

/**
 * Remembers which templates an issuer's identity may not use. A fault that only one template meets must not stop the
 * others, nor cost a call for each request that asks for it: while the gate is shut its requests wait, and one of them
 * tries again when the time is up.
 */
export class TemplateGate {
  readonly #clock: Clock;
  readonly #shut = new Map<string, Explanation & { readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What a request for the template has to wait for, if anything. */
  check(template: string): Setback | undefined {
    const known = this.#shut.get(template);
    const afterMs = (known?.untilMs ?? 0) - this.#clock.monotonic();
    if (!known || afterMs <= 0) return undefined;
    return { kind: 'blocked', code: known.code, message: known.message, afterMs };
  }

  /** As `check`, by somebody who is about to call: those behind wait for what comes of it. */
  enter(template: string): Setback | undefined {
    const held = this.check(template);
    const known = this.#shut.get(template);
    if (!held && known) this.shut(template, known);
    return held;
  }

  shut(template: string, { code, message }: Explanation): Setback {
    this.#shut.set(template, { code, message, untilMs: this.#clock.monotonic() + retryMs });
    return { kind: 'blocked', code, message, afterMs: retryMs };
  }

  open(template: string): void {
    this.#shut.delete(template);
  }
}
