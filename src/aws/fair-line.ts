/** A call that waits for its turn. */
export interface Place {
  readonly ticket: string;
  /** Whose call it is: turns are shared out evenly among claimants. */
  readonly claimant: string;
  /** Its arrival among all; a claimant's own calls go in this order. */
  readonly number: number;
}

/** The waiting calls of one claimant, in order of arrival; and when, in virtual time, the first of them begins. */
interface Claimant {
  readonly order: number;
  start: number;
  readonly places: Place[];
}

/**
 * Who goes before whom: claimants by turns, each claimant's calls in order of arrival. Start-time fair queueing (Goyal,
 * Vin, Cheng: https://doi.org/10.1145/248156.248171) with calls of one size: the n-th waiting call of a claimant begins n
 * calls of virtual time after its last one, or after the call that was served last by anybody, whichever is later. So who
 * comes anew goes next but one, and nobody is paid back for time in which it asked for nothing.
 */
export class FairLine {
  readonly #claimants = new Map<string, Claimant>();
  /** Where the call that was served last began. */
  #virtualTime = 0;
  #claimantsSeen = 0;

  /** Takes the place among its claimant's calls that its number gives it. */
  enter(place: Place): void {
    const claimant = this.#claimantOf(place);
    if (claimant.places.length === 0) claimant.start = Math.max(claimant.start, this.#virtualTime);
    claimant.places.splice(indexOf(claimant.places, place), 0, place);
  }

  /** How many of those in line go before it. The place is to be in line. */
  rank(place: Place): number {
    const own = this.#claimantOf(place);
    const index = indexOf(own.places, place);
    const begins = own.start + index;
    let before = index;
    for (const other of this.#claimants.values()) {
      if (other === own) continue;
      const winsTie = other.order < own.order ? 1 : 0;
      before += Math.max(0, Math.min(other.places.length, begins - other.start + winsTie));
    }
    return before;
  }

  /** Gives the turn to a place in line, which leaves. */
  serve(place: Place): void {
    const claimant = this.#claimantOf(place);
    this.leave(place);
    this.#virtualTime = Math.max(this.#virtualTime, claimant.start);
    claimant.start += 1;
  }

  leave(place: Place): void {
    const { places } = this.#claimantOf(place);
    const index = indexOf(places, place);
    if (places[index] === place) places.splice(index, 1);
  }

  /** Forgets claimants that wait for nothing and have had no more than others. */
  tidy(): void {
    for (const [name, { places, start }] of this.#claimants)
      if (places.length === 0 && start <= this.#virtualTime) this.#claimants.delete(name);
  }

  #claimantOf({ claimant: name }: Place): Claimant {
    const known = this.#claimants.get(name);
    if (known) return known;
    const created = { order: this.#claimantsSeen++, start: this.#virtualTime, places: [] };
    this.#claimants.set(name, created);
    return created;
  }
}

/** Where the place is, or belongs, among those of its claimant. */
function indexOf(places: readonly Place[], { number }: Place): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as Place).number < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
