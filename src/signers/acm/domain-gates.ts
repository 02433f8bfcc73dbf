import { Gate } from '../gate.ts';
import type { Explanation, Setback } from '../signer.ts';
import type { Clock } from '../../system/clock.ts';
import { coveringDomains } from './domain-coverage.ts';
import type { Wanted } from './judge-request.ts';
import type { AcmDomain } from './settings.ts';

/** The gate of one request's domains, at one step. */
export interface DomainGate {
  /** For a message. */
  readonly domains: string;
  check(): Setback | undefined;
  enter(): Setback | undefined;
  open(): void;
  shut(explanation: Explanation): Setback;
}

/**
 * Gates by the issuer's domains that names are of: a role may be allowed to issue for some and denied others
 * (https://docs.aws.amazon.com/acm/latest/userguide/acme-condition-keys.html, acm:DomainNames).
 */
export class DomainGates {
  readonly #gate: Gate;
  readonly #domains: readonly AcmDomain[];

  constructor(clock: Clock, domains: readonly AcmDomain[]) {
    this.#gate = new Gate(clock);
    this.#domains = domains;
  }

  of(step: 'order' | 'finalize', { names }: Wanted): DomainGate {
    const covering = names.map((name) => coveringDomains(name, this.#domains)[0]?.name ?? name);
    const domains = [...new Set(covering)].sort().join(', ');
    const key = `${step} ${domains}`;
    return {
      domains,
      check: () => this.#gate.check(key),
      enter: () => this.#gate.enter(key),
      open: () => this.#gate.open(key),
      shut: (explanation) => this.#gate.shut(key, explanation),
    };
  }
}
