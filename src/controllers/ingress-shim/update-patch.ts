import type { Certificate } from '../../api/certificate.ts';
import type { WantedCertificate } from './shim-plan.ts';

/** RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/**
 * The patch (application/json-patch+json) that makes `existing` into what is wanted: nothing else must have been written
 * in between, spec and labels are replaced, annotations are added.
 */
export function updatePatch(existing: Certificate, wanted: WantedCertificate): readonly JsonPatchOperation[] {
  const { uid, resourceVersion, annotations } = existing.metadata;
  const { labels, annotations: added } = wanted.metadata;
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
    ...labelOperations(existing, labels),
    ...annotationOperations(annotations, added),
    { op: 'add', path: '/spec', value: wanted.spec },
  ];
}

type Texts = Readonly<Record<string, string>>;

function labelOperations(existing: Certificate, labels: Texts | undefined): JsonPatchOperation[] {
  if (labels !== undefined) return [{ op: 'add', path: '/metadata/labels', value: labels }];
  return existing.metadata.labels === undefined ? [] : [{ op: 'remove', path: '/metadata/labels' }];
}

function annotationOperations(existing: Texts | undefined, added: Texts | undefined): JsonPatchOperation[] {
  if (added === undefined) return [];
  if (existing === undefined) return [{ op: 'add', path: '/metadata/annotations', value: added }];
  return Object.entries(added).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value,
  }));
}
