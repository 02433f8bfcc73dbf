import type { ListenerSet } from '../../api/gateway.ts';
import type { ObjectName } from '../../kube/objects.ts';
import { mentionedSecrets } from './blocks.ts';
import type { ShimObject } from './shim-plan.ts';

/**
 * The secretNames that the object mentions, each once, also in blocks that are faulty or not for TLS. A Certificate bears
 * the name of its Secret; so these are also the names of the Certificates that the object is about.
 */
export function asksFor(object: ShimObject): readonly string[] {
  return [...mentionedSecrets(object)].filter((name) => name !== '');
}

/** The Gateway whose listeners a ListenerSet adds to; undefined when it names none. */
export function parentOf({ metadata, spec }: ListenerSet): Required<ObjectName> | undefined {
  const { name = '', namespace = '' } = spec?.parentRef ?? {};
  if (name === '') return undefined;
  return { namespace: namespace === '' ? (metadata.namespace ?? '') : namespace, name };
}
