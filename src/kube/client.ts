import type { KubeObject, ObjectName, Resource } from './objects.ts';

/** One page of a list. Items carry apiVersion and kind, which the API server leaves out. */
export interface KubeList<T> {
  readonly items: T[];
  readonly resourceVersion: string;
  /** Present while more pages follow. */
  readonly continue?: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: 'NotOlderThan' | 'Exact';
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly timeoutSeconds?: number;
  /**
   * Begins with an ADDED event for every object there is, then a bookmark with `initialEventsEnd`; without a
   * resourceVersion they are at least as new as all that was written before. A server that does not offer it refuses with 422.
   * https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
   */
  readonly sendInitialEvents?: boolean;
  /** Ends the watch with a TransportError when nothing, not even a bookmark, arrived for so long. */
  readonly inactivityMs?: number;
}

export interface ObjectEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

export type WatchEvent<T> =
  ObjectEvent<T> | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

/**
 * A change to an object. `apply` is server-side apply with `force` (the body states everything this field manager
 * wants; what it leaves out and applied before is removed).
 */
export type Patch =
  | { readonly type: 'merge'; readonly body: object }
  | { readonly type: 'json'; readonly body: readonly object[] }
  | { readonly type: 'apply'; readonly body: object };

export interface CallOptions {
  /** Ends the call early. */
  readonly signal?: AbortSignal;
  /** Deadline of the whole call, milliseconds; default 30 000. */
  readonly timeoutMs?: number;
}

export interface PatchOptions extends CallOptions {
  readonly subresource?: 'status';
  /** Required by the API server for `apply`, recorded in managedFields for the others. */
  readonly fieldManager: string;
}

export interface ReplaceOptions extends CallOptions {
  readonly subresource?: 'status';
  /** Recorded in managedFields; without it, the API server takes it from the user agent. */
  readonly fieldManager?: string;
}

/** What must be true of the object as it is stored, else the call is refused as a conflict. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/**
 * The Kubernetes API over one pool of connections. Every call has a deadline and ends when its signal aborts; it throws
 * ApiError when the server answered no, TransportError when no answer came, and never retries by itself.
 */
export interface KubeClient {
  get<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options?: CallOptions): Promise<T>;
  list<T extends KubeObject>(resource: Resource<T>, options?: ListOptions & CallOptions): Promise<KubeList<T>>;
  /** Ends without error when the server closes the watch; throws ApiError for an ERROR event (410: `Expired`). */
  watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions & { readonly signal?: AbortSignal },
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    body: object,
    options?: CallOptions,
  ): Promise<T>;
  /** POST to an object's subresource (`token` of a ServiceAccount); resolves with what the server made of the body. */
  createSubresource<T extends KubeObject>(
    resource: Resource,
    name: ObjectName,
    subresource: string,
    body: object,
    options?: CallOptions,
  ): Promise<T>;
  /** PUT: the body carries the resourceVersion that was read. */
  replace<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    body: object,
    options?: ReplaceOptions,
  ): Promise<T>;
  patch<T extends KubeObject>(resource: Resource<T>, name: ObjectName, patch: Patch, options: PatchOptions): Promise<T>;
  delete(resource: Resource, name: ObjectName, options?: CallOptions & Preconditions): Promise<void>;
  /** The plural names of what the API server serves in a group's version; empty when it does not serve that version. */
  servedResources(group: string, version: string, options?: CallOptions): Promise<ReadonlySet<string>>;
  /** Closes idle connections and refuses further calls. */
  close(): Promise<void>;
}
