import { isDeepStrictEqual } from 'node:util';
import type { Certificate } from '../../../api/certificate.ts';
import { deepFreeze } from '../../../kube/transforms.ts';
import type { ShimFacts, ShimPlan, WantedCertificate } from '../shim-plan.ts';
import type { JsonPatchOperation } from '../update-patch.ts';
import { updatePatch } from '../update-patch.ts';

/** What the API server makes of a plan: it keeps the texts of a spec as they are, and drops empty maps of the metadata. */
export function applyPlan(facts: ShimFacts, { actions }: ShimPlan): ShimFacts {
  const certificates = new Map(facts.certificates.map((certificate) => [certificate.metadata.name, certificate]));
  for (const action of actions) {
    if (action.kind === 'delete') {
      if (!certificates.delete(action.existing.metadata.name)) throw new Error('not found');
    } else if (action.kind === 'create') {
      const { name } = action.certificate.metadata;
      if (certificates.has(name)) throw new Error('already exists');
      certificates.set(name, created(action.certificate));
    } else {
      const stored = certificates.get(action.existing.metadata.name);
      if (stored === undefined) throw new Error('not found');
      certificates.set(stored.metadata.name, patched(stored, updatePatch(action.existing, action.certificate)));
    }
  }
  return deepFreeze({ ...facts, certificates: [...certificates.values()] });
}

function created(wanted: WantedCertificate): Certificate {
  const { name } = wanted.metadata;
  return stored({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { uid: `new-${name}`, resourceVersion: '1', creationTimestamp: '', ...wanted.metadata },
    spec: wanted.spec,
  });
}

function patched(certificate: Certificate, operations: readonly JsonPatchOperation[]): Certificate {
  const document = structuredClone(certificate);
  for (const operation of operations) perform(document as unknown as Json, operation);
  const { metadata } = document;
  return stored({ ...document, metadata: { ...metadata, resourceVersion: `${metadata.resourceVersion}1` } });
}

type Json = Record<string, unknown>;

/** The three operations of RFC 6902 that are in use. */
function perform(document: Json, operation: JsonPatchOperation): void {
  const tokens = operation.path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = tokens.pop() ?? '';
  let parent = document;
  for (const token of tokens) {
    const next = Object.hasOwn(parent, token) ? parent[token] : undefined;
    if (next === undefined) throw new Error(`no such place: ${operation.path}`);
    parent = next as Json;
  }
  if (operation.op === 'add') {
    Object.defineProperty(parent, last, {
      value: operation.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  } else if (!Object.hasOwn(parent, last)) throw new Error(`no such place: ${operation.path}`);
  else if (operation.op === 'remove') Reflect.deleteProperty(parent, last);
  else if (!isDeepStrictEqual(parent[last], operation.value)) throw new Error(`test failed: ${operation.path}`);
}

function stored(certificate: Certificate): Certificate {
  const copy = JSON.parse(JSON.stringify(certificate)) as Certificate;
  const metadata = Object.entries(copy.metadata).filter(([, value]) => !isEmptyMap(value));
  return { ...copy, metadata: Object.fromEntries(metadata) as unknown as Certificate['metadata'] };
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
