import { type AcmCalls, acmOperations } from '../../aws/acm/acm-calls.ts';
import { forward } from '../../aws/forward.ts';
import { HeldBack } from '../../aws/paced.ts';
import type { Clock } from '../../system/clock.ts';
import { isAwsNotFound } from './explain-aws.ts';

interface Read {
  readonly atMs: number;
  readonly answer: Promise<unknown>;
}

/** Long enough for the reads of many issuers to have their turns. */
const keptMs = 120_000;

/**
 * What a check read before it was held back. The check that comes in its place begins at the beginning, and must not ask for
 * all of it again: where many issuers share a quota none would ever come to its end.
 */
export class ResumedReads {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #reads = new Map<string, Read>();
  #wasHeldBack = false;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** For one check. `caller`: who asks. A check that was not held back leaves nothing to the next one. */
  begin(caller: string, calls: AcmCalls): AcmCalls {
    const earlier = this.#wasHeldBack ? this.#reads : new Map<string, Read>();
    this.#reads = new Map();
    this.#wasHeldBack = false;
    return forward<AcmCalls>(acmOperations, (name, args, send) => {
      if (acmOperations[name] !== 'read') return this.#change(calls, send, earlier);
      // A secret is kept by nobody.
      if (name === 'getAcmeExternalAccountBindingCredentials') return this.#send(calls, send);
      const key = JSON.stringify([caller, name, args]);
      const known = earlier.get(key);
      const isKept = known !== undefined && this.#clock.monotonic() - known.atMs < keptMs;
      // Once: who asks again within one check wants to see what has changed.
      earlier.delete(key);
      const read = isKept ? known : { atMs: this.#clock.monotonic(), answer: this.#send(calls, send) };
      this.#keep(key, read);
      return read.answer;
    });
  }

  /** What was read may be different afterwards, unless it was not carried out. */
  async #change(
    calls: AcmCalls,
    send: (target: AcmCalls) => Promise<unknown>,
    earlier: Map<string, Read>,
  ): Promise<unknown> {
    let isMade = true;
    try {
      return await this.#send(calls, send);
    } catch (error) {
      isMade = !(error instanceof HeldBack);
      throw error;
    } finally {
      if (isMade) {
        earlier.clear();
        this.#reads.clear();
      }
    }
  }

  async #send(calls: AcmCalls, send: (target: AcmCalls) => Promise<unknown>): Promise<unknown> {
    try {
      return await send(calls);
    } catch (error) {
      this.#wasHeldBack ||= error instanceof HeldBack;
      throw error;
    }
  }

  #keep(key: string, read: Read): void {
    const reads = this.#reads;
    const before = reads.get(key);
    reads.set(key, read);
    read.answer.catch((error: unknown) => {
      if (isAwsNotFound(error) || reads.get(key) !== read) return;
      if (before) reads.set(key, before);
      else reads.delete(key);
    });
  }
}
