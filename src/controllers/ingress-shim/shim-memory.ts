import { isDeepStrictEqual } from 'node:util';
import type { ShimEvent, ShimObject } from './shim-plan.ts';

/** What this process knows of one object beyond what the API server shows. */
interface ObjectMemory {
  readonly uid: string;
  /** The state of the object whose problems were told, and which these were. */
  state: Pick<ShimObject['metadata'], 'generation' | 'annotations'>;
  readonly told: Set<string>;
  /** Keys of Certificates that somebody else holds. */
  waitsFor: readonly string[];
  /** Monotonic milliseconds. */
  wroteAt: number;
  nextWriteAt: number;
  /** Writes that followed each other without a minute of calm. */
  streak: number;
  /** A patch that was refused without a reason: `namespace/name@resourceVersion` of what it was for. */
  unclear: string | undefined;
}

/** Writes for one object: at once, then a second apart, then twice that, … */
const firstGapMs = 1_000;
const longestGapMs = 16_000;
/** After so long without one, the next is at once again. */
const calmMs = 60_000;

/** The memories of the objects that something was done or told about: lost on restart, and no harm is done by that. */
export class ShimMemories {
  readonly #byKey = new Map<string, ObjectMemory>();
  /** Objects by the key of the Certificate that they wait for. */
  readonly #waiting = new Map<string, Set<string>>();

  get size(): number {
    return this.#byKey.size;
  }

  forget(key: string): void {
    this.#wait(key, []);
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
    memory.told.add(problem);
    return true;
  }

  /** How long until the object's Certificates may be written again, milliseconds; 0: now. */
  msUntilWrite(key: string, nowMs: number): number {
    return Math.max(0, (this.#byKey.get(key)?.nextWriteAt ?? 0) - nowMs);
  }

  writes(key: string, object: ShimObject, nowMs: number): void {
    const memory = this.#of(key, object);
    if (nowMs - memory.wroteAt > calmMs) memory.streak = 0;
    memory.wroteAt = nowMs;
    memory.nextWriteAt = nowMs + Math.min(firstGapMs * 2 ** memory.streak, longestGapMs);
    memory.streak += 1;
  }

  /** Whether the same patch was refused without a reason before. */
  wasUnclear(key: string, object: ShimObject, patched: string): boolean {
    const memory = this.#of(key, object);
    const isAgain = memory.unclear === patched;
    memory.unclear = patched;
    return isAgain;
  }

  /** Another uid under the same name is another object. */
  #of(key: string, object: ShimObject): ObjectMemory {
    const known = this.#byKey.get(key);
    if (known?.uid === object.metadata.uid) return known;
    this.forget(key);
    const created: ObjectMemory = {
      ...{ uid: object.metadata.uid, state: stateOf(object), told: new Set(), waitsFor: [] },
      ...{ wroteAt: Number.NEGATIVE_INFINITY, nextWriteAt: Number.NEGATIVE_INFINITY, streak: 0, unclear: undefined },
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

function stateOf({ metadata: { generation, annotations } }: ShimObject): ObjectMemory['state'] {
  return { ...(generation === undefined ? {} : { generation }), ...(annotations === undefined ? {} : { annotations }) };
}
