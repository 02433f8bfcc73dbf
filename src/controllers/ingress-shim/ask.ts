import type { Gateway } from '../../api/gateway.ts';
import { parentOf } from './asked.ts';
import type { Annotations } from './annotation-keys.ts';
import { keys, shortKeys, valueOf } from './annotation-keys.ts';
import type { ShimFacts, ShimObject } from './shim-plan.ts';

/** An object with the annotations that count for it. */
export interface Ask {
  readonly object: ShimObject;
  readonly annotations: Annotations;
  /** The keys that a ListenerSet has from its Gateway. */
  readonly inherited: ReadonlySet<string>;
}

/**
 * Reads what an object asks for. A ListenerSet takes over the issuer of its Gateway unless it names one; kind and group of
 * the issuer it takes over in any case, as cert-manager does it (inheritAnnotations in its
 * pkg/controller/certificate-shim/listenerset/controller.go). Undefined for a ListenerSet without a Gateway.
 */
export function readAsk(facts: ShimFacts, strictParity: boolean): Ask | undefined {
  const { object, parent } = facts;
  const own = object.metadata.annotations ?? {};
  if (object.kind !== 'ListenerSet') return { object, annotations: own, inherited: new Set() };
  if (parentOf(object) === undefined || parent === undefined) return undefined;
  if (parent.metadata.deletionTimestamp !== undefined) return undefined;
  const inherited = inheritedFrom(parent, own, strictParity);
  return { object, annotations: { ...own, ...inherited }, inherited: new Set(Object.keys(inherited)) };
}

function inheritedFrom({ metadata }: Gateway, own: Annotations, strictParity: boolean): Annotations {
  const given = metadata.annotations ?? {};
  const has = (key: string): boolean => valueOf(own, key) !== undefined;
  const namesIssuer = has(keys.issuer) || has(keys.clusterIssuer);
  const namesOurs = !strictParity && (has(shortKeys.issuer) || has(shortKeys.clusterIssuer));
  // cert-manager does not know our short forms, and hands its own down all the same: so does this, and what contradicts
  // is told, lest two controllers write two different issuers by turns.
  const taken = [
    keys.issuerKind,
    keys.issuerGroup,
    ...(namesIssuer ? [] : [keys.issuer, keys.clusterIssuer]),
    ...(namesIssuer || namesOurs || strictParity ? [] : [shortKeys.issuer, shortKeys.clusterIssuer]),
  ];
  return Object.fromEntries(
    taken.flatMap((key) => {
      const value = valueOf(given, key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}
