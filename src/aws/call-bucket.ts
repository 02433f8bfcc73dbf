import { FairLine, type Place } from './fair-line.ts';
import { TokenFlow } from './token-flow.ts';

/**
 * Nobody is told to stay away for longer than this, or than a quarter of a longer wait: what was reckoned may change. The
 * slower the flow, the longer.
 */
const longestAbsenceMs = 5_000;
const absenceShare = 0.25;
/** Who is later than this holds up nobody, but finds its place again; who is much later has gone. */
const graceMs = 1_000;
const forgottenAfterMs = 60_000;
const sweepEveryMs = 250;
/** How soon to ask again while as many calls are under way as there may be: when they are answered nobody knows. */
const answerMs = 100;
/** Two instants that are reckoned in different ways may differ by so much of a token. */
const rounding = 1e-6;

/** However slowly the calls flow, one that is throttled again and again is made ever more rarely, up to this. */
const longestThrottledMs = 8_000;
const throttledMs = (times: number): number => Math.min(longestThrottledMs, 250 * 2 ** times);

/** What became of a turn: the call was made, and throttled or not; or it was not made. */
export type Ending = 'called' | 'throttled' | 'unused';

export interface Waiting extends Place {
  /** When it was told to ask again. */
  dueMs: number;
  /** How often the service throttled it. */
  throttles: number;
  isInLine: boolean;
}

/**
 * The calls of one operation in an account and region. A token bucket that pays when a call is answered, and counts it
 * as good as paid while it is under way. So for any span of time the calls that can reach the service in it, however
 * they were held up and bunched on their way, are no more than the bucket holds and the rate brings in that span.
 * Times are monotonic milliseconds.
 */
export class CallBucket {
  readonly rate: number;
  /** A fifth of a second's calls is left to others who use the quota, and to clocks that differ. */
  readonly #capacity: number;
  readonly #flow: TokenFlow;
  #minted = 0;
  #tokens: number;
  #underWay = 0;
  readonly #line = new FairLine();
  readonly #waiting = new Map<string, Waiting>();
  #arrivals = 0;
  #sweptAt = -Infinity;

  constructor(rate: number, now: number) {
    this.rate = rate;
    this.#flow = new TokenFlow(rate, now);
    this.#capacity = Math.max(1, Math.floor(rate * 0.8));
    this.#tokens = this.#capacity;
  }

  /** Takes the turn if it is there; else tells after how many milliseconds to ask again. */
  ask(claimant: string, ticket: string, now: number): Waiting | number {
    this.#fill(now);
    this.#sweep(now);
    const place = this.#waiting.get(ticket) ?? this.#arrive(claimant, ticket);
    const afterMs = this.#hold(place, now);
    if (afterMs !== undefined) return afterMs;
    this.#waiting.delete(ticket);
    place.isInLine = false;
    this.#line.serve(place);
    this.#underWay += 1;
    return place;
  }

  /** For who has asked before, and not yet had its turn: as `ask`, but the turn is not taken. Else undefined. */
  stillWaits(ticket: string, now: number): number | undefined {
    this.#fill(now);
    this.#sweep(now);
    const place = this.#waiting.get(ticket);
    return place && this.#hold(place, now);
  }

  /** A turn is over. Who was throttled keeps its place, and is told when to ask again. */
  end(place: Waiting, ending: Ending, now: number): number | undefined {
    this.#fill(now);
    this.#underWay -= 1;
    if (ending !== 'unused') this.#tokens -= 1;
    if (ending !== 'throttled') return undefined;
    // What the service has left is unknown: no burst for those who come now.
    if (this.#flow.slowDown(now)) this.#tokens = Math.min(this.#tokens, this.#underWay);
    const again = this.#waiting.get(place.ticket) ?? place;
    again.throttles += 1;
    this.#waiting.set(place.ticket, again);
    if (!again.isInLine) this.#enter(again);
    return this.#sendAway(again, this.#lackingFor(again), now, throttledMs(again.throttles));
  }

  /** Whether a new bucket would behave as this one. */
  isAsNew(now: number): boolean {
    this.#fill(now);
    this.#sweep(now);
    const isFull = this.#tokens >= this.#capacity && this.#flow.fraction === 1;
    return isFull && this.#underWay === 0 && this.#waiting.size === 0;
  }

  /** How many calls wait whose owners can be expected to come. */
  waiting(now: number): number {
    this.#sweep(now);
    return [...this.#waiting.values()].filter(({ isInLine }) => isInLine).length;
  }

  #fill(now: number): void {
    const minted = this.#flow.minted(now);
    this.#tokens = Math.min(this.#capacity, this.#tokens + minted - this.#minted);
    this.#minted = minted;
  }

  #arrive(claimant: string, ticket: string): Waiting {
    const place = { claimant, ticket, number: this.#arrivals++, dueMs: 0, throttles: 0, isInLine: false };
    this.#waiting.set(ticket, place);
    return place;
  }

  #enter(place: Waiting): void {
    place.isInLine = true;
    this.#line.enter(place);
  }

  #lackingFor(place: Place): number {
    return this.#line.rank(place) + 1 + this.#underWay - this.#tokens;
  }

  /** Keeps the place in line. Undefined when its turn is there. */
  #hold(place: Waiting, now: number): number | undefined {
    if (!place.isInLine) this.#enter(place);
    const lacking = this.#lackingFor(place);
    return lacking > rounding ? this.#sendAway(place, lacking, now) : undefined;
  }

  #sendAway(place: Waiting, lacking: number, now: number, throttledForMs = 0): number {
    const wholeMs = this.#flow.msUntil(Math.max(0, lacking));
    const leastMs = this.#underWay >= this.#capacity ? answerMs : 1;
    const mostMs = Math.max(longestAbsenceMs / this.#flow.fraction, wholeMs * absenceShare);
    const afterMs = Math.ceil(Math.max(leastMs, throttledForMs, Math.min(wholeMs, mostMs)));
    place.dueMs = now + afterMs;
    return afterMs;
  }

  /** Takes those out of the line who did not come back: their requests may be gone, or their issuer faulty. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    for (const place of this.#waiting.values()) {
      if (now - place.dueMs > forgottenAfterMs) this.#waiting.delete(place.ticket);
      if (!place.isInLine || now - place.dueMs <= graceMs) continue;
      this.#line.leave(place);
      place.isInLine = false;
    }
    this.#line.tidy();
  }
}
