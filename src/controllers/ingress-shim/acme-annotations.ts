import { parseGoBoolean } from '../../flags/go-values.ts';
import { parentOf } from './asked.ts';
import type { Annotations } from './annotation-keys.ts';
import { certificateKeys, keys, valueOf } from './annotation-keys.ts';
import type { Ask } from './ask.ts';

/** What an ACME issuer is told by annotations of the Certificate; set for issuers of every kind, as cert-manager does. */
export function acmeAnnotations(ask: Ask): Annotations {
  const { object, annotations } = ask;
  const ingressClass = valueOf(annotations, keys.http01IngressClass) ?? '';
  const ingressClassName = valueOf(annotations, keys.http01IngressClassName) ?? '';
  const inPlace = {
    [certificateKeys.http01OverrideIngressName]: object.metadata.name,
    [certificateKeys.issueTemporaryCertificate]: 'true',
  };
  return {
    ...(valueOf(annotations, keys.http01EditInPlace) === 'true' ? inPlace : {}),
    ...(ingressClass === '' ? {} : { [certificateKeys.http01OverrideIngressClass]: ingressClass }),
    ...(ingressClassName === '' ? {} : { [certificateKeys.http01OverrideIngressClassName]: ingressClassName }),
    ...parentReference(ask),
  };
}

function parentReference({ object, annotations }: Ask): Annotations {
  if (object.kind === 'Ingress') return {};
  const fallback = parseGoBoolean(valueOf(annotations, keys.http01ParentRefFallback) ?? '');
  const parent = object.kind === 'ListenerSet' && fallback.ok && fallback.value ? parentOf(object) : undefined;
  return {
    [certificateKeys.http01ParentRefKind]: parent === undefined ? object.kind : 'Gateway',
    [certificateKeys.http01ParentRefName]: parent?.name ?? object.metadata.name,
    ...(parent === undefined ? {} : { [certificateKeys.http01ParentRefNamespace]: parent.namespace }),
  };
}

/** Keys that stand on a Certificate from an earlier state and would mislead beside what is wanted now. */
export function staleAnnotations(existing: Annotations, wanted: Annotations): readonly string[] {
  const { http01ParentRefKind: kind, http01ParentRefNamespace: namespace } = certificateKeys;
  const isStale = valueOf(wanted, kind) === 'ListenerSet' && valueOf(existing, namespace) !== undefined;
  return isStale ? [namespace] : [];
}
