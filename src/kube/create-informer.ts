import type { Clock } from '../system/clock.ts';
import type { Logger } from '../system/logger.ts';
import type { Random } from '../system/random.ts';
import type { KubeClient } from './client.ts';
import type { Informer, InformerHandler, Store } from './informer.ts';
import { keyOf, type KubeObject, type Resource } from './objects.ts';
import { Reflector, type ReflectorSink } from './reflector.ts';
import { type Change, type Indexer, ObjectStore } from './store.ts';
import { deepFreeze, stripManagedFields, type Transform } from './transforms.ts';

export interface InformerOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource<T>;
  /** Left out: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** `matches` says the same as `selector`, for API servers that do not know the selector's fields (custom resources). */
  readonly fieldSelector?: { readonly selector: string; matches(object: T): boolean };
  /** What it refuses stays out of the store, and an object that it refuses from now on leaves it as if deleted. */
  readonly keeps?: (object: T) => boolean;
  /** Default: leaves out managedFields. */
  readonly transform?: Transform<T>;
  readonly indexers?: Readonly<Record<string, Indexer<T>>>;
  /** Objects a page of the list, where it does not come as a stream; default 50. */
  readonly pageSize?: number;
  /** Freezes stored objects, so that changing one throws. For tests: it costs a walk through every object. */
  readonly freeze?: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Keeps a local copy of the objects of one kind and tells its handlers what changes. */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new SharedInformer(options);
}

class SharedInformer<T extends KubeObject> implements Informer<T>, ReflectorSink<T> {
  readonly #options: InformerOptions<T>;
  readonly #logger: Logger;
  readonly #store: ObjectStore<T>;
  readonly #handlers: InformerHandler<T>[] = [];
  readonly #sync = Promise.withResolvers<undefined>();
  #synced = false;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    this.#logger = options.logger.child({ resource: `${options.resource.plural}.${options.resource.group}` });
    this.#store = new ObjectStore(options.indexers);
  }

  get store(): Store<T> {
    return this.#store;
  }

  get synced(): boolean {
    return this.#synced;
  }

  addHandler(handler: InformerHandler<T>): void {
    this.#handlers.push(handler);
    // One that comes late starts from what the others have been told.
    for (const object of this.#store.list()) this.#deliver(handler, { type: 'added', object }, true);
  }

  whenSynced(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => reject(signal?.reason as Error);
      if (signal?.aborted) fail();
      else signal?.addEventListener('abort', fail, { once: true });
      void this.#sync.promise.then(() => {
        signal?.removeEventListener('abort', fail);
        resolve();
      });
    });
  }

  run(signal: AbortSignal): Promise<void> {
    const { fieldSelector, pageSize = 50, ...rest } = this.#options;
    const reflector = new Reflector({
      ...rest,
      fieldSelector: fieldSelector?.selector,
      pageSize,
      logger: this.#logger,
      sink: this,
    });
    return reflector.run(signal);
  }

  admit(object: T): T | undefined {
    const { fieldSelector, keeps, transform = stripManagedFields, freeze } = this.#options;
    try {
      const held = this.#store.get(keyOf(object.metadata));
      // Of a list that repeats what is here, nothing is kept twice.
      if (held !== undefined && isSameState(held, object)) return held;
      if (fieldSelector !== undefined && !fieldSelector.matches(object)) return undefined;
      if (keeps !== undefined && !keeps(object)) return undefined;
      return freeze ? deepFreeze(transform(object)) : transform(object);
    } catch (error) {
      // One odd object must not keep the others from being seen.
      this.#logger.error({ error, object: keyOf(object.metadata) }, 'an object could not be taken in and is left out');
      return undefined;
    }
  }

  replaced(objects: readonly T[]): void {
    const initial = !this.#synced;
    this.#deliverAll(this.#store.replace(objects), initial);
    this.#synced = true;
    this.#sync.resolve(undefined);
  }

  changed(object: T): void {
    const admitted = this.admit(object);
    // An object that is not kept any more arrives as a mere change, and so does, without the server's field selector, one
    // that stops matching.
    this.#deliverAll(admitted === undefined ? this.#store.remove(object) : this.#store.put(admitted), false);
  }

  deleted(object: T): void {
    this.#deliverAll(this.#store.remove(this.admit(object) ?? object), false);
  }

  #deliverAll(changes: readonly Change<T>[], initial: boolean): void {
    for (const change of changes) for (const handler of this.#handlers) this.#deliver(handler, change, initial);
  }

  #deliver(handler: InformerHandler<T>, change: Change<T>, initial: boolean): void {
    try {
      if (change.type === 'added') handler.added?.(change.object, initial);
      else if (change.type === 'updated') handler.updated?.(change.previous, change.current);
      else handler.deleted?.(change.object);
    } catch (error) {
      this.#logger.error({ error }, 'an informer handler threw; the next change is delivered all the same');
    }
  }
}

const isSameState = (held: KubeObject, { metadata: { uid, resourceVersion } }: KubeObject): boolean =>
  held.metadata.uid === uid && held.metadata.resourceVersion === resourceVersion;
