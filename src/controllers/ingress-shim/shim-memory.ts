import { isDeepStrictEqual } from 'node:util';
import type { Certificate } from '../../api/certificate.ts';
import { createTokenBuckets, type TokenBuckets } from '../../runtime/token-buckets.ts';
import type { Clock } from '../../system/clock.ts';
import type { ShimAction, ShimEvent, ShimObject, WantedCertificate } from './shim-plan.ts';

/** What this process knows of one object beyond what the API server shows. */
interface ObjectMemory {
  readonly uid: string;
  /** The state of the object whose problems were told, and which these were. */
  state: Pick<ShimObject['metadata'], 'generation' | 'annotations'>;
  readonly told: Set<string>;
  /** Keys of Certificates that somebody else holds. */
  waitsFor: readonly string[];
  /** A patch that was refused without a reason: `namespace/name@resourceVersion` of what it was for, and how often. */
  unclear: { readonly patched: string; readonly times: number };
  /** Updates that came back otherwise than they were sent, by the Certificate's name. */
  readonly overruled: Map<string, OverruledUpdate>;
}

interface OverruledUpdate {
  /** What the Certificate was left as, and what it was to be. */
  readonly state: string;
  /** Monotonic. */
  readonly until: number;
}

/**
 * Passes that write, for one object: who edits by hand never waits, and a storm is written every 15 s. Each change of a
 * spec may buy a certificate.
 */
const writeBurst = 5;
const writeRefillMs = 15_000;
/** Of the same patch; until then the watch may just be late. */
const mostUnclear = 3;
/** Texts that were told about one state of an object; an API server may find ever new ones for the same refusal. */
const mostTold = 50;

/** The memories of the objects that something was done or told about: lost on restart, and no harm is done by that. */
export class ShimMemories {
  readonly #byKey = new Map<string, ObjectMemory>();
  /** Objects by the key of the Certificate that they wait for. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #clock: Clock;
  readonly #writes: TokenBuckets;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#writes = createTokenBuckets(clock, writeBurst, writeRefillMs, Number.POSITIVE_INFINITY);
  }

  get size(): number {
    return this.#byKey.size;
  }

  forget(key: string): void {
    this.#wait(key, []);
    this.#writes.forget(key);
    this.#byKey.delete(key);
  }

  /** Says what the object waits for from now on. */
  waitFor(key: string, object: ShimObject, certificateKeys: readonly string[]): void {
    const isNothingNew = certificateKeys.length === 0 && !this.#byKey.has(key);
    if (!isNothingNew) this.#wait(key, certificateKeys, this.#of(key, object));
  }

  /** Keys of the objects that wait for this Certificate. */
  waitingFor(certificateKey: string): readonly string[] {
    return [...(this.#waiting.get(certificateKey) ?? [])];
  }

  /** Whether this problem of the object, as it is now, has not been told yet; it counts as told afterwards. */
  isNews(key: string, object: ShimObject, { type, reason, message }: ShimEvent): boolean {
    const memory = this.#of(key, object);
    const { generation, annotations } = object.metadata;
    const isSameState =
      memory.state.generation === generation && isDeepStrictEqual(memory.state.annotations, annotations);
    if (!isSameState) {
      memory.told.clear();
      memory.state = stateOf(object);
    }
    const problem = JSON.stringify([type, reason, message]);
    if (memory.told.has(problem)) return false;
    if (memory.told.size >= mostTold) memory.told.clear();
    memory.told.add(problem);
    return true;
  }

  /** How long until the object's Certificates may be written again, milliseconds; 0: now. */
  msUntilWrite(key: string): number {
    return this.#writes.msUntilNext(key);
  }

  writes(key: string, object: ShimObject): void {
    this.#of(key, object);
    this.#writes.take(key);
  }

  /** Counts a patch that was refused without a reason; whether that is more than a late watch by now. */
  isUnclearForGood(key: string, object: ShimObject, patched: string): boolean {
    const memory = this.#of(key, object);
    const times = memory.unclear.patched === patched ? memory.unclear.times + 1 : 1;
    memory.unclear = { patched, times };
    return times >= mostUnclear;
  }

  /** An update left the Certificate as `left`, other than it was to be: the same is not done again for so long. */
  overruled(key: string, object: ShimObject, left: Certificate, wanted: WantedCertificate, forMs: number): void {
    const update = { state: updateState(left, wanted), until: this.#clock.monotonic() + forMs };
    this.#of(key, object).overruled.set(left.metadata.name, update);
  }

  /** How long until this is worth a try, milliseconds; 0: now. */
  msUntilTry(key: string, action: ShimAction): number {
    if (action.kind !== 'update') return 0;
    const update = this.#byKey.get(key)?.overruled.get(action.existing.metadata.name);
    if (update === undefined || update.state !== updateState(action.existing, action.certificate)) return 0;
    return Math.max(0, update.until - this.#clock.monotonic());
  }

  /** Another uid under the same name is another object. */
  #of(key: string, object: ShimObject): ObjectMemory {
    const known = this.#byKey.get(key);
    if (known?.uid === object.metadata.uid) return known;
    this.forget(key);
    const created: ObjectMemory = {
      ...{ uid: object.metadata.uid, state: stateOf(object), told: new Set(), waitsFor: [] },
      ...{ unclear: { patched: '', times: 0 }, overruled: new Map() },
    };
    this.#byKey.set(key, created);
    return created;
  }

  #wait(key: string, certificateKeys: readonly string[], memory = this.#byKey.get(key)): void {
    if (!memory) return;
    for (const certificateKey of memory.waitsFor) {
      const waiting = this.#waiting.get(certificateKey);
      waiting?.delete(key);
      if (waiting?.size === 0) this.#waiting.delete(certificateKey);
    }
    memory.waitsFor = certificateKeys;
    for (const certificateKey of certificateKeys) {
      const waiting = this.#waiting.get(certificateKey) ?? new Set<string>();
      this.#waiting.set(certificateKey, waiting.add(key));
    }
  }
}

function updateState({ metadata: { uid, labels }, spec }: Certificate, wanted: WantedCertificate): string {
  return JSON.stringify([uid, labels, spec, wanted.metadata.labels, wanted.metadata.annotations, wanted.spec]);
}

function stateOf({ metadata: { generation, annotations } }: ShimObject): ObjectMemory['state'] {
  return { ...(generation === undefined ? {} : { generation }), ...(annotations === undefined ? {} : { annotations }) };
}
