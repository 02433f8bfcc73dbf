import type {
  CallOptions,
  KubeClient,
  KubeList,
  ListOptions,
  Patch,
  PatchOptions,
  Preconditions,
  ReplaceOptions,
  WatchEvent,
  WatchOptions,
} from './client.ts';
import { isNotFound, TransportError } from './errors.ts';
import { parseJsonLines } from './json-lines.ts';
import { apiVersionOf, type KubeObject, type ObjectName, type Resource } from './objects.ts';
import { collectionPath, objectPath, withQuery } from './resource-path.ts';
import { Transport, type TransportOptions, type TransportRequest } from './transport.ts';
import { parseWatchEvent } from './watch-event.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Above the minute after which the API server sends a bookmark on a quiet watch. */
const DEFAULT_INACTIVITY_MS = 90_000;

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#patch-and-apply */
const CONTENT_TYPE: Record<Patch['type'], string> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A client of its own pool of connections; a lease deserves one that nothing else uses. */
export function createKubeClient(options: TransportOptions): KubeClient {
  return new RestClient(new Transport(options));
}

interface WireList<T> {
  readonly items?: T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#unaggregated-discovery */
interface WireResources {
  readonly resources?: readonly { readonly name: string }[] | null;
}

class RestClient implements KubeClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  get<T extends KubeObject>(resource: Resource<T>, name: ObjectName, options?: CallOptions): Promise<T> {
    return this.#call<T>({ method: 'GET', path: objectPath(resource, name) }, options);
  }

  async list<T extends KubeObject>(
    resource: Resource<T>,
    options: ListOptions & CallOptions = {},
  ): Promise<KubeList<T>> {
    const { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = options;
    const query = {
      labelSelector,
      fieldSelector,
      limit,
      continue: options.continue,
      resourceVersion,
      resourceVersionMatch,
    };
    const path = withQuery(collectionPath(resource, options.namespace), query);
    const { items, metadata } = await this.#call<WireList<T>>({ method: 'GET', path }, options);
    const typed = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    return {
      items: (items ?? []).map((item) => ({ ...typed, ...item })),
      resourceVersion: metadata?.resourceVersion ?? '',
      ...(metadata?.continue ? { continue: metadata.continue } : {}),
    };
  }

  async *watch<T extends KubeObject>(
    resource: Resource<T>,
    options: WatchOptions & { readonly signal?: AbortSignal },
  ): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { namespace, signal, inactivityMs = DEFAULT_INACTIVITY_MS, ...query } = options;
    const match = query.sendInitialEvents ? { resourceVersionMatch: 'NotOlderThan' } : {};
    const all = { ...query, ...match, watch: true, allowWatchBookmarks: true };
    const path = withQuery(collectionPath(resource, namespace), all);
    const chunks = this.#transport.stream({ method: 'GET', path, signal, timeoutMs: inactivityMs });
    try {
      for await (const line of parseJsonLines(chunks)) yield parseWatchEvent<T>(line);
    } catch (error) {
      throw error instanceof SyntaxError ? brokenWatch(resource) : error;
    }
  }

  create<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    body: object,
    options?: CallOptions,
  ): Promise<T> {
    return this.#call<T>({ method: 'POST', path: collectionPath(resource, namespace), body }, options);
  }

  createSubresource<T extends KubeObject>(
    resource: Resource,
    name: ObjectName,
    subresource: string,
    body: object,
    options?: CallOptions,
  ): Promise<T> {
    return this.#call<T>({ method: 'POST', path: objectPath(resource, name, subresource), body }, options);
  }

  replace<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    body: object,
    options: ReplaceOptions = {},
  ): Promise<T> {
    const { fieldManager, subresource } = options;
    const path = withQuery(objectPath(resource, name, subresource), { fieldManager });
    return this.#call<T>({ method: 'PUT', path, body }, options);
  }

  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options: PatchOptions,
  ): Promise<T> {
    const { fieldManager, subresource } = options;
    const force = patch.type === 'apply' ? true : undefined;
    const path = withQuery(objectPath(resource, name, subresource), { fieldManager, force });
    return this.#call<T>({ method: 'PATCH', path, body: patch.body, contentType: CONTENT_TYPE[patch.type] }, options);
  }

  async delete(
    resource: Resource,
    name: ObjectName,
    { uid, resourceVersion, ...options }: CallOptions & Preconditions = {},
  ): Promise<void> {
    const isConditional = uid !== undefined || resourceVersion !== undefined;
    const preconditions = isConditional ? { preconditions: { uid, resourceVersion } } : {};
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', ...preconditions };
    await this.#call({ method: 'DELETE', path: objectPath(resource, name), body }, options);
  }

  async servedResources(group: string, version: string, options?: CallOptions): Promise<ReadonlySet<string>> {
    try {
      const path = `/apis/${apiVersionOf({ group, version })}`;
      const { resources } = await this.#call<WireResources>({ method: 'GET', path }, options);
      return new Set((resources ?? []).map(({ name }) => name));
    } catch (error) {
      if (isNotFound(error)) return new Set();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  /** The wire is trusted to have the shape that the resource names: the API server checks it against its schema. */
  async #call<T>(request: Omit<TransportRequest, 'timeoutMs'>, options: CallOptions = {}): Promise<T> {
    const { signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    return (await this.#transport.call({ ...request, signal, timeoutMs })) as T;
  }
}

/** Without the cause: its message quotes the object, which may be a Secret. */
function brokenWatch(resource: Resource): TransportError {
  return new TransportError('INVALID_ANSWER', `the watch of ${resource.plural} broke off inside an event`);
}
