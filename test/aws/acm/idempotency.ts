import { createHash } from 'node:crypto';
import type { Clock } from '../../../src/system/clock.ts';
import { ServiceError } from '../errors.ts';

/** RequestCertificate documents one hour; for the ACME operations no time is documented. */
const WINDOW_MS = 3_600_000;

interface Remembered {
  readonly arn: string;
  readonly fingerprint: string;
  readonly forgottenAt: number;
}

/** What callers' tokens stand for. */
export class Idempotency {
  readonly #clock: Clock;
  readonly #tokens = new Map<string, Remembered>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The ARN that the token stands for. The same token with other parameters is an error of this code; without a code it
   * stands for the first ones.
   */
  recall(key: string, parameters: Readonly<Record<string, unknown>>, mismatchCode?: string): string | undefined {
    const remembered = this.#tokens.get(key);
    if (!remembered || remembered.forgottenAt <= this.#clock.now()) return undefined;
    const isSame = remembered.fingerprint === fingerprintOf(parameters);
    if (isSame || mismatchCode === undefined) return remembered.arn;
    throw new ServiceError(mismatchCode, 'The idempotency token was used with other parameters.');
  }

  remember(key: string, parameters: Readonly<Record<string, unknown>>, arn: string): void {
    const forgottenAt = this.#clock.now() + WINDOW_MS;
    this.#tokens.set(key, { arn, fingerprint: fingerprintOf(parameters), forgottenAt });
  }
}

function fingerprintOf(parameters: Readonly<Record<string, unknown>>): string {
  const members = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(members)).digest('hex');
}
