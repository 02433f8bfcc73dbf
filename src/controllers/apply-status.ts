import type { KubeClient } from '../kube/client.ts';
import { apiVersionOf, type KubeObject, type Resource } from '../kube/objects.ts';
import { fieldManager } from './field-manager.ts';
import { isGone } from './write-errors.ts';

/** `gone`: the object, or this incarnation of it, is no more; nothing is left to do. */
export type WriteResult = 'written' | 'gone';

/**
 * Applies what these controllers want in the status of an object, on the very state of it that `object` shows. Throws a
 * conflict when it has changed since: then what is wanted has to be decided anew.
 */
export async function applyStatus(
  client: KubeClient,
  resource: Resource,
  object: KubeObject,
  status: object,
): Promise<WriteResult> {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion };
  const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata, status };
  const options = { fieldManager, subresource: 'status' } as const;
  try {
    await client.patch(resource, object.metadata, { type: 'apply', body }, options);
    return 'written';
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}
