import { awspcaGroup } from '../../api/awspca.ts';
import { goQuote } from '../../flags/go-quote.ts';
import type { Annotations } from './annotation-keys.ts';
import { keys, shortKeys, valueOf } from './annotation-keys.ts';
import type { Ask } from './ask.ts';
import type { IssuerResolution } from './issuer-resolution.ts';
import type { ShimSettings } from './shim-plan.ts';
import { automaticTrigger } from './trigger.ts';

const kinds = [
  [shortKeys.issuer, 'AWSPCAIssuer'],
  [shortKeys.clusterIssuer, 'AWSPCAClusterIssuer'],
] as const;

export function usesShortForm(annotations: Annotations): boolean {
  return kinds.some(([key]) => valueOf(annotations, key) !== undefined);
}

/**
 * The issuer of `awspca.cert-manager.io/issuer` or `awspca.cert-manager.io/cluster-issuer`. It has to stand alone: where
 * cert-manager's ingress-shim acts on the object too, it would write another issuer into the same Certificate, again and
 * again.
 */
export function resolveShortForm(ask: Ask, settings: ShimSettings): IssuerResolution {
  const given = kinds.flatMap(([key, kind]) => {
    const name = valueOf(ask.annotations, key);
    return name === undefined ? [] : [{ key, kind, name }];
  });
  const faults = given.flatMap(({ key, name }) => [
    ...(name === '' ? [`${written(ask, key)} is empty: write the name of the issuer, or remove the annotation`] : []),
    ...rivals(ask, key, settings).map(
      (rival) => `both ${written(ask, key)} and ${written(ask, rival)} may not be set: remove one of them`,
    ),
  ]);
  const [first] = given;
  if (faults.length > 0 || first === undefined) return { kind: 'faulty', faults };
  return { kind: 'issuer', issuerRef: { name: first.name, kind: first.kind, group: awspcaGroup } };
}

function rivals({ object, annotations }: Ask, key: string, settings: ShimSettings): string[] {
  const other = key === shortKeys.issuer ? [shortKeys.clusterIssuer] : [];
  const theirs = [keys.issuer, keys.clusterIssuer, keys.issuerKind, keys.issuerGroup];
  const automatic = object.kind === 'Ingress' ? automaticTrigger(annotations, settings) : undefined;
  return [
    ...[...other, ...theirs].filter((rival) => valueOf(annotations, rival) !== undefined),
    // In mode `all` cert-manager's ingress-shim is switched off; here it may act by its own default issuer.
    ...(settings.mode === 'auto' && automatic !== undefined ? [automatic] : []),
  ];
}

function written({ inherited }: Ask, key: string): string {
  return inherited.has(key) ? `${goQuote(key)} (of the Gateway)` : goQuote(key);
}
