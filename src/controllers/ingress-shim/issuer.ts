import { awspcaGroup, isIssuerKind } from '../../api/awspca.ts';
import type { IssuerRef } from '../../api/certificate-request.ts';
import { goQuote } from '../../flags/go-quote.ts';
import { keys, valueOf } from './annotation-keys.ts';
import type { Ask } from './ask.ts';
import { groupOfOurKind, kindFault } from './issuer-kind.ts';
import type { IssuerResolution } from './issuer-resolution.ts';
import type { ShimSettings } from './shim-plan.ts';
import { resolveShortForm, usesShortForm } from './short-form.ts';

/**
 * Which issuer an object means, and whether that is any business of ours. The order in which annotations and flags
 * count, and the words of the faults, are those of cert-manager (issuerForIngressLike in its
 * pkg/controller/certificate-shim/sync.go).
 */
export function resolveIssuer(ask: Ask, settings: ShimSettings): IssuerResolution {
  if (!settings.strictParity && usesShortForm(ask.annotations)) return resolveShortForm(ask, settings);
  const issuerRef = readIssuer(ask, settings);
  if (settings.mode === 'auto' && !isForUs(issuerRef, settings.strictParity)) return { kind: 'others' };
  const faults = contradictions(ask, issuerRef);
  if (faults.length > 0) return { kind: 'faulty', faults };
  const wrongKind = settings.strictParity ? undefined : kindFault(issuerRef);
  return wrongKind === undefined ? { kind: 'issuer', issuerRef } : { kind: 'faulty', faults: [wrongKind] };
}

function readIssuer({ annotations }: Ask, { defaultIssuer, strictParity }: ShimSettings): Required<IssuerRef> {
  const issuer = valueOf(annotations, keys.issuer);
  const clusterIssuer = valueOf(annotations, keys.clusterIssuer);
  const named = clusterIssuer !== undefined ? 'ClusterIssuer' : issuer !== undefined ? 'Issuer' : defaultIssuer.kind;
  const kind = valueOf(annotations, keys.issuerKind) ?? named;
  const group = valueOf(annotations, keys.issuerGroup);
  return {
    name: clusterIssuer ?? issuer ?? defaultIssuer.name,
    kind,
    group: (strictParity ? undefined : groupOfOurKind(kind, group)) ?? group ?? defaultIssuer.group,
  };
}

/** A kind of ours in cert-manager's group can only be meant for us: it is told what is wrong with it. */
function isForUs({ kind, group }: Required<IssuerRef>, strictParity: boolean): boolean {
  return group === awspcaGroup || (!strictParity && isIssuerKind(kind) && group === 'cert-manager.io');
}

function contradictions({ annotations }: Ask, { name }: Required<IssuerRef>): string[] {
  const has = (key: string): boolean => valueOf(annotations, key) !== undefined;
  const both = (other: string): string => `both ${goQuote(keys.clusterIssuer)} and ${goQuote(other)} may not be set`;
  return [
    ...(name === '' ? ['failed to determine issuer name to be used for ingress resource'] : []),
    ...(has(keys.issuer) && has(keys.clusterIssuer)
      ? [`both ${goQuote(keys.issuer)} and ${goQuote(keys.clusterIssuer)} may not be set`]
      : []),
    ...(has(keys.clusterIssuer) && has(keys.issuerGroup) ? [both(keys.issuerGroup)] : []),
    ...(has(keys.clusterIssuer) && has(keys.issuerKind) ? [both(keys.issuerKind)] : []),
  ];
}
