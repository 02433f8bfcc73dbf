import type { Clock } from '../../system/clock.ts';
import { HeldBack } from '../paced.ts';
import { chooseZone, type ZoneChoice } from './choose-zone.ts';
import { plainName, withParents } from './names.ts';
import type { HostedZone, Route53Calls, ZonePage } from './route53-calls.ts';
import type { Route53Identity } from './route53-identity.ts';
import { ZoneIndex } from './zone-index.ts';

export type ZoneAnswer = ZoneChoice | { readonly kind: 'pending'; readonly afterMs: number };

/** Finds the zones that names belong to. Shared by all issuers: an account's zones are looked at once for all. */
export interface Zones {
  /** The longest public zone of the identity's account that holds `name`. Throws AwsError. */
  find(name: string, identity: Route53Identity): Promise<ZoneAnswer>;
  /** The zone is not there any more: its account is looked at anew. */
  forget(zoneId: string): void;
}

/** How long a zone that was found is believed to be there. */
const believedMs = 10 * 60_000;
/** How long it is believed that there is none: somebody may be about to create it. */
const missedMs = 15_000;

export function createZones({ clock }: { readonly clock: Pick<Clock, 'monotonic'> }): Zones {
  const accounts = new Map<string, AccountZones>();
  return {
    async find(name, { account, calls }) {
      const zones = accounts.get(account) ?? new AccountZones(clock);
      accounts.set(account, zones);
      try {
        return await zones.find(plainName(name), calls);
      } catch (error) {
        if (error instanceof HeldBack) return { kind: 'pending', afterMs: error.afterMs };
        throw error;
      }
    },
    forget(zoneId) {
      for (const [account, zones] of accounts) if (zones.holds(zoneId)) accounts.delete(account);
    },
  };
}

class AccountZones {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #index = new ZoneIndex();
  #loading: Promise<void> | undefined;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  holds(zoneId: string): boolean {
    return this.#index.holds(zoneId);
  }

  async find(name: string, calls: Route53Calls): Promise<ZoneChoice> {
    const choice = await this.#look(name, calls, believedMs);
    return choice.kind === 'none' ? this.#look(name, calls, missedMs) : choice;
  }

  /** A zone for a whole top-level domain is nobody's, or almost: it is asked for last, if at all. */
  async #look(name: string, calls: Route53Calls, maxAgeMs: number): Promise<ZoneChoice> {
    const [top, ...others] = withParents(name);
    const choice = chooseZone(name, await this.#load(others, calls, maxAgeMs));
    return choice.kind === 'none' && top !== undefined
      ? chooseZone(name, await this.#load([...others, top], calls, maxAgeMs))
      : choice;
  }

  /** The zones of exactly these names. Each call decides one of them at least, and mostly all. */
  async #load(names: readonly string[], calls: Route53Calls, maxAgeMs: number): Promise<readonly HostedZone[]> {
    const oldestMs = this.#clock.monotonic() - maxAgeMs;
    const unknown = () => names.find((name) => this.#index.at(name, oldestMs) === undefined);
    for (let start = unknown(); start !== undefined; start = unknown()) {
      if (this.#loading) await this.#loading;
      else await this.#once(() => this.#list(this.#index.hasLookedSince(oldestMs) ? start : undefined, calls));
    }
    return names.flatMap((name) => this.#index.at(name, oldestMs) ?? []);
  }

  /** Who comes meanwhile waits for it, and looks then at what it brought; a failure is that of who asked. */
  async #once(list: () => Promise<void>): Promise<void> {
    const listing = list();
    const ended = listing.then(
      () => undefined,
      () => undefined,
    );
    this.#loading = ended;
    try {
      await listing;
    } finally {
      this.#loading = undefined;
    }
  }

  /** Most accounts have no more zones than one page holds: that one is asked for first, from its beginning. */
  async #list(start: string | undefined, calls: Route53Calls): Promise<void> {
    const atMs = this.#clock.monotonic();
    let page = await calls.listHostedZonesByName(start === undefined ? undefined : { name: start });
    const zones = [...page.zones];
    while (page.next && isOneName(zones)) {
      page = await calls.listHostedZonesByName(page.next);
      zones.push(...page.zones);
    }
    this.#index.add({ from: start, to: lastName(page), zones, atMs }, atMs - believedMs);
  }
}

const isOneName = (zones: readonly HostedZone[]): boolean => zones.every(({ name }) => name === zones[0]?.name);

const lastName = ({ zones, next }: ZonePage): string | undefined =>
  next ? (zones.at(-1)?.name ?? next.name) : undefined;
