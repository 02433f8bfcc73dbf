import type { KubeClient, Patch, PatchOptions, ReplaceOptions } from '../../src/kube/client.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { keyOf, type KubeObject, type ObjectName, type Resource } from '../../src/kube/objects.ts';
import { objectPath } from '../../src/kube/resource-path.ts';

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

type Write = Patch | { readonly type: 'replace'; readonly body: object };

export interface RecordedWrite {
  readonly key: string;
  readonly write: Write;
  readonly options: ReplaceOptions;
}

/** A fault for one call: thrown before anything happens, or after it did (the answer got lost). */
export interface Fault {
  readonly error: Error;
  readonly carriedOut?: boolean;
}

export const apiError = (code: number, reason: string, field?: string): ApiError =>
  new ApiError({ code, reason, message: `${code} ${reason}`, causes: field === undefined ? [] : [{ field }] });

const unsupported = (): never => {
  throw new Error('the fake API knows get, patch, replace and tokens alone');
};

/**
 * Objects behind a KubeClient, as far as the controllers need one. It answers as a kube-apiserver does for custom
 * resources: a merge patch with another uid is refused; the metadata of what is written to the status is ignored but for
 * the resourceVersion, which has to be the present one, and, when it is replaced, the uid.
 */
export class FakeKubeApi implements KubeClient {
  readonly writes: RecordedWrite[] = [];
  /** What was sent to subresources. Each gets a token, numbered: they are those of ServiceAccounts. */
  readonly created: { readonly path: string; readonly body: object }[] = [];
  /** What happens just before the next writes are carried out, one each. */
  readonly interludes: (() => void)[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #faults: (Fault | undefined)[] = [];
  #version = 100;

  readonly list = unsupported;
  readonly watch = unsupported;
  readonly create = unsupported;
  readonly delete = unsupported;
  readonly servedResources = unsupported;
  readonly close = unsupported;

  put(object: KubeObject): void {
    this.#objects.set(objectKey(object, object.metadata), object);
  }

  remove(object: KubeObject): void {
    this.#objects.delete(objectKey(object, object.metadata));
  }

  /** The next calls fail, one each; undefined lets one pass. */
  failNext(...faults: (Fault | undefined)[]): void {
    this.#faults.push(...faults);
  }

  /** The object as it is now. */
  current<T extends KubeObject>(object: T): T {
    return this.#find(object, object.metadata) as T;
  }

  async get<T extends KubeObject>(resource: Resource<T>, name: ObjectName): Promise<T> {
    this.#throwFault();
    return this.#find(resource, name) as T;
  }

  async createSubresource<T extends KubeObject>(
    resource: Resource,
    name: ObjectName,
    subresource: string,
    body: object,
  ): Promise<T> {
    this.created.push({ path: objectPath(resource, name, subresource), body });
    this.#throwFault();
    this.#find(resource, name);
    return { ...body, status: { token: `token-${this.created.length}` } } as unknown as T;
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    patch: Patch,
    options: PatchOptions,
  ): Promise<T> {
    return this.#write<T>(resource, name, patch, options);
  }

  async replace<T extends KubeObject>(
    resource: Resource<T>,
    name: ObjectName,
    body: object,
    options: ReplaceOptions = {},
  ): Promise<T> {
    return this.#write<T>(resource, name, { type: 'replace', body }, options);
  }

  #write<T extends KubeObject>(resource: Resource<T>, name: ObjectName, write: Write, options: ReplaceOptions): T {
    this.writes.push({ key: keyOf(name), write, options });
    this.interludes.shift()?.();
    const fault = this.#faults.shift();
    if (fault && !fault.carriedOut) throw fault.error;
    const before = this.#find(resource, name);
    const after = options.subresource === 'status' ? writeStatus(before, write) : mergeMetadata(before, write);
    const written = { ...after, metadata: { ...after.metadata, resourceVersion: String(++this.#version) } };
    this.#objects.set(objectKey(resource, name), written);
    if (fault) throw fault.error;
    return written as T;
  }

  #throwFault(): void {
    const fault = this.#faults.shift();
    if (fault) throw fault.error;
  }

  #find(type: { readonly kind: string }, name: ObjectName): KubeObject {
    const found = this.#objects.get(objectKey(type, name));
    if (!found) throw apiError(404, 'NotFound');
    return found;
  }
}

const objectKey = ({ kind }: { readonly kind: string }, name: ObjectName): string => `${kind}/${keyOf(name)}`;

interface Body {
  readonly metadata: Partial<KubeObject['metadata']>;
  readonly status?: Conditioned['status'];
}

function mergeMetadata(object: KubeObject, { body }: Write): KubeObject {
  const { metadata } = body as Body;
  if (metadata.uid !== undefined && metadata.uid !== object.metadata.uid) {
    throw apiError(422, 'Invalid', 'metadata.uid');
  }
  const merged: Readonly<Record<string, string | null>> = { ...object.metadata.annotations, ...metadata.annotations };
  // RFC 7396: null takes away.
  const annotations = Object.fromEntries(
    Object.entries(merged).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  );
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function writeStatus(object: KubeObject, { type, body }: Write): Conditioned {
  const { metadata, status = {} } = body as Body;
  const { resourceVersion } = metadata;
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    throw apiError(409, 'Conflict');
  }
  if (type === 'replace') {
    if (metadata.uid !== undefined && metadata.uid !== object.metadata.uid) throw apiError(409, 'Conflict');
    return { ...object, status };
  }
  const { status: before = {} }: Conditioned = object;
  const applied = new Set(status.conditions?.map(({ type }) => type));
  const others = (before.conditions ?? []).filter(({ type }) => !applied.has(type));
  return { ...object, status: { ...before, ...status, conditions: [...others, ...(status.conditions ?? [])] } };
}
