import type { KubeObject, Resource } from '../kube/objects.ts';

/** core/v1 Secret. */
export interface Secret extends KubeObject {
  readonly kind: 'Secret';
  readonly type?: string;
  /** Values are base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export const secrets: Resource<Secret> = {
  group: '',
  version: 'v1',
  plural: 'secrets',
  kind: 'Secret',
  namespaced: true,
};

/** The text under `key`, decoded; undefined when the Secret does not hold the key. An empty value is an empty text. */
export function secretText(secret: Secret, key: string): string | undefined {
  const data = secret.data ?? {};
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined;
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}
