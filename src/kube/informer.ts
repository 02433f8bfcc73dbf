import type { KubeObject } from './objects.ts';

/** Objects of one kind as last seen. Objects are shared and frozen in tests: never change one. */
export interface Store<T extends KubeObject> {
  readonly size: number;
  get(key: string): T | undefined;
  list(): T[];
  /** The objects for which the indexer `name` gave `value`. */
  byIndex(name: string, value: string): T[];
}

/** What follows a change in the store. Handlers only enqueue keys; they do no I/O and may not throw. */
export interface InformerHandler<T extends KubeObject> {
  /** `initial` is true for the objects of the first list. */
  added?(object: T, initial: boolean): void;
  updated?(previous: T, current: T): void;
  /** `object` is the last state that was seen. */
  deleted?(object: T): void;
}

/** Keeps a store equal to the API server's objects, by list and watch. */
export interface Informer<T extends KubeObject> {
  readonly store: Store<T>;
  addHandler(handler: InformerHandler<T>): void;
  /** True once the first list has been delivered to the handlers. */
  readonly synced: boolean;
  /** Resolves when `synced` turns true. */
  whenSynced(signal?: AbortSignal): Promise<void>;
  /** Lists and watches until the signal aborts; resolves then. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}
