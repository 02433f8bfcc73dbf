import type { ShimObject } from './shim-plan.ts';

/** One Secret, and the hosts that its certificate is for, as they were written. */
export interface SecretBlock {
  readonly secretName: string;
  readonly hosts: readonly string[];
}

export interface Blocks {
  /** In the order in which the object mentions them. */
  readonly blocks: readonly SecretBlock[];
  /** What is told about those that were passed over. */
  readonly skipped: readonly string[];
}

/** Every secretName that the object mentions, in whatever block: the Certificates of these are kept. */
export function mentionedSecrets(object: ShimObject): ReadonlySet<string> {
  if (object.kind === 'Ingress') return new Set((object.spec?.tls ?? []).map(({ secretName = '' }) => secretName));
  const listeners = object.spec?.listeners ?? [];
  return new Set(listeners.flatMap(({ tls }) => (tls?.certificateRefs ?? []).map(({ name }) => name)));
}
