import type { Certificate } from '../../api/certificate.ts';
import { staleAnnotations } from './acme-annotations.ts';
import type { Annotations } from './annotation-keys.ts';
import { valueOf } from './annotation-keys.ts';
import type { WantedCertificate } from './shim-plan.ts';

/** RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'test' | 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The patch (application/json-patch+json) that makes `existing` into what is wanted: spec and labels are replaced,
 * annotations are added. It fails when anything was written in between. Server-side apply could not do it: it never
 * removes what cert-manager's ingress-shim wrote.
 */
export function updatePatch(existing: Certificate, wanted: WantedCertificate): readonly JsonPatchOperation[] {
  const { uid, resourceVersion } = existing.metadata;
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...labelOperations(existing, wanted),
    ...annotationOperations(existing, wanted),
    { op: 'add', path: '/spec', value: wanted.spec },
  ];
}

function labelOperations(existing: Certificate, wanted: WantedCertificate): JsonPatchOperation[] {
  const path = '/metadata/labels';
  if (wanted.metadata.labels !== undefined) return [{ op: 'add', path, value: wanted.metadata.labels }];
  return existing.metadata.labels === undefined ? [] : [{ op: 'remove', path }];
}

function annotationOperations(existing: Certificate, wanted: WantedCertificate): JsonPatchOperation[] {
  const path = '/metadata/annotations';
  const shallBe = wanted.metadata.annotations;
  if (shallBe === undefined) return [];
  const is: Annotations | undefined = existing.metadata.annotations;
  if (is === undefined) return [{ op: 'add', path, value: shallBe }];
  const changed = Object.entries(shallBe).filter(([key, value]) => valueOf(is, key) !== value);
  return [
    ...changed.map(([key, value]) => ({ op: 'add' as const, path: `${path}/${escapeToken(key)}`, value })),
    ...staleAnnotations(is, shallBe).map((key) => ({ op: 'remove' as const, path: `${path}/${escapeToken(key)}` })),
  ];
}

/** RFC 6901. */
function escapeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
