import type { Clock } from '../../system/clock.ts';
import { AwsError } from '../errors.ts';
import { HeldBack } from '../paced.ts';
import type { ChangeInfo } from './route53-calls.ts';
import type { Route53Identity } from './route53-identity.ts';

export type SyncAnswer = { readonly kind: 'inSync' } | { readonly kind: 'pending'; readonly afterMs: number };

/** Usually a change has reached all name servers within a minute. */
const firstLookMs = 2_000;
const nextLookMs = 4_000;
const forgottenAfterMs = 30 * 60_000;

interface Change {
  readonly sinceMs: number;
  isInSync: boolean;
  lookAtMs: number;
  looking: Promise<void> | undefined;
}

/** How far changes have come. All who wait for one share the looks at it. */
export class ChangesUnderWay {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #changes = new Map<string, Change>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Takes note of what a write was answered; of a batch everybody whose record was in it tells. */
  begun({ id, status }: ChangeInfo): void {
    if (this.#changes.has(id)) return;
    const now = this.#clock.monotonic();
    for (const [known, { sinceMs }] of this.#changes) if (now - sinceMs > forgottenAfterMs) this.#changes.delete(known);
    this.#note(id, status === 'INSYNC', now + firstLookMs);
  }

  /** Throws AwsError. */
  async isInSync(id: string, identity: Route53Identity): Promise<SyncAnswer> {
    const change = this.#changes.get(id) ?? this.#note(id, false, -Infinity);
    if (!change.isInSync && !change.looking && this.#clock.monotonic() >= change.lookAtMs) {
      change.looking = this.#look(id, change, identity).finally(() => (change.looking = undefined));
    }
    await change.looking;
    if (change.isInSync) return { kind: 'inSync' };
    return { kind: 'pending', afterMs: Math.max(1, Math.ceil(change.lookAtMs - this.#clock.monotonic())) };
  }

  #note(id: string, isInSync: boolean, lookAtMs: number): Change {
    const change = { sinceMs: this.#clock.monotonic(), isInSync, lookAtMs, looking: undefined };
    this.#changes.set(id, change);
    return change;
  }

  async #look(id: string, change: Change, { calls }: Route53Identity): Promise<void> {
    try {
      const { status } = await calls.getChange(id);
      change.isInSync = status === 'INSYNC';
      change.lookAtMs = this.#clock.monotonic() + nextLookMs;
    } catch (error) {
      if (error instanceof HeldBack) change.lookAtMs = this.#clock.monotonic() + error.afterMs;
      // Route 53 does not keep changes for ever: one that it no longer knows was over long ago.
      else if (error instanceof AwsError && error.code === 'NoSuchChange') change.isInSync = true;
      else throw error;
    }
  }
}
