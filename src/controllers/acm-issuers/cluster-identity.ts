import { renderRule } from '../../kube/access-review.ts';
import type { KubeClient } from '../../kube/client.ts';
import { isForbidden } from '../../kube/errors.ts';
import type { KubeObject, Resource } from '../../kube/objects.ts';

const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };
const name = 'kube-system';

/** The controller may not read what tells clusters apart. `message` is for a condition. */
export class ClusterUnknown extends Error {
  override readonly name = 'ClusterUnknown';
}

/** The UID of the namespace kube-system, which never changes: asked once. */
export function createClusterIdentity(client: KubeClient): () => Promise<string> {
  let asking: Promise<KubeObject> | undefined;
  return async () => {
    try {
      return (await (asking ??= client.get(namespaces, { name }))).metadata.uid;
    } catch (error) {
      asking = undefined;
      if (!isForbidden(error)) throw error;
      const rule = renderRule({ verb: 'get', group: '', resource: 'namespaces', name });
      throw new ClusterUnknown(
        `A managed endpoint carries the UID of the namespace ${name}, which the controller may not read: RBAC verb get on ` +
          `namespaces. Add the rule ${rule} to its ClusterRole.`,
      );
    }
  };
}
