import type { KubeClient } from '../kube/client.ts';
import { apiVersionOf, type KubeObject, type ObjectMeta, type Resource } from '../kube/objects.ts';
import { fieldManager } from './field-manager.ts';
import { isGone } from './write-errors.ts';

/** `gone`: the object, or this incarnation of it, is no more; nothing is left to do. */
export type WriteResult = 'written' | 'gone';

/**
 * Applies what these controllers want in the status of an object, on the very state of it that `object` shows: what it leaves
 * out and applied before is removed. Throws a conflict when the object has changed since: then what is wanted has to be
 * decided anew.
 */
export function applyStatus(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  status: object,
): Promise<WriteResult> {
  const body = statusBody(resource, object, status);
  const options = { fieldManager, subresource: 'status' } as const;
  return write(() => client.patch(resource, object.metadata, { type: 'apply', body }, options));
}

/**
 * Replaces the whole status on the very state of the object that `object` shows, which costs the API server less than an
 * apply. Throws a conflict when the object has changed since, so nothing that somebody else wrote gets lost.
 */
export function replaceStatus(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  status: object,
): Promise<WriteResult> {
  const options = { fieldManager, subresource: 'status' } as const;
  return write(() => client.replace(resource, object.metadata, statusBody(resource, object, status), options));
}

function statusBody(resource: Resource, { metadata }: KubeObject, status: object): object {
  const { name, namespace, uid, resourceVersion } = metadata;
  const place: Partial<ObjectMeta> = { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion };
  return { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: place, status };
}

async function write(call: () => Promise<unknown>): Promise<WriteResult> {
  try {
    await call();
    return 'written';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}
