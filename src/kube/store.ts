import type { Store } from './informer.ts';
import { keyOf, type KubeObject } from './objects.ts';

/** Gives the values under which an object is found by `byIndex`. Pure, and may not throw. */
export type Indexer<T extends KubeObject> = (object: T) => readonly string[];

export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly previous: T; readonly current: T }
  | { readonly type: 'deleted'; readonly object: T };

/** A store that says what each write changed. Objects and indexes change together, between two turns of the event loop. */
export class ObjectStore<T extends KubeObject> implements Store<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexers: Readonly<Record<string, Indexer<T>>>;
  /** Index name, then value, then the objects by their key. */
  readonly #indexes = new Map<string, Map<string, Map<string, T>>>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    this.#indexers = indexers;
    for (const name of Object.keys(indexers)) this.#indexes.set(name, new Map());
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  byIndex(name: string, value: string): T[] {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new RangeError(`the store has no index ${name}`);
    return [...(index.get(value)?.values() ?? [])];
  }

  /** The object as it is now. An object of the same name with another uid was deleted and created in between. */
  put(object: T): Change<T>[] {
    const key = keyOf(object.metadata);
    const previous = this.#objects.get(key);
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion) return [];
    if (previous !== undefined) this.#unindex(key, previous);
    this.#objects.set(key, object);
    this.#index(key, object);
    if (previous === undefined) return [{ type: 'added', object }];
    if (previous.metadata.uid === object.metadata.uid) return [{ type: 'updated', previous, current: object }];
    return [
      { type: 'deleted', object: previous },
      { type: 'added', object },
    ];
  }

  /** Removes the object; `last` is its last state. Nothing changes when the store does not have it. */
  remove(last: T): Change<T>[] {
    const key = keyOf(last.metadata);
    const held = this.#objects.get(key);
    if (held === undefined) return [];
    this.#unindex(key, held);
    this.#objects.delete(key);
    return [{ type: 'deleted', object: last }];
  }

  /** Makes the store hold exactly these objects. */
  replace(objects: readonly T[]): Change<T>[] {
    const wanted = new Set(objects.map((object) => keyOf(object.metadata)));
    const gone = [...this.#objects].filter(([key]) => !wanted.has(key)).map(([, object]) => object);
    return [...gone.flatMap((object) => this.remove(object)), ...objects.flatMap((object) => this.put(object))];
  }

  #index(key: string, object: T): void {
    for (const [name, values] of this.#valuesOf(object)) {
      const index = this.#indexes.get(name);
      for (const value of values) {
        const entry = index?.get(value) ?? new Map<string, T>();
        index?.set(value, entry.set(key, object));
      }
    }
  }

  #unindex(key: string, object: T): void {
    for (const [name, values] of this.#valuesOf(object)) {
      const index = this.#indexes.get(name);
      for (const value of values) {
        const entry = index?.get(value);
        entry?.delete(key);
        if (entry?.size === 0) index?.delete(value);
      }
    }
  }

  #valuesOf(object: T): (readonly [string, readonly string[]])[] {
    return Object.entries(this.#indexers).map(([name, indexer]) => [name, indexer(object)] as const);
  }
}
