import type { Listener, ListenerCertificateRef } from '../../api/gateway.ts';
import type { Annotations } from './annotation-keys.ts';
import { keys, valueOf } from './annotation-keys.ts';
import type { Blocks } from './blocks.ts';
import { aggregate, invalid, notSupported, required } from './field-faults.ts';
import { goTrimSpace } from './values/go-trim.ts';

/** Whose listeners these are. */
export interface ListenerOwner {
  readonly namespace: string;
  readonly annotations: Annotations;
  readonly extraProtocols: readonly string[];
}

/** The listeners of a Gateway or ListenerSet; those that name the same Secret share a certificate. */
export function readListeners(listeners: readonly Listener[], owner: ListenerOwner): Blocks {
  const hostsOf = new Map<string, string[]>();
  const skipped: string[] = [];
  const ignored = ignoredNames(owner.annotations);
  for (const [index, listener] of listeners.entries()) {
    if (!carriesTls(listener, owner.extraProtocols) || ignored.has(listener.name)) continue;
    const faults = listenerFaults(`spec.listeners[${index}]`, listener, owner.namespace);
    if (faults.length > 0) {
      skipped.push(`Skipped a listener block: ${aggregate(faults)}`);
      continue;
    }
    for (const { name } of listener.tls?.certificateRefs ?? []) {
      const hosts = hostsOf.get(name) ?? [];
      hosts.push(listener.hostname ?? '');
      hostsOf.set(name, hosts);
    }
  }
  return { blocks: Array.from(hostsOf, ([secretName, hosts]) => ({ secretName, hosts })), skipped };
}

function carriesTls({ protocol, tls }: Listener, extraProtocols: readonly string[]): boolean {
  return ['HTTPS', 'TLS', ...extraProtocols].includes(protocol) && tls?.mode !== 'Passthrough';
}

function ignoredNames(annotations: Annotations): ReadonlySet<string> {
  const names = valueOf(annotations, keys.ignoreTlsListeners);
  return new Set(names?.split(',').map(goTrimSpace));
}

function listenerFaults(path: string, { hostname = '', tls }: Listener, namespace: string): string[] {
  const hostFaults = hostname === '' ? [required(`${path}.hostname`, 'the hostname cannot be empty')] : [];
  if (tls === undefined) return [...hostFaults, required(`${path}.tls`, 'the TLS block cannot be empty')];
  const { certificateRefs = [], mode } = tls;
  // cert-manager names the field in the singular.
  const refs = `${path}.tls.certificateRef`;
  return [
    ...hostFaults,
    ...(certificateRefs.length === 0 ? [required(refs, 'listener has no certificateRefs')] : []),
    ...certificateRefs.flatMap((ref, index) => referenceFaults(`${refs}[${index}]`, ref, namespace)),
    ...modeFaults(`${path}.tls.mode`, mode),
  ];
}

function referenceFaults(path: string, ref: ListenerCertificateRef, namespace: string): string[] {
  const { group = '', kind = '', name } = ref;
  const elsewhere = 'cross-namespace secret references are not allowed in listeners';
  return [
    ...(group === '' || group === 'core' ? [] : [notSupported(`${path}.group`, group, ['core', ''])]),
    ...(kind === '' || kind === 'Secret' ? [] : [notSupported(`${path}.kind`, kind, ['Secret', ''])]),
    ...(name === '' ? [required(`${path}.name`)] : []),
    ...(ref.namespace === undefined || ref.namespace === namespace
      ? []
      : [invalid(`${path}.namespace`, JSON.stringify(ref.namespace), elsewhere)]),
  ];
}

function modeFaults(path: string, mode: string | undefined): string[] {
  if (mode === undefined) return [required(path, 'the mode field is required')];
  return mode === 'Terminate' ? [] : [notSupported(path, mode, ['Terminate'])];
}
