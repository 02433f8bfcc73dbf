import { parseGoBoolean } from '../../flags/go-values.ts';
import type { Annotations } from './annotation-keys.ts';
import { keys, shortKeys, valueOf } from './annotation-keys.ts';
import type { Ask } from './ask.ts';
import type { ShimObject, ShimSettings } from './shim-plan.ts';

/** Whether the object asks for certificates at all. The value of the annotation does not matter, but for automatic ones. */
export function isTriggered({ object, annotations }: Ask, settings: ShimSettings): boolean {
  const triggers = settings.strictParity
    ? [keys.issuer, keys.clusterIssuer]
    : [keys.issuer, keys.clusterIssuer, shortKeys.issuer, shortKeys.clusterIssuer];
  if (triggers.some((key) => valueOf(annotations, key) !== undefined)) return true;
  return object.kind === 'Ingress' && automaticTrigger(annotations, settings) !== undefined;
}

/** The annotation, such as `kubernetes.io/tls-acme`, that asks for a certificate of the default issuer. */
export function automaticTrigger(annotations: Annotations, settings: ShimSettings): string | undefined {
  return settings.autoCertificateAnnotations.find((key) => {
    const answer = parseGoBoolean(valueOf(annotations, key) ?? '');
    return answer.ok && answer.value;
  });
}

/** An object that goes takes its Certificates along: the garbage collector deletes them. */
export function isGoing({ metadata }: ShimObject): boolean {
  return metadata.deletionTimestamp !== undefined || (metadata.finalizers ?? []).includes('foregroundDeletion');
}
