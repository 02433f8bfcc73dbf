import { isSurelyBefore } from './names.ts';
import type { HostedZone } from './route53-calls.ts';

/** All zones of an account from one name to another, as they were at an instant. */
export interface ZoneRun {
  /** Undefined: from the first one. */
  readonly from: string | undefined;
  /** Up to this name, of which there may be more; undefined: to the last one. */
  readonly to: string | undefined;
  readonly zones: readonly HostedZone[];
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/** What is known of an account's zones. It may have thousands, of which nobody wants to list all. */
export class ZoneIndex {
  #runs: ZoneRun[] = [];

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** The zones of exactly this name; undefined: since `sinceMs` nobody has looked. */
  at(name: string, sinceMs: number): readonly HostedZone[] | undefined {
    const run = this.#runs.findLast((candidate) => candidate.atMs >= sinceMs && covers(candidate, name));
    return run?.zones.filter((zone) => zone.name === name);
  }

  /** Whether anybody has looked at all since then. */
  hasLookedSince(sinceMs: number): boolean {
    return this.#runs.some(({ atMs }) => atMs >= sinceMs);
  }

  holds(zoneId: string): boolean {
    return this.#runs.some(({ zones }) => zones.some(({ id }) => id === zoneId));
  }

  add(run: ZoneRun, sinceMs: number): void {
    this.#runs = [...this.#runs.filter(({ atMs }) => atMs >= sinceMs), run];
  }
}

/** A run holds all zones of the name that it begins with. */
function covers({ from, to }: ZoneRun, name: string): boolean {
  if (from === name) return true;
  return (from === undefined || isSurelyBefore(from, name)) && (to === undefined || isSurelyBefore(name, to));
}
