import type { Clock } from '../../system/clock.ts';
import { AwsError } from '../errors.ts';
import { ChangesUnderWay, type SyncAnswer } from './changes-under-way.ts';
import type { Route53Identity } from './route53-identity.ts';
import { cnameWish, noCnameWish, noTxtWish, type RecordInput, txtWish, type Wish } from './wishes.ts';
import type { Zones } from './zones.ts';
import { ZoneWriter } from './zone-writer.ts';

export type { RecordInput } from './wishes.ts';

export type RecordAnswer =
  /**
   * It is as it was wished. `changeId`: what was written for it, if it is known; until `isInSync` says so, name servers may
   * still answer as before. `written`: by this call.
   */
  | { readonly kind: 'done'; readonly written: boolean; readonly changeId?: string }
  /** Come again: nobody waits inside. The wish keeps its place. */
  | { readonly kind: 'pending'; readonly afterMs: number };

/**
 * Writes the records that prove control of domains. Shared by all issuers: of each zone one change is made at a time, and
 * wishes that wait together go together. Each throws AwsError.
 */
export interface Records {
  /** A CNAME of the name points to the value. What stands there is looked at first; nothing is written if it is that. */
  ensureCname(input: RecordInput, identity: Route53Identity): Promise<RecordAnswer>;
  /** Takes the CNAME away, but only if it points to the value. */
  removeCname(input: RecordInput, identity: Route53Identity): Promise<RecordAnswer>;
  /** The name has the text, beside others. */
  addTxt(input: RecordInput, identity: Route53Identity): Promise<RecordAnswer>;
  /** Takes that one text away. That it is not there is no error. */
  removeTxt(input: RecordInput, identity: Route53Identity): Promise<RecordAnswer>;
  /** Whether all name servers answer with the change. */
  isInSync(changeId: string, identity: Route53Identity): Promise<SyncAnswer>;
}

/** How long it is known which change wrote a record: long enough for everybody who waits for it. */
const rememberedMs = 10 * 60_000;

export function createRecords({
  clock,
  zones,
}: {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly zones: Pick<Zones, 'forget'>;
}): Records {
  const writers = new Map<string, ZoneWriter>();
  const changes = new ChangesUnderWay(clock);
  const written = new WrittenRecords(clock);

  async function fulfil(wish: Wish, zoneId: string, identity: Route53Identity): Promise<RecordAnswer> {
    const writer = writers.get(zoneId) ?? new ZoneWriter(zoneId, clock);
    writers.set(zoneId, writer);
    try {
      const answer = await writer.ask(wish, identity);
      if (answer.kind === 'pending') return answer;
      if (answer.change) changes.begun(answer.change);
      written.note(zoneId, wish, answer.change?.id);
      const changeId = answer.change?.id ?? written.changeOf(zoneId, wish);
      return { kind: 'done', written: answer.change !== undefined, ...(changeId === undefined ? {} : { changeId }) };
    } catch (error) {
      if (error instanceof AwsError && error.code === 'NoSuchHostedZone') zones.forget(zoneId);
      throw error;
    } finally {
      if (writer.isIdle) writers.delete(zoneId);
    }
  }

  return {
    ensureCname: (input, identity) => fulfil(cnameWish(input), input.zone.id, identity),
    removeCname: (input, identity) => fulfil(noCnameWish(input), input.zone.id, identity),
    addTxt: async (input, identity) => {
      const wish = txtWish(input);
      // Who comes to see whether it is in sync must not write it anew each time, which would begin the waiting anew.
      const changeId = written.changeOf(input.zone.id, wish);
      if (changeId !== undefined) return { kind: 'done', written: false, changeId };
      return fulfil(wish, input.zone.id, identity);
    },
    removeTxt: (input, identity) => fulfil(noTxtWish(input), input.zone.id, identity),
    isInSync: (changeId, identity) => changes.isInSync(changeId, identity),
  };
}

/** Which change wrote a record last. */
class WrittenRecords {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #last = new Map<string, { readonly key: string; readonly changeId: string; readonly atMs: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Without `changeId`: it was so already. */
  note(zoneId: string, { key, subject }: Wish, changeId: string | undefined): void {
    const now = this.#clock.monotonic();
    for (const [known, { atMs }] of this.#last) if (now - atMs > rememberedMs) this.#last.delete(known);
    const place = `${zoneId} ${subject}`;
    if (changeId !== undefined) this.#last.set(place, { key, changeId, atMs: now });
    else if (this.#last.get(place)?.key !== key) this.#last.delete(place);
  }

  /** Undefined too when something else was written about the same since then. */
  changeOf(zoneId: string, { key, subject }: Wish): string | undefined {
    const last = this.#last.get(`${zoneId} ${subject}`);
    return last?.key === key && this.#clock.monotonic() - last.atMs <= rememberedMs ? last.changeId : undefined;
  }
}
